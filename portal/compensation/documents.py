"""A locked statement as frozen paper."""

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from .models import Adjustment, Earning, Statement


def frozen_statement(
    found: Statement, lines: Sequence[Earning], adjustments: Sequence[Adjustment], language: str
) -> dict[str, Any]:
    """Everything the statement says, in plain JSON: figures as text, days as ISO dates."""
    person, period = found.participant, found.period
    return {
        "kind": "statement",
        "sections": [],  # it is no priced document, but is printed like one
        "number": f"CS-{period.starts_on:%Y-%m}-{person.id:04d}",
        "language": language,
        "currency": found.currency,
        "issued": period.last_day.isoformat(),
        "person": person.user.name,
        "position": person.position.title,
        "plan": person.plan.name,
        "period": period.starts_on.isoformat(),
        "components": _components(lines),
        "lines": [_line(one) for one in lines],
        "adjustments": [[one.kind.value, str(one.amount), one.reason, one.author] for one in adjustments],
        "earned": str(found.earned),
        "adjusted": str(found.adjusted),
        "opening_balance": str(found.opening_balance),
        "topped_up": str(found.topped_up),
        "recovered": str(found.recovered),
        "payable": str(found.payable),
        "balance": str(found.balance),
    }


def _line(one: Earning) -> dict[str, Any]:
    return {
        "component": one.component, "key": one.key, "reverses": one.reverses, "day": one.day.isoformat(),
        "label": one.label, "role": one.role, "document": str(one.document_amount), "percent": str(one.percent),
        "amount": str(one.amount), "before": str(one.before), "after": str(one.after),
        "quota": None if one.quota is None else str(one.quota), "slices": one.slices, "pays": str(one.pays),
        "why": one.why, "note": one.note,
    }  # fmt: skip


def _components(lines: Sequence[Earning]) -> list[dict[str, str]]:
    """What each component credited and paid, in the order of the lines."""
    found: dict[str, list[Decimal]] = {}
    for one in lines:
        sums = found.setdefault(one.component, [Decimal(0), Decimal(0)])
        sums[0] += one.amount
        sums[1] += one.pays
    return [{"name": name, "amount": str(amount), "pays": str(pays)} for name, (amount, pays) in found.items()]


def hash_of(content: Any) -> str:
    """SHA-256 of the canonical JSON."""
    spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelled.encode()).hexdigest()
