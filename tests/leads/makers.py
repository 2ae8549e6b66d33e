"""Leads for tests."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from portal.leads.models import Lead
from tests.world import add, position, territory

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
_numbers = count(1)


def lead(owner: str | None = "rep", **values: Any) -> Lead:
    """An open lead in California, the rep's unless said otherwise."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "first_name": "Marian",
        "last_name": f"Berch {number}",
        "email": f"marian{number}@pro-sporting.example",
        "company": "Pro Sporting Goods",
        "country": "US",
        "region": "CA",
        "source": "Landing page",
        "owner_id": position(owner).id if owner else None,
        "territory_id": territory("Southwest").id,
        "assigned_because": "Southwest. Rule: country US, region CA, priority 100; the owner covers the territory",
    }
    made: Lead = add(Lead(**given | values))
    return made
