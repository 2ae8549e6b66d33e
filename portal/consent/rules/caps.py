"""Frequency caps: how many commercial messages one address gets in a rolling day, week and month."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

SPANS: Mapping[str, timedelta] = {
    "per_day": timedelta(hours=24),
    "per_week": timedelta(days=7),
    "per_month": timedelta(days=30),
}
SPAN_NAMES: Mapping[str, str] = {"per_day": "24 hours", "per_week": "7 days", "per_month": "30 days"}
LONGEST = SPANS["per_month"]


def next_slot(sent: Sequence[datetime], limits: Mapping[str, int | None], now: datetime) -> datetime | None:
    """When the next message fits under every limit; None: now. `sent` has the times of the last 30 days."""
    newest = sorted(sent, reverse=True)
    slots = [
        newest[limit - 1] + span
        for name, span in SPANS.items()
        if (limit := limits[name]) is not None and len(newest) >= limit
    ]
    slot = max(slots, default=now)
    return slot if slot > now else None
