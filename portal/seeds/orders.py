"""Orders of the years before and of the customers that the demo does not show in full: with their own numbers, as they
come from an earlier system, one line for each group of products, billed and paid."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import func, insert, select

from portal.accounts.models import Account, AccountAssignment, first_assignment
from portal.accounts.rules import name_key
from portal.catalog.queries import tax_rates
from portal.catalog.rules import DocumentTotals
from portal.invoices.models import Invoice, InvoiceLine, Payment
from portal.invoices.states import InvoiceState
from portal.kernel.db import db
from portal.kernel.paper import snapshot_hash
from portal.kernel.search import SearchEntry
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState, Stage
from portal.orders.models import Order, OrderLine
from portal.orders.states import OrderState
from portal.quotes.documents import document, our_contact
from portal.quotes.queries import seller as the_seller

from .invoices import totals_of
from .world import World

GROUPS = {"bikes": "Bikes", "components": "Components", "clothing": "Clothing", "accessories": "Accessories"}
BILLED_AFTER, TERMS = 3, 30  # days
Rows = list[dict[str, Any]]
Kept = tuple[dict[str, Any], Rows, DocumentTotals]  # an order with its lines and sums


def load(world: World) -> None:
    _stores(world)
    accounts = {account.number: account for account in db.session.scalars(select(Account))}
    days = [(world.shift(row["date"]), row) for row in world.rows("history")]
    past = [(day, row, accounts[row["account"]]) for day, row in days if day < world.today]
    rates: dict[tuple[str, str], Decimal] = {}
    kept = [_order(world, account, day, row, rates) for day, row, account in past]
    orders = [order for order, _, _ in kept]
    deals = _insert(
        Opportunity, [_deal(world, order, row) for order, (_, row, _) in zip(orders, past, strict=True)], "name"
    )
    for order, deal_id in zip(orders, deals, strict=True):
        order["opportunity_id"] = deal_id
    for order, order_id in zip(orders, _insert(Order, orders), strict=True):
        order["id"] = order_id
    _spread(OrderLine, "order_id", [order["id"] for order in orders], [lines for _, lines, _ in kept])
    people = {account.id: account for account in accounts.values()}
    _bill(world, [one for one in kept if one[0]["state"] == OrderState.INVOICED], people)


def _insert(model: Any, rows: Rows, key: str = "number") -> list[int]:
    """The ids in the order of the rows, found again by what is different in each: much faster than one row at a time."""
    before = db.session.scalar(select(func.coalesce(func.max(model.id), 0)))
    _store_rows(model, rows)
    new = db.session.execute(select(getattr(model, key), model.id).where(model.id > before))
    found = {name: record_id for name, record_id in new}
    return [found[row[key]] for row in rows]


def _spread(model: Any, name: str, ids: list[int], lines: list[Rows]) -> None:
    rows = [line | {name: i} for i, own in zip(ids, lines, strict=True) for line in own]
    _store_rows(model, rows)


def _store_rows(model: Any, rows: Rows) -> None:
    db.session.execute(insert(model.__table__), rows)


def _stores(world: World) -> None:
    """Further customers, without contacts."""
    rows = [_store(world, row) for row in world.rows("stores")]
    body = ((row, f"{row['number']} {row['city']} {row['industry']}") for row in rows)
    ids = _insert(Account, rows)
    found = [
        {"noun_of": "accounts", "record_id": account_id, "title": row["name"], "body": words}
        for account_id, (row, words) in zip(ids, body, strict=True)
    ]
    _store_rows(SearchEntry, found)
    begun = [
        first_assignment(account_id, row["owner_id"], row["territory_id"], row["created_at"].date())
        for account_id, row in zip(ids, rows, strict=True)
    ]
    _store_rows(AccountAssignment, begun)


def _store(world: World, row: dict[str, str]) -> dict[str, Any]:
    same = ("number", "name", "industry", "street", "city", "region", "postcode", "country")
    opened = world.shift(f"{max(int(row['year_opened']), 2000)}-07-01")
    return {name: row[name] for name in same} | {
        "name_key": name_key(row["name"]), "employees": int(row["employees"]), "legal_name": "", "domain": "",
        "annual_revenue": Decimal(row["annual_revenue"]), "phone": "", "phone_e164": "", "website": "", "vat_id": "",
        "buyer_reference": "", "payment_days": TERMS, "currency": world.company["currency"], "version": 1,
        "language": "de" if row["country"] == "DE" else "en", "owner_id": world.positions[row["owner"]].id,
        "territory_id": world.territories[row["territory"]].id, "created_at": _at(opened),
    }  # fmt: skip


def _at(day: date, hour: int = 16) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _order(
    world: World, account: Account, day: date, row: dict[str, str], rates: dict[tuple[str, str], Decimal]
) -> Kept:
    place = (account.country, account.region)
    if place not in rates:
        rates[place] = tax_rates(*place).get("S", Decimal(0))
    lines = _lines(row, rates[place])
    found = totals_of(lines, world.company["currency"])
    billed = day + timedelta(days=BILLED_AFTER) < world.today
    return {
        "number": f"AW-{row['number'].removeprefix('SO')}", "account_id": account.id,
        "territory_id": account.territory_id, "owner_id": world.positions[row["salesperson"]].id,
        "customer_reference": "", "payment_days": TERMS, "discount_percent": Decimal(0), "placed_at": _at(day),
        "state": OrderState.INVOICED if billed else OrderState.PLACED, "cancel_reason": "", "pdf_problem": "",
        "fulfilled_at": _at(day + timedelta(days=2)) if billed else None, "currency": found.currency, "net": found.net,
        "tax": found.tax, "total": found.total, "cost": Decimal(row["cost"]), "version": 1,
    }, lines, found  # fmt: skip


def _deal(world: World, order: dict[str, Any], row: dict[str, str]) -> dict[str, Any]:
    """A field sale; every fifth customer buys from a partner."""
    won = order["placed_at"]
    partner = world.partners[order["account_id"] % len(world.partners)] if order["account_id"] % 5 == 0 else None
    return {
        "name": f"Order {row['number']}", "account_id": order["account_id"], "source": "", "stage": Stage.CLOSE,
        "stage_since": won, "state": OpportunityState.WON, "amount": order["net"], "amount_from_lines": False,
        "currency": order["currency"], "probability": 100, "probability_overridden": False, "probability_note": "",
        "close_on": won.date(), "next_step": "", "decision_maker_known": True, "need": "", "closed_at": won,
        "actual_revenue": order["net"], "loss_reason": "", "competitor": "", "close_note": "",
        "created_at": won - timedelta(days=30), "owner_id": order["owner_id"], "territory_id": order["territory_id"],
        "version": 1, "partner_id": partner.id if partner else None,
        "channel_id": partner.channel_id if partner else world.channels["field"],
        "channel_because": "Sold by a partner" if partner else "Sold in the field",
    }  # fmt: skip


def _lines(row: dict[str, str], percent: Decimal) -> Rows:
    """What the groups came to."""
    return [
        {
            "place": place, "product_id": None, "sku": "", "description": name, "unit": "lot", "quantity": Decimal(1),
            "unit_price": Decimal(row[key]), "discount_percent": Decimal(0), "tax_percent": percent,
            "tax_category": "S" if percent else "O",
        }
        for place, (key, name) in enumerate(GROUPS.items(), 1)
        if row[key] != "0"
    ]  # fmt: skip


def _bill(world: World, kept: list[Kept], accounts: dict[int, Account]) -> None:
    seller = the_seller()
    contacts = {position.id: our_contact(position, seller, world.today) for position in world.positions.values()}
    rows = []
    for order, lines, found in kept:
        day = order["placed_at"].date() + timedelta(days=BILLED_AFTER)
        number = order["number"].replace("AW-", "AWI-")
        plain = cast(Any, [SimpleNamespace(**line) for line in lines])
        snapshot = document(
            seller=seller, account=accounts[order["account_id"]], person=None, owner=None, lines=plain, found=found,
            day=day, payment_days=TERMS, kind="invoice", number=number, due=str(day + timedelta(days=TERMS)),
            delivered=str(day - timedelta(days=1)), your_reference="", from_document=order["number"],
            contact=contacts[order["owner_id"]],
        )  # fmt: skip
        rows.append(
            _invoice(world, order, day, number) | {"snapshot": dict(snapshot), "snapshot_hash": snapshot_hash(snapshot)}
        )
    ids = _insert(Invoice, rows)
    _spread(InvoiceLine, "invoice_id", ids, [lines for _, lines, _ in kept])
    payments = [
        {
            "invoice_id": i, "amount": row["paid"], "received_on": _paid_on(row), "method": "Bank transfer",
            "reference": row["number"], "recorded_by": "Earlier system", "recorded_at": _at(_paid_on(row), 17),
        }
        for i, row in zip(ids, rows, strict=True)
        if row["paid"]
    ]  # fmt: skip
    _store_rows(Payment, payments)


def _paid_on(row: dict[str, Any]) -> date:
    return row["issued_on"] + timedelta(days=8 + row["order_id"] * 5 % 24)  # type: ignore[no-any-return]


def _invoice(world: World, order: dict[str, Any], day: date, number: str) -> dict[str, Any]:
    copied = ("account_id", "owner_id", "territory_id", "opportunity_id", "currency", "net", "tax", "total", "cost")
    row = {name: order[name] for name in copied} | {
        "number": number, "order_id": order["id"], "payment_days": TERMS, "discount_percent": Decimal(0),
        "issued_on": day, "issued_at": _at(day), "due_on": day + timedelta(days=TERMS), "created_at": _at(day, 9),
        "pdf_problem": "", "version": 1,
    }  # fmt: skip
    paid = _paid_on(row) < world.today
    return row | {
        "paid": order["total"] if paid else Decimal(0),
        "state": InvoiceState.PAID if paid else InvoiceState.ISSUED,
    }
