"""Invoices and payments as lists."""

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, select
from sqlalchemy.orm import contains_eager

from portal.accounts.models import Account
from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.listing import Field, Listing
from portal.organization.queries import owner_field, reach, visible_to
from portal.quotes.queries import seller_today

from ..models import Invoice, Payment
from ..states import METHODS, Standing
from .invoices import OWED, STANDING_NAMES, standing, standing_on


def _rows(actor: Actor) -> Select[Invoice]:
    return visible_to(actor, Invoice).outerjoin(Invoice.account).options(contains_eager(Invoice.account))


STANDING = standing_on(bindparam("today", callable_=seller_today, type_=Date))  # the day on which the list is read


def _stands(actor: Actor, text: str) -> ColumnElement[bool]:
    return STANDING.in_([Standing(part).value for part in text.split(",")])


LISTING = Listing(
    name="invoices",
    query=_rows,
    identity=Invoice.id,
    words=(Invoice.number, Account.name),
    sort="-created_at",
    views=(
        ("Drafts", "standing=draft"), ("Unpaid", "standing=open,partly_paid,overdue"), ("Overdue", "standing=overdue"),
        ("To refund", "standing=to_refund"), ("Credit notes", "standing=credit_note"),
    ),
    fields=(
        Field("number", "Invoice", func.coalesce(Invoice.number, ""), value=lambda row: row.number or "Draft"),
        Field("account", "Account", Account.name, value=lambda row: row.account.name),
        Field(
            "standing", "State", STANDING, value=lambda row: STANDING_NAMES[standing(row, seller_today())], kind="state",
            filter="choice", match=_stands, choices=lambda actor: [(key.value, name) for key, name in STANDING_NAMES.items()],
        ),
        Field("issued_on", "Issued", Invoice.issued_on, kind="date", filter="range"),
        Field("due_on", "Due", Invoice.due_on, kind="date", filter="range"),
        Field("net", "Net", Invoice.net, kind="money", shown=False, summed=True),
        Field("margin", "Margin", Invoice.net - Invoice.cost, value=lambda row: row.net - row.cost, kind="money",
              shown=False, summed=True),
        Field("total", "Total", Invoice.total, kind="money", filter="range"),
        Field("amount_due", "To pay", OWED, kind="money", filter="range"),
        Field("created_at", "Created", Invoice.created_at, kind="datetime", shown=False),
        owner_field(Invoice),
    ),
)  # fmt: skip


def _payments(actor: Actor) -> Select[Payment]:
    """A payment is seen by whoever sees its invoice."""
    seen = select(Payment).join(Payment.invoice).outerjoin(Invoice.account)
    way = contains_eager(Payment.invoice)
    return seen.where(reach(actor, Invoice, "invoices.view")).options(way, way.contains_eager(Invoice.account))


PAYMENTS = Listing(
    name="payments",
    query=_payments,
    identity=Payment.id,
    currency=Invoice.currency,
    words=(Invoice.number, Account.name, Payment.reference),
    sort="-received_on",
    views=(("Refunds", "refund=1"),),
    fields=(
        Field("number", "Invoice", Invoice.number, value=lambda row: row.invoice.number),
        Field("account", "Account", Account.name, value=lambda row: row.invoice.account.name),
        Field("received_on", "Received", Payment.received_on, kind="date", filter="range"),
        Field(
            "amount", "Amount", Payment.amount, kind="money", filter="range", currency=lambda row: row.invoice.currency,
            summed=True,
        ),
        Field("method", "Method", Payment.method, filter="choice", choices=lambda actor: [(one, one) for one in METHODS]),
        Field("reference", "Reference", Payment.reference, filter="contains"),
        Field("recorded_by", "Recorded by", Payment.recorded_by),
        Field("recorded_at", "Recorded", Payment.recorded_at, kind="datetime", shown=False, filter="range"),
        owner_field(Invoice, value=lambda row: row.invoice.owner_id),
        Field("refund", "Refund", Payment.amount < 0, value=lambda row: "", shown=False, sortable=False, filter="flag"),
    ),
)  # fmt: skip


# Books and business letters are kept as long as tax and commercial law ask (in Germany HGB 257, AO 147).
def _billed(person: persons.Person) -> ColumnElement[bool]:
    return Invoice.contact_id.in_(person.of("contacts"))


def _paid(person: persons.Person) -> ColumnElement[bool]:
    return Payment.invoice_id.in_(select(Invoice.id).where(_billed(person)))


BOOKS = "Tax law asks for invoices and payments for years (in Germany AO 147: eight)."
persons.leave(
    persons.Trail("invoices", Invoice, _billed, {}, why=BOOKS), persons.Trail("payments", Payment, _paid, {}, why=BOOKS)
)
