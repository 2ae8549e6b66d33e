"""What areas add to the lists and imports: bulk acts, kinds of import; and which files may be kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from portal.kernel.actor import Actor
from portal.kernel.db import Base
from portal.kernel.errors import Refused


class Refusal(NamedTuple):
    """Why one row was not taken. `row` is its id, or its place among the rows handed over, from 1."""

    row: int
    field: str
    reason: str


class Trace(NamedTuple):
    """A record that came in or was changed: the version it has since, and what it said before where it was there."""

    record_id: int
    version: int
    before: Mapping[str, Any] | None


@dataclass(frozen=True)
class Outcome:
    """What became of a slice of rows. `notes`: rows that were taken, but for a field."""

    refused: Sequence[Refusal] = ()
    added: int = 0
    changed: int = 0
    notes: Sequence[Refusal] = ()
    traces: Sequence[Trace] = ()  # what undoing it needs


@dataclass(frozen=True)
class BulkAct:
    """One act for picked rows or for all that match. `act` gets actor, id and the chosen value, once per row, and
    raises Refused, NotFound or Forbidden for a row that stays as it is."""

    listing: str
    name: str  # the last part of its address, a noun: "assignment"
    text: str  # on the button
    permission: str
    act: Callable[[Actor, int, str], object]
    options: Callable[[Actor], Sequence[tuple[str, str]]] | None = None
    danger: bool = False


@dataclass(frozen=True)
class ImportKind:
    """Records that come in from a file. `fields` are (name, label); `take` gets rows as field -> text and acts for
    whoever is acting; the rows of its outcome count from 1 within what was handed over. It takes a row once however often
    it comes: the same file may come again. `key` says what two rows about one record have in common, in the field of that
    name; of such rows the first counts. `model` is given where an import can be undone."""

    name: str
    title: str
    permission: str
    fields: Sequence[tuple[str, str]]
    required: Sequence[str]
    take: Callable[[Sequence[Mapping[str, str]]], Outcome]
    key: tuple[str, Callable[[Mapping[str, str]], str]] | None = None
    model: type[Base] | None = None


_bulk: dict[tuple[str, str], BulkAct] = {}
_imports: dict[str, ImportKind] = {}


def offer_act(act: BulkAct) -> None:
    """An area adds an act to its list, when its jobs are loaded."""
    _bulk[act.listing, act.name] = act


def bulk_acts(listing: str) -> list[BulkAct]:
    return [act for (name, _), act in _bulk.items() if name == listing]


def bulk_act(listing: str, name: str) -> BulkAct | None:
    return _bulk.get((listing, name))


def offer_import(kind: ImportKind) -> None:
    """An area says what it can take from a file, when its jobs are loaded."""
    _imports[kind.name] = kind


def import_kinds(actor: Actor) -> list[ImportKind]:
    """What this person may import."""
    return [kind for kind in _imports.values() if actor.may("imports.run") and actor.may(kind.permission)]


def import_names() -> list[str]:
    return sorted(_imports)


def import_kind(name: str) -> ImportKind:
    """Raises Refused."""
    if name not in _imports:
        raise Refused("import.unknown", f"Nothing called {name!r} can be imported.", "kind")
    return _imports[name]


SAME = {
    "email": "emailaddress emailaddress1 primaryemail email1value mail emailadresse",
    "first_name": "first givenname forename vorname firstname",
    "last_name": "last familyname surname nachname lastname",
    "full_name": "name displayname fullname contact kontakt ansprechpartner",
    "job_title": "title position organization1title role funktion jobtitle",
    "company": "companyname organization organisation organization1name account firma associatedcompany",
    "account": "company companyname organization organisation organization1name accountname firma associatedcompany",
    "name": "company companyname accountname account organization firma",
    "phone": "phonenumber telephone businessphone workphone phone1value telefon tel",
    "mobile": "mobilephone mobilenumber cell cellphone handy",
    "language": "locale sprache",
    "city": "town businesscity workcity ort homecity",
    "region": "state stateregion province businessstate bundesland",
    "postcode": "postalcode zip zipcode businesspostalcode plz workzipcode",
    "country": "countryregion businesscountryregion land workcountry",
    "employees": "numberofemployees headcount",
    "website": "web url webpage webpage1 homepage",
    "street": "address businessstreet street1 strasse workaddress",
    "message": "notes note comment comments",
    "number": "accountnumber customernumber customerno kundennummer accountno accountid",
    "annual_revenue": "revenue turnover umsatz",
    "vat_id": "vat vatnumber vatid ustid ustidnr",
    "source": "leadsource origin herkunft",
    "consent": "optin optintime subscribed newsletter marketingconsent emailconsent",
    "unsubscribed": "optout unsubscribedfromallemail unsubtime unsubscribedat abgemeldet",
}


def suggest(header: Sequence[str], kind: ImportKind) -> list[str]:
    """For every column the field it most likely is, or "": each field once, exact names before other words for it."""
    plain = [_bare(name) for name in header]
    found = [""] * len(header)
    for exact in (True, False):
        for field, label in kind.fields:
            names = (_bare(field), _bare(label)) if exact else SAME.get(field, "").split()
            free = [place for name in names for place, other in enumerate(plain) if other == name and not found[place]]
            if free and field not in found:
                found[free[0]] = field
    return found


def _bare(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def check_columns(columns: Sequence[str], kind: ImportKind) -> None:
    """Raises Refused unless every field is given at most once and the required ones are there."""
    labels = dict(kind.fields)
    chosen = [column for column in columns if column]
    for column in chosen:
        if column not in labels:
            raise Refused("import.unknown_field", f"{kind.title} have no field {column!r}.")
        if chosen.count(column) > 1:
            raise Refused("import.twice", f"Two columns are set to {labels[column]}. Choose one of them.")
    if missing := [labels[name] for name in kind.required if name not in chosen]:
        raise Refused("import.missing", f"Say which column holds: {', '.join(missing)}.")
