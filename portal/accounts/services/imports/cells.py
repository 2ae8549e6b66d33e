"""What stands in the cells of a file, in the form in which it is kept: for contacts, accounts and leads alike."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

from portal.kernel.errors import Refused
from portal.kernel.places import country_called
from portal.organization.queries import company
from portal.workspace.services.imports import Candidate

from ...rules import Phone, amount_in, first_email, normal_email, normal_phone, split_name

LONGEST_LINE, LONGEST_TEXT = 200, 10_000
LONG_TEXTS = {"message"}
CUT_OFF = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)
THEIRS = "This belongs to somebody else."


def read_cells(at: int, row: Mapping[str, str], fields: Mapping[str, str]) -> Candidate:
    """The cells that say something: an empty one leaves a known record's value alone. Text on one line, within measure."""
    one = Candidate(at, "", {})
    for name, cell in row.items():
        if cell and name in fields and (text := cell.strip()):
            plain = len(text) <= LONGEST_LINE and text.isascii() and text.isprintable()
            one.values[name] = text if plain else _tidy(one, name, text)
    return one


def _tidy(one: Candidate, name: str, text: str) -> str:
    limit = LONGEST_TEXT if name in LONG_TEXTS else LONGEST_LINE
    whole = text if name in LONG_TEXTS else " ".join(text.split())
    plain = unicodedata.normalize("NFC", whole)
    if len(plain) > limit:
        one.notes.append((name, f"This is longer than {limit:,} characters; the rest was cut off."))
    return plain[:limit]


def email_key(row: Mapping[str, str]) -> str:
    """The address of a row in the spelling in which it is kept, "" where there is none."""
    address, _ = _email(row.get("email") or "")
    return address if isinstance(address, str) else ""


@lru_cache(10_000)
def _email(text: str) -> tuple[str | Refused, bool]:
    """The address or why there is none, and whether there were several. Each is asked for more than once."""
    address, several = first_email(text)
    try:
        return normal_email(address), several
    except Refused as refusal:
        return refusal, several


def read_email(row: Mapping[str, str], one: Candidate) -> str:
    """Raises Refused for no address or a wrong one."""
    if not (text := row.get("email", "").strip()):
        raise Refused("import.no_email", "People are told apart by their email address.", "email")
    address, several = _email(text)
    if isinstance(address, Refused):
        raise Refused(address.code, address.message, address.field)
    if several:
        one.notes.append(("email", "There are several addresses in this cell; the first one was taken."))
    return address


def read_name(one: Candidate) -> None:
    """First and last name, also where the file has both in one cell."""
    whole = one.values.pop("full_name", "")
    if whole and "last_name" not in one.values:
        first, one.values["last_name"] = split_name(whole)
        if first and "first_name" not in one.values:
            one.values["first_name"] = first


def name_after_address(one: Candidate) -> None:
    """A new person has a last name."""
    if not one.values.get("last_name"):
        one.values["last_name"] = one.key.partition("@")[0]
        one.notes.append(("last_name", "There is no last name; the first part of the address stands for it."))


def read_country(one: Candidate) -> str:
    """The code, "" where none is given."""
    if text := one.values.get("country", ""):
        if code := country_called(text):
            one.values["country"] = code
        else:
            one.leave_out("country", f"{text[:60]} is not known as a country; it was left out.")
    return str(one.values.get("country", ""))


def try_field(one: Candidate, name: str, read: Callable[[str], object]) -> None:
    """What cannot be read is left out and noted; the rest of the row is good."""
    if name in one.values:
        try:
            one.values[name] = read(one.values[name])
        except Refused as refusal:
            one.leave_out(name, f"{refusal.message} It was left out.")


def home() -> str:
    """Where numbers without a country are at home."""
    seller = company()
    return seller.country if seller else ""


def read_phone(one: Candidate, name: str, country: str) -> None:
    if name not in one.values:
        return
    try_field(one, name, lambda text: _phone(text, country, name))
    if name in one.values:
        one.values[name], one.values[f"{name}_e164"] = one.values[name]


def _phone(text: str, country: str, name: str) -> Phone:
    if CUT_OFF.fullmatch(text):
        raise Refused("phone.cut_off", "A spreadsheet has cut digits off this number.", name)
    return normal_phone(text, country, name)


def read_number(one: Candidate, name: str, highest: int) -> None:
    """A whole number of things, in any spelling."""
    try_field(one, name, lambda text: int(amount_in(text, highest, name)))


def read_language(one: Candidate) -> None:
    try_field(one, "language", _language)


def _language(text: str) -> str:
    code = text.lower().replace("_", "-").partition("-")[0]
    if len(code) == 2 and code.isascii() and code.isalpha():
        return code
    raise Refused("language.unknown", "A language is two letters, such as en.", "language")
