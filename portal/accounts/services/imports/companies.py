"""Accounts from a file, by number or name."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, or_

from portal.kernel import clock, numbering
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, company, own_position
from portal.territories import queries as territories
from portal.territories.rules import Facts
from portal.workspace.rules import Outcome
from portal.workspace.services.imports import Candidate, Reading, known_rows, split, store

from ...models import Account, AccountAssignment, first_assignment
from ...rules import amount_in, domain_of, name_key, normal_vat_id
from .cells import THEIRS, home, read_cells, read_country, read_language, read_number, read_phone, try_field

ACCOUNT_FIELDS = {
    "number": "Number",
    "name": "Name",
    "legal_name": "Legal name",
    "domain": "Email domain",
    "website": "Website",
    "industry": "Industry",
    "employees": "Employees",
    "annual_revenue": "Annual revenue",
    "phone": "Phone",
    "street": "Street",
    "city": "City",
    "region": "Region",
    "postcode": "Postcode",
    "country": "Country",
    "vat_id": "VAT number",
    "currency": "Currency",
    "language": "Language",
    "payment_days": "Days to pay",
}

PLACED_BY = ("country", "region", "postcode", "industry", "employees")


def accounts_named(actor: Actor, named: set[str]) -> dict[str, RowMapping | None]:
    """By number, and by "name " and the name key; None where several have the name."""
    if not named:
        return {}
    keys = {name_key(text) for text in named}
    found: dict[str, RowMapping | None] = {}
    which = or_(Account.number.in_(named), Account.name_key.in_(keys))
    for row in known_rows(actor, Account, "accounts.edit", which):
        key = f"name {row['name_key']}"
        found[key] = None if key in found else row
        found[row["number"]] = row
    return found


def account_key(row: Mapping[str, str]) -> str:
    return (row.get("number") or "").strip() or f"name {name_key(row.get('name', ''))}"


def import_account_rows(actor: Actor, rows: Sequence[Mapping[str, str]]) -> Outcome:
    """Add or change accounts by number or, without one, by name, in the caller's unit of work."""
    authorize(actor, "accounts.edit")
    here = accounts_named(
        actor, {text for row in rows for name in ("number", "name") if (text := row.get(name, "").strip())}
    )
    reading, at_home = Reading(), home()
    for at, row in enumerate(rows, 1):
        one = read_cells(at, row, ACCOUNT_FIELDS)
        one.key = account_key(row)
        try:
            _check_name(one, here)
        except Refused as refusal:
            reading.refuse(at, refusal)
            continue
        _read_account(one, at_home)
        reading.candidates.append(one)
    known = {key: row for key, row in here.items() if row is not None}
    fresh, differing = split(reading, known, THEIRS)
    made = _complete(actor, fresh)
    outcome = store(Account, reading, made, differing)
    _open_assignments([trace.record_id for trace in outcome.traces if trace.before is None], made)
    return outcome


def _open_assignments(ids: Sequence[int], made: Sequence[Mapping[str, Any]]) -> None:
    """As for every new account: who answers for it from the first day."""
    today = clock.now().date()
    rows = [
        first_assignment(key, row["owner_id"], row["territory_id"], today) for key, row in zip(ids, made, strict=True)
    ]
    if rows:
        db.session.execute(insert(AccountAssignment), rows)


def _check_name(one: Candidate, here: Mapping[str, RowMapping | None]) -> None:
    """Raises Refused for a row that names no one company."""
    if "name" not in one.values and one.key not in here:
        raise Refused("import.no_name", "A new account has a name.", "name")
    if one.key in here and here[one.key] is None:
        raise Refused("import.several", "Several accounts have this name: give the number of the one meant.", "name")
    if "name" in one.values:
        one.values["name_key"] = name_key(one.values["name"])
        same = here.get(f"name {one.values['name_key']}")
        if same and one.key not in here:
            one.notes.append(("name", f"There is an account of this name already: {same['number']}."))


def _read_account(one: Candidate, at_home: str) -> None:
    country = read_country(one)
    read_phone(one, "phone", country or at_home)
    try_field(one, "vat_id", lambda text: normal_vat_id(text, country))
    try_field(one, "domain", _domain)
    try_field(one, "annual_revenue", lambda text: amount_in(text, 10**13, "annual_revenue"))
    try_field(one, "currency", _currency)
    read_number(one, "employees", 10_000_000)
    read_number(one, "payment_days", 365)
    read_language(one)
    if "domain" not in one.values and (found := domain_of(one.values.get("website", ""))):
        one.values["domain"] = found


def _domain(text: str) -> str:
    if found := domain_of(text):
        return found
    raise Refused("account.domain", "This domain does not belong to one company.", "domain")


def _currency(text: str) -> str:
    if len(text) == 3 and text.isascii() and text.isalpha():
        return text.upper()
    raise Refused("currency.unknown", "A currency is three letters, such as EUR.", "currency")


def _complete(actor: Actor, fresh: Sequence[Candidate]) -> list[dict[str, Any]]:
    """New accounts with owner, territory, currency and number."""
    seller, placing, mine = company(), territories.index(), own_position(actor)
    without = [one for one in fresh if "number" not in one.values]
    numbers = iter(numbering.take_many("A", clock.now().year, len(without)) if without else ())
    rows = []
    for one in fresh:
        row = {"owner_id": mine, "currency": seller.currency if seller else "USD", **one.values}
        placed = placing.match(Facts(**{name: row[name] for name in PLACED_BY if name in row}))
        row["territory_id"] = placed.rule.territory_id if placed else None
        row["number"] = one.values.get("number") or next(numbers)
        rows.append(row)
    return rows
