"""Leads from a file, by email: an open lead of the address is completed, everybody else is routed and scored."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from portal.accounts.services.imports import cells
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.organization.queries import authorize
from portal.territories import queries as territories
from portal.territories.rules import Facts
from portal.workspace.rules import Outcome
from portal.workspace.services.imports import Candidate, Reading, known_rows, split, store

from .. import queries
from ..models import Lead
from ..states import OPEN
from .work import rescore

LEAD_FIELDS = {
    "email": "Email",
    "first_name": "First name",
    "last_name": "Last name",
    "full_name": "Full name",
    "job_title": "Role",
    "company": "Company",
    "phone": "Phone",
    "industry": "Industry",
    "employees": "Employees",
    "city": "City",
    "region": "Region",
    "postcode": "Postcode",
    "country": "Country",
    "language": "Language",
    "source": "Source",
    "campaign": "Campaign",
    "message": "Message",
}

PLACED_BY = ("country", "region", "postcode", "industry", "employees")


def import_lead_rows(actor: Actor, rows: Sequence[Mapping[str, str]]) -> Outcome:
    """Add leads, or complete open ones, in the caller's unit of work. Rows have some of `LEAD_FIELDS`."""
    authorize(actor, "leads.edit")
    reading, at_home = Reading(), cells.home()
    for at, row in enumerate(rows, 1):
        one = cells.read_cells(at, row, LEAD_FIELDS)
        try:
            one.key = one.values["email"] = cells.read_email(row, one)
        except Refused as refusal:
            reading.refuse(at, refusal)
            continue
        _read(one, at_home)
        reading.candidates.append(one)
    addresses = [one.key for one in reading.candidates]
    here = known_rows(actor, Lead, "leads.edit", Lead.email.in_(addresses), Lead.state.in_(OPEN))
    fresh, differing = split(reading, {row["email"]: row for row in here}, cells.THEIRS)
    outcome = store(Lead, reading, _routed(fresh), differing)
    rescore([trace.record_id for trace in outcome.traces], clock.now())
    return outcome


def _read(one: Candidate, at_home: str) -> None:
    cells.read_name(one)
    country = cells.read_country(one)
    cells.read_phone(one, "phone", country or at_home)
    one.values.pop("phone_e164", None)
    cells.read_number(one, "employees", 10_000_000)
    cells.read_language(one)


def _routed(fresh: Sequence[Candidate]) -> list[dict[str, Any]]:
    """New leads with the territory the rules give them and the position that answers for it."""
    placing, called, answering = territories.index(), territories.names(), cache(queries.answering)
    rows = []
    for one in fresh:
        cells.name_after_address(one)
        told = {"source": "Import"} | one.values
        found = placing.match(Facts(**{name: told[name] for name in PLACED_BY if name in told}))
        territory = found.rule.territory_id if found else None
        owner, why = answering(territory)
        placed = f"{called[territory]}. {found.why}" if found and territory else "No territory rule covers this address"
        because = f"{placed}; {'the owner ' if owner else ''}{why}"
        rows.append({**told, "territory_id": territory, "owner_id": owner, "assigned_because": because})
    return rows
