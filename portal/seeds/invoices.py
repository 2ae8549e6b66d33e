"""History from order to payment, and the quotes that are out."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from portal.catalog.queries import tax_rates
from portal.catalog.rules import DocumentTotals, PlainLine, total
from portal.invoices.events import InvoiceIssued
from portal.invoices.models import Invoice, InvoiceLine, Payment
from portal.invoices.queries import lines_of
from portal.invoices.rules import Wanted
from portal.invoices.services import issue_credit
from portal.invoices.states import CreditReason, InvoiceState
from portal.kernel import numbering
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db
from portal.kernel.money import round_to
from portal.kernel.outbox import emit
from portal.kernel.paper import snapshot_hash
from portal.orders.models import Order, OrderLine
from portal.orders.states import OrderState
from portal.organization.models import Company
from portal.quotes import services as quotes
from portal.quotes.documents import document, our_contact
from portal.quotes.queries import seller as the_seller

from .world import World

UNBILLED = 4  # days: younger orders wait for finance
TERMS = 30
LATELY = 45  # days: what fell due in them is not all paid
LATE_PAYERS = 9  # of so many invoices one is not paid and one half paid
PRINTED = 3  # the newest invoices are printed and mailed when the portal starts
QUOTES = 12


def load(world: World) -> None:
    seller = the_seller()
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in world.rows("order_lines"):
        lines[row["order"]].append(row)
    rates: dict[tuple[str, str], dict[str, Decimal]] = {}
    history = []
    for row in world.rows("orders"):
        day = world.shift(row["date"])
        account = world.accounts[row["account"]]
        place = (account.country, account.region)
        if place not in rates:
            rates[place] = tax_rates(*place)
        if day < world.today:
            history.append((day, row, account, [_line(world, line, rates[place]) for line in lines[row["number"]]]))
    history.sort(key=lambda one: one[0])
    orders = _orders(world, seller, history)
    _invoices(world, seller, orders)
    _quotes(world)


def _line(world: World, row: dict[str, str], rates: dict[str, Decimal]) -> dict[str, Any]:
    product = world.products[row["sku"]]
    percent = rates.get(product.tax_category, Decimal(0))
    return {
        "place": int(row["position"]), "product_id": product.id, "sku": product.sku, "description": product.name,
        "unit": product.unit, "quantity": Decimal(row["quantity"]), "unit_price": Decimal(row["unit_price"]),
        "discount_percent": Decimal(row["discount_percent"]), "tax_percent": percent,
        "tax_category": product.tax_category if percent else "O",
    }  # fmt: skip


def totals_of(lines: list[dict[str, Any]], currency: str) -> DocumentTotals:
    """Of the lines, which get their nets."""
    names = PlainLine._fields
    found = total([PlainLine(*(line[name] for name in names)) for line in lines], currency=currency)
    for line, net in zip(lines, found.nets, strict=True):
        line["net"] = net
    return found


def _numbers(series: str, days: list[date]) -> Iterator[str]:
    """As many numbers as there are days, year by year, so that the series goes on after them."""
    kept = {
        year: iter(numbering.take_many(series, year, count)) for year, count in Counter(d.year for d in days).items()
    }
    return (next(kept[day.year]) for day in days)


def _at(day: date, hour: int = 16) -> datetime:
    return datetime.combine(day, time(hour), UTC)


Kept = tuple[Order, list[dict[str, Any]], DocumentTotals]


def _orders(
    world: World, seller: Company, history: list[tuple[date, dict[str, str], Any, list[dict[str, Any]]]]
) -> list[Kept]:
    numbers = _numbers("SO", [day for day, *_ in history])
    people = {c.account_id: c for c in reversed(world.contacts.values())}
    kept: list[Kept] = []
    for day, row, account, lines in history:
        found = totals_of(lines, row["currency"])
        deal = world.opportunities.get(f"order:{row['number']}")
        billed = day < world.today - timedelta(days=UNBILLED)
        order = Order(
            number=next(numbers), opportunity_id=deal.id if deal else None, account_id=account.id, account=account,
            contact=people.get(account.id), owner_id=world.positions[row["salesperson"]].id,
            territory_id=account.territory_id, discount_percent=Decimal(0),
            state=OrderState.INVOICED if billed else OrderState.PLACED,
            customer_reference=row["customer_po"], payment_days=TERMS, placed_at=_at(day),
            fulfilled_at=_at(day + timedelta(days=2)) if billed else None, currency=found.currency, net=found.net,
            tax=found.tax, total=found.total, cost=_cost(world, lines, found.currency),
        )  # fmt: skip
        kept.append((order, lines, found))
    db.session.add_all([order for order, *_ in kept])
    db.session.flush()
    rows = [line | {"order_id": order.id} for order, lines, _ in kept for line in lines]
    db.session.execute(insert(OrderLine), rows)
    return kept


def _cost(world: World, lines: list[dict[str, Any]], currency: str) -> Decimal:
    return round_to(
        sum((line["quantity"] * world.products[line["sku"]].standard_cost for line in lines), Decimal(0)), currency
    )


def _invoices(world: World, seller: Company, orders: list[Kept]) -> None:
    """Issued three days after the order; what fell due is paid, but for a few who are late."""
    billed = [kept for kept in orders if kept[0].state == OrderState.INVOICED]
    days = [order.placed_at.date() + timedelta(days=3) for order, *_ in billed]
    numbers = _numbers("INV", days)
    contacts = {position.id: our_contact(position, seller, world.today) for position in world.positions.values()}
    made = []
    for place, ((order, lines, found), day) in enumerate(zip(billed, days, strict=True)):
        invoice = _issued(order, next(numbers), day)
        snapshot = document(
            seller=seller, account=order.account, person=order.contact, owner=None,
            lines=[InvoiceLine(**line) for line in lines], found=found, day=day, payment_days=TERMS, kind="invoice",
            number=invoice.number, due=str(invoice.due_on), delivered=str(day - timedelta(days=1)),
            your_reference=order.customer_reference, from_document=order.number, contact=contacts[order.owner_id or 0],
        )  # fmt: skip
        invoice.snapshot, invoice.snapshot_hash = dict(snapshot), snapshot_hash(snapshot)
        invoice.paid, paid_on = _paid(world, invoice, place)
        invoice.state = InvoiceState.PAID if invoice.paid == invoice.total else InvoiceState.ISSUED
        made.append((invoice, lines, paid_on))
    db.session.add_all([invoice for invoice, *_ in made])
    db.session.flush()
    db.session.execute(insert(InvoiceLine), [line | {"invoice_id": one.id} for one, lines, _ in made for line in lines])
    payments = [_payment(one, paid_on) for one, _, paid_on in made if one.paid]
    db.session.execute(insert(Payment), payments)
    for invoice, *_ in made[-PRINTED:]:
        emit(InvoiceIssued(invoice_id=invoice.id))
    _credits([invoice for invoice, *_ in made])


def _credits(made: list[Invoice]) -> None:
    """A tenth off a paid invoice, which is to be refunded, and a line of an open one that came back."""
    paid = next(invoice for invoice in reversed(made) if invoice.state == InvoiceState.PAID)
    is_open = next(invoice for invoice in reversed(made) if invoice.state == InvoiceState.ISSUED and not invoice.paid)
    tenth, line = round_to(paid.net / 10, paid.currency), lines_of(is_open.id)[0]
    issue_credit(SYSTEM, paid.id, reason=CreditReason.PRICE, remark="Scratches on the frames.", amount=tenth)
    issue_credit(SYSTEM, is_open.id, reason=CreditReason.RETURNED, lines={line.id: Wanted(line.quantity)})


def _issued(order: Order, number: str, day: date) -> Invoice:
    return Invoice(
        number=number, order_id=order.id, opportunity_id=order.opportunity_id, account_id=order.account_id,
        contact_id=order.contact_id, owner_id=order.owner_id, territory_id=order.territory_id, payment_days=TERMS,
        currency=order.currency, net=order.net, tax=order.tax, total=order.total, cost=order.cost,
        issued_on=day, issued_at=_at(day), due_on=day + timedelta(days=TERMS), created_at=_at(day, 9),
    )  # fmt: skip


def _paid(world: World, invoice: Invoice, place: int) -> tuple[Decimal, date]:
    """How much of it, and when: on time, half of it, or not yet."""
    assert invoice.due_on
    assert invoice.issued_on
    lately = invoice.due_on > world.today - timedelta(days=LATELY)
    if lately and place % LATE_PAYERS == 0:
        return Decimal(0), world.today
    if lately and place % LATE_PAYERS == 1:
        return round_to(invoice.total / 2, invoice.currency), min(invoice.due_on, world.today)
    on = invoice.issued_on + timedelta(days=8 + place * 5 % 24)
    return (invoice.total, on) if on < world.today else (Decimal(0), world.today)


def _payment(invoice: Invoice, on: date) -> dict[str, Any]:
    return {
        "invoice_id": invoice.id, "amount": invoice.paid, "received_on": on, "method": "Bank transfer",
        "reference": invoice.number, "recorded_by": "David Liu", "recorded_at": _at(on, 17),
    }  # fmt: skip


def _quotes(world: World) -> None:
    """What is out at customers: the deals in Propose and Close have a sent quote, the next ones a draft."""
    wanted = [
        (key, row) for key, row in ((row["key"], row) for row in world.rows("opportunities"))
        if row["state"] == "open" and row["stage"] in ("propose", "close")
    ][:QUOTES]  # fmt: skip
    for place, (key, row) in enumerate(wanted):
        deal = world.opportunities[key]
        quote_id = quotes.draft_from_opportunity(SYSTEM, deal.id)
        if place % 4 != 3:
            db.session.flush()
            quotes.send(SYSTEM, quote_id, to=row["contact"])
