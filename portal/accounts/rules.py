"""How companies and people are named, matched and reached: pure checks and normal forms."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from portal.kernel.errors import Refused
from portal.kernel.places import countries

# Addresses here say nothing about the company behind them.
_FREE_MAIL = (
    "126.com 163.com aol.com bigpond.com btinternet.com comcast.net fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch "
    "gmx.com gmx.de gmx.net googlemail.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr icloud.com laposte.net libero.it "
    "live.com mac.com mail.com mail.ru me.com msn.com orange.fr outlook.com outlook.de pm.me posteo.de proton.me "
    "protonmail.com qq.com t-online.de wanadoo.fr web.de yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.ru ymail.com "
    "zoho.com"
)
FREE_MAIL = frozenset(_FREE_MAIL.split())
_LEGAL_FORMS = (
    "ab ag aps as asa bv co company corp corporation eg ek gbr gmbh inc incorporated kg kgaa limited llc llp ltd mbh nv oy "
    "oyj plc pty sa sarl sas se spa srl sro the und and"
)
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())
# The part after the country prefix, as the EU's VIES and the UK's tax office describe it.
VAT_FORMS: Mapping[str, str] = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "GB": r"\d{9}|\d{12}|GD\d{3}|HA\d{3}", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"\d{9}|\d{12}", "LU": r"\d{8}", "LV": r"\d{11}",
    "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}",
    "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}|\d{12}|GD\d{3}|HA\d{3}",
}  # fmt: skip
VAT_PREFIXES: Mapping[str, frozenset[str]] = {"GR": frozenset({"EL"}), "GB": frozenset({"GB", "XI"})}
WITHOUT_VAT = frozenset({"US"})


_PLAIN_LOCAL = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_ONE_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
_MARKED = re.compile(r"[;,\s]")


class Phone(NamedTuple):
    """As people read it, and as machines dial it."""

    readable: str
    e164: str


def name_key(name: str) -> str:
    """A company name without case, accents, punctuation and legal form: equal keys mean a likely duplicate."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    words = re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)).replace(".", ""))
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def split_name(name: str) -> tuple[str, str]:
    """(first, last): the last word is the surname; "Berch, Marian" is turned round."""
    surname, comma, rest = (part.strip() for part in name.partition(","))
    if comma and surname and rest:
        return rest, surname
    *first, last = name.replace(",", " ").split() or [""]
    return " ".join(first), last


def domain_of(address: str) -> str:
    """The domain of an email address or website, "" where it says nothing about a company (free mail, no domain)."""
    text = address.strip().lower().rpartition("@")[2]
    host = re.sub(r"^[a-z]+://", "", text).partition("/")[0].partition(":")[0].removeprefix("www.").strip(".")
    return host if "." in host and host not in FREE_MAIL else ""


def normal_email(address: str, field: str = "email") -> str:
    """Trimmed, lower-cased, the domain in ASCII as mail servers write it. Raises Refused for what cannot be an address;
    nobody is asked over the network."""
    local, _, domain = address.strip().lower().rpartition("@")
    if len(local) <= 64 and _PLAIN_LOCAL.fullmatch(local) and len(local) + len(host := _host(domain)) < 254 and host:
        return f"{local}@{host}"
    try:
        found = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Refused("email.invalid", f"This is not an email address: {error}", field) from error
    return (found.ascii_email or found.normalized).lower()


@lru_cache(10_000)
def _host(domain: str) -> str:
    """In ASCII, "" where no mail can go. Many people share a domain, so it is judged once."""
    try:
        return validate_email(f"a@{domain}", check_deliverability=False).ascii_domain
    except EmailNotValidError:
        return ""


def first_email(text: str) -> tuple[str, bool]:
    """(the address in what other programs export, whether there were more): "Ann <a@b.example>; c@d.example"."""
    if _ONE_ADDRESS.fullmatch(text):
        return text, False
    plain = text.translate(_INVISIBLE).strip()
    parts = (
        [part.strip() for part in re.split(r"[;,\s]+(?=\S*@)", plain) if "@" in part] if _MARKED.search(plain) else []
    )
    several = len(parts) > 1 and all(part.count("@") == 1 for part in parts) and "<" not in plain
    one = parts[0] if several else plain
    if match := re.fullmatch(r"[^<>]*<([^<>]+)>", one):
        one = match[1]
    return one.removeprefix("mailto:").strip(), several


def normal_phone(number: str, country: str = "", field: str = "phone") -> Phone:
    """Read as dialled in the country, kept in international form. Raises Refused for an impossible number."""
    if not number.strip():
        return Phone("", "")
    try:
        found = phonenumbers.parse(number, country or None)
    except NumberParseException as error:
        hint = "" if country else " Begin with + and the country code."
        raise Refused("phone.invalid", f"This is not a phone number.{hint}", field) from error
    if not phonenumbers.is_possible_number(found):
        raise Refused("phone.impossible", "This number has too many or too few digits.", field)
    readable = phonenumbers.format_number(found, PhoneNumberFormat.INTERNATIONAL)
    return Phone(readable, phonenumbers.format_number(found, PhoneNumberFormat.E164))


def amount_in(text: str, highest: int, field: str) -> Decimal:
    """A number in any spelling: "1,234.5", "1.234,50 €", "12 000". Raises Refused where it is none or out of measure."""
    plain = re.sub(r"[^\d.,-]", "", text)
    whole, mark, rest = plain.rpartition("," if plain.rfind(",") > plain.rfind(".") else ".")
    decimal = mark and len(rest) != 3 or (mark == "." and "," in whole) or (mark == "," and "." in whole)
    digits = re.sub(r"[.,]", "", whole) + (f".{rest}" if decimal else rest)
    try:
        found = Decimal(digits)
    except InvalidOperation:
        found = Decimal(-1)
    if not 0 <= found <= highest:
        raise Refused("number.invalid", f"This is not a number between 0 and {highest:,}.", field)
    return found


def normal_vat_id(vat_id: str, country: str) -> str:
    """Without spaces and punctuation, with its country prefix. Raises Refused where the form cannot be right.

    The form is checked, not whether the number was given out. Countries without a form here are taken as they are.
    """
    text = re.sub(r"[\s.\-/]", "", vat_id).upper()
    if not text:
        return ""
    prefix, rest = text[:2], text[2:]
    expected = VAT_PREFIXES.get(country) or (frozenset({country}) & VAT_FORMS.keys())
    if expected and prefix not in expected:
        wanted = " or ".join(sorted(expected))
        raise Refused("vat_id.country", f"A VAT number of this country begins with {wanted}.", "vat_id")
    if prefix in VAT_FORMS and not re.fullmatch(VAT_FORMS[prefix], rest):
        raise Refused("vat_id.form", f"This is not how a VAT number with {prefix} is written.", "vat_id")
    if prefix not in VAT_FORMS and country in WITHOUT_VAT:
        raise Refused("vat_id.none", "This country has no VAT numbers.", "vat_id")
    if not re.fullmatch(r"[A-Z0-9+*]{4,20}", text):
        raise Refused("vat_id.form", "A VAT number has 4 to 20 letters and digits.", "vat_id")
    return text


def check_country(code: str) -> str:
    """The code in capitals, "" for none. Raises Refused for anything but ISO 3166-1 alpha-2."""
    code = code.strip().upper()
    if code and code not in countries():
        raise Refused("country.unknown", f"{code} is not a country code.", "country")
    return code
