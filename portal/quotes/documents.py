"""A record as frozen paper: the parts that quotes, orders and invoices share, and the offer itself."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from portal.accounts.models import Account
from portal.accounts.models import Contact as Person
from portal.catalog.models import PricedLine
from portal.catalog.rules import DocumentTotals
from portal.kernel.db import db
from portal.kernel.paper import Contact, DocumentSnapshot, Line, Party, Section, Totals
from portal.organization.documents import country_name
from portal.organization.models import Company, Position
from portal.organization.queries import seated_user

from .models import Quote, Revision
from .rules import Change

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "discount": "Discount {percent} %",
        "pay": "Payable within {days} days without deduction.",
        "pay_now": "Payable at once.",
        "paid": "Paid so far",
        "added": "{name}: added",
        "removed": "{name}: removed",
        "quantity": "{name}: quantity {old} → {new}",
        "price": "{name}: unit price {old} → {new}",
        "discount_changed": "{name}: discount {old} % → {new} %",
        "terms": "Terms",
    },
    "de": {
        "discount": "Rabatt {percent} %",
        "pay": "Zahlbar innerhalb von {days} Tagen ohne Abzug.",
        "pay_now": "Sofort zahlbar.",
        "paid": "Bereits bezahlt",
        "added": "{name}: neu",
        "removed": "{name}: entfällt",
        "quantity": "{name}: Menge {old} → {new}",
        "price": "{name}: Einzelpreis {old} → {new}",
        "discount_changed": "{name}: Rabatt {old} % → {new} %",
        "terms": "Bedingungen",
    },
}


def language_tag(account: Account, person: Person | None) -> str:
    """BCP 47, with the country where it makes a known pair: "de-DE", "en-US"."""
    language = (person.language if person else account.language)[:2]
    tag = f"{language}-{account.country}"
    try:
        locale_of(tag)
    except (ValueError, UnknownLocaleError):
        return language
    return tag


@lru_cache
def locale_of(tag: str) -> Locale:
    """Read once: finding a locale costs more than using it."""
    return Locale.parse(tag, sep="-")


def say(tag: str, sentence: str, **values: object) -> str:
    """A sentence of the document in the language of `tag`; figures are written as that language writes them."""
    locale = locale_of(tag)
    shown = {
        key: format_decimal(value, "#,##0.####", locale=locale) if isinstance(value, Decimal) else value
        for key, value in values.items()
    }
    return WORDS.get(tag[:2], WORDS["en"])[sentence].format(**shown)


def describe(change: Change, tag: str) -> str:
    sentence = "discount_changed" if change.what == "discount" else change.what
    return say(tag, sentence, name=change.description, old=change.old, new=change.new)


def party(account: Account, person: Person | None, seller: Company, tag: str) -> Party:
    town = f"{account.postcode} {account.city}"
    if account.country in ("US", "CA", "AU"):
        town = f"{account.city}, {account.region} {account.postcode}"
    rows = [account.street, town.strip(" ,")]
    if account.country and account.country != seller.country:
        rows.append(country_name(account.country, tag))
    return {
        "name": account.legal_name or account.name,
        "person": person.name if person else "",
        "rows": [row for row in rows if row],
        "number": account.number,
        "vat_id": account.vat_id,
    }


def our_contact(owner: Position | None, seller: Company, day: date) -> Contact:
    """Who sits in the owning position that day, else the company."""
    with db.session.no_autoflush:  # nothing that a document is made of says who sits where
        user = seated_user(owner.id, day) if owner else None
    return {
        "name": user.name if user else seller.name,
        "role": owner.title if owner and user else "",
        "email": user.email if user else seller.email,
        "phone": seller.phone,
    }


def plain(figure: Decimal) -> str:
    """Exact and short: 19, 4.5, 1234.50."""
    return f"{figure:f}" if figure.as_tuple().exponent == -2 else f"{figure.normalize():f}"


def line_rows(lines: Sequence[PricedLine], found: DocumentTotals) -> list[Section]:
    rows: list[Line] = [
        {
            "position": str(place),
            "name": line.description,
            "sku": line.sku,
            "text": "",
            "quantity": plain(line.quantity),
            "unit": line.unit,
            "price": plain(line.unit_price),
            "discount": plain(line.discount_percent),
            "rate": plain(line.tax_percent),
            "category": line.tax_category,
            "net": str(net),
            "change": "",
            "removed": False,
        }
        for place, (line, net) in enumerate(zip(lines, found.nets, strict=True), 1)
    ]
    return [{"title": "", "note": "", "lines": rows, "subtotal": None}]


def sums(found: DocumentTotals, tag: str) -> Totals:
    label = say(tag, "discount", percent=found.discount_percent) if found.discount else ""
    return {
        "lines": str(found.lines),
        "discount": str(found.discount),
        "discount_label": label,
        "charge": "0",
        "charge_label": "",
        "net": str(found.net),
        "taxes": [
            {"category": group.category, "rate": plain(group.percent), "base": str(group.base), "tax": str(group.tax)}
            for group in found.groups
        ],
        "total": str(found.total),
        "paid": "0",
        "paid_label": "",
        "due": str(found.total),
    }


def payment_terms(days: int, tag: str) -> str:
    return say(tag, "pay", days=days) if days else say(tag, "pay_now")


def document(
    *, seller: Company, account: Account, person: Person | None, owner: Position | None, lines: Sequence[PricedLine],
    found: DocumentTotals, day: date, payment_days: int, **particular: Any,
) -> DocumentSnapshot:  # fmt: skip
    """What all three kinds of document say; `particular` adds or replaces (kind and number at least)."""
    tag = language_tag(account, person)
    common: dict[str, Any] = {
        "language": tag,
        "currency": found.currency,
        "tax_name": "sales_tax" if account.country == "US" else "vat",
        "issued": day.isoformat(),
        "subject": "",
        "to": party(account, person, seller, tag),
        "contact": particular.get("contact") or our_contact(owner, seller, day),
        "intro": [],
        "sections": line_rows(lines, found),
        "totals": sums(found, tag),
        "terms": [],
        "notices": [],
        "closing": "",
        "payment_terms": payment_terms(payment_days, tag),
        "your_reference": account.buyer_reference,
    }
    return common | particular  # type: ignore[return-value]


def offer(
    quote: Quote, revision: Revision, found: DocumentTotals, *, seller: Company, day: date, moved: Sequence[Change],
    replaces: int | None,
) -> DocumentSnapshot:  # fmt: skip
    """The revision as the customer will see it, for good."""
    tag = language_tag(quote.account, quote.contact)
    snapshot = document(
        seller=seller, account=quote.account, person=quote.contact, owner=quote.owner, lines=revision.lines, found=found,
        day=day, payment_days=revision.payment_days, kind="quote", number=quote.number, subject=quote.subject,
        intro=revision.intro.splitlines(), revision=revision.number, valid_until=revision.valid_until.isoformat(),
        terms=_terms(revision, tag), changes=[describe(change, tag) for change in moved],
    )  # fmt: skip
    if replaces:
        snapshot["replaces"] = replaces
    marks = {change.place: describe(change, tag) for change in moved if change.place}
    for row in snapshot["sections"][0]["lines"]:
        row["change"] = marks.get(int(row["position"]), "")
    return snapshot


def _terms(revision: Revision, tag: str) -> list[dict[str, str]]:
    payment = payment_terms(revision.payment_days, tag)
    return [{"title": say(tag, "terms"), "text": f"{payment} {revision.terms}".strip()}]
