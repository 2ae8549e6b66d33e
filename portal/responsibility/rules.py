"""What the portal answers about care for accounts: pure rules, without the database."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from portal.accounts.states import Tier

CADENCE: Mapping[Tier, int] = {Tier.A: 30, Tier.B: 60, Tier.C: 120}  # days, where the company has set nothing


def days_since(then: datetime, now: datetime) -> int:
    """Whole days; what lies ahead counts as today."""
    return max((now - then) // timedelta(days=1), 0)
