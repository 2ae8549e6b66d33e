"""The frozen shape of a quote, an order confirmation, an invoice or a credit note, as stored, hashed and printed."""

import hashlib
import json
from typing import Literal, NotRequired, TypedDict

# Amounts, quantities and rates are exact decimals written as strings ("1234.50"), dates are ISO days ("2026-11-20").
# A snapshot therefore is plain JSON: the same on every machine, and its hash never depends on a float.


class Party(TypedDict):
    """The recipient as addressed; `rows` are street, town and, for letters abroad, the country."""

    name: str
    person: str
    rows: list[str]
    number: str
    vat_id: str


class Contact(TypedDict):
    """The person on our side."""

    name: str
    role: str
    email: str
    phone: str


class Line(TypedDict):
    """One position. `net` is rounded to the currency; `change` says in words what moved since the last revision."""

    position: str
    name: str
    sku: str
    text: str
    quantity: str
    unit: str
    price: str
    discount: str
    rate: str
    category: str
    net: str
    change: str
    removed: bool


class Section(TypedDict):
    """Lines under one heading; a single untitled section when the document is not divided."""

    title: str
    note: str
    lines: list[Line]
    subtotal: str | None


class TaxGroup(TypedDict):
    """One row of the tax breakdown (EN 16931 BG-23)."""

    category: str
    rate: str
    base: str
    tax: str


class Totals(TypedDict):
    """The sums of EN 16931 BG-22; `discount` and `paid` are positive numbers that the page shows as deductions."""

    lines: str
    discount: str
    discount_label: str
    charge: str
    charge_label: str
    net: str
    taxes: list[TaxGroup]
    total: str
    paid: str
    paid_label: str
    due: str


class Clause(TypedDict):
    """A titled sentence: a term of sale, a notice."""

    title: str
    text: str


class Delivery(TypedDict):
    """When, where and how goods arrive; each with a smaller second line."""

    when: str
    when_detail: str
    where: str
    where_detail: str
    carrier: str
    carrier_detail: str


class Milestone(TypedDict):
    """One step of an invoicing plan."""

    name: str
    expected: str
    share: str
    amount: str


class DocumentSnapshot(TypedDict):
    """Everything that the page says, finished; `language` is a BCP 47 tag of the recipient ("de-DE", "en-US")."""

    kind: Literal["quote", "order", "invoice", "credit_note"]
    number: str
    language: str
    currency: str
    tax_name: Literal["vat", "sales_tax"]
    issued: str
    subject: str
    to: Party
    contact: Contact
    intro: list[str]
    sections: list[Section]
    totals: Totals
    terms: list[Clause]
    notices: list[Clause]
    closing: str
    your_reference: NotRequired[str]
    from_document: NotRequired[str]
    payment_terms: NotRequired[str]
    revision: NotRequired[int]
    replaces: NotRequired[int]
    changes: NotRequired[list[str]]
    valid_until: NotRequired[str]
    options: NotRequired[list[Line]]
    accept_url: NotRequired[str]
    delivery: NotRequired[Delivery]
    schedule: NotRequired[list[Milestone]]
    delivered: NotRequired[str]
    due: NotRequired[str]


class Address(TypedDict):
    """The seller's postal address."""

    line1: str
    postcode: str
    city: str
    country: str


class Bank(TypedDict):
    """The account that customers pay into."""

    name: str
    iban: str
    bic: str


class Brand(TypedDict):
    """The seller as letters and mails show it; `accent` is #rrggbb, the logo addresses are public and absolute."""

    name: str
    legal_name: str
    website: str
    email: str
    phone: str
    accent: str
    address: Address
    register: str
    vat_id: str
    directors: str
    bank: Bank
    logo_light_url: str
    logo_dark_url: str


def canonical(snapshot: DocumentSnapshot) -> bytes:
    """One spelling per snapshot: sorted keys, no spaces, UTF-8; a float or NaN is refused with ValueError."""
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    return text.encode()


def snapshot_hash(snapshot: DocumentSnapshot) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal digits."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def count_lines(snapshot: DocumentSnapshot) -> int:
    """Rows of the document, options included."""
    return sum(len(section["lines"]) for section in snapshot["sections"]) + len(snapshot.get("options", []))


def _refuse(number: str) -> None:
    raise ValueError(f"a snapshot holds exact decimals as text, not the float {number}")
