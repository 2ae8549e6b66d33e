"""Deals of the demo company: the open and lately closed ones, and those behind its orders."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from portal.activities.models import Activity, Regarding
from portal.activities.states import Kind
from portal.channels.rules import source_key
from portal.kernel import clock
from portal.kernel.db import Base, db
from portal.opportunities.models import Opportunity, OpportunityLine, StageChange
from portal.opportunities.rules import ORDER
from portal.opportunities.states import PROBABILITY, OpportunityState, Stage

from .world import World

REASONS = {"price": "Price", "competitor": "Competitor", "no budget": "No budget", "postponed": "Timing"}
TALKS = (
    (Kind.CALL, "Call with {contact}: what they sell and what runs out"),
    (Kind.EMAIL, "Sent the catalogue and the reseller prices"),
    (Kind.MEETING, "Visit at {account}: sizes, colours, dates of delivery"),
    (Kind.CALL, "Call with {contact}: the price for the larger number"),
    (Kind.NOTE, "They compare with last year's order"),
)
TASKS = ("Call {contact} back", "Send the size chart to {contact}", "Ask {contact} for the delivery window")


def load(world: World) -> None:
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in world.rows("opportunity_lines"):
        lines[row["opportunity"]].append(row)
    for place, row in enumerate(world.rows("opportunities")):
        deal = _deal(world, row, place, lines[row["key"]])
        world.opportunities[row["key"]] = deal
        _through(world, deal)
        db.session.add(deal)
        db.session.flush()
        db.session.add_all(_history(deal, _moment(world, -int(row["age_in_days"]))))
        db.session.add_all(_activities(world, deal, row, place))
    _behind_orders(world)


def _through(world: World, deal: Opportunity) -> None:
    """The channel of its source; every sixth deal was a partner's."""
    if world.partners and deal.account_id % 6 == 0:
        partner = world.partners[deal.account_id % len(world.partners)]
        deal.partner_id, deal.channel_id, deal.channel_because = partner.id, partner.channel_id, "Sold by a partner"
    else:
        deal.channel_id = world.channels.get(source_key(deal.source))
        deal.channel_because = f"Deals of the source {deal.source.replace('_', ' ')} come through it"


def _moment(world: World, days: int, hour: int = 16) -> datetime:
    """In the working day of the company, some days from today; never ahead of the clock for what has happened."""
    return datetime.combine(world.today + timedelta(days=days), time(hour), UTC)


def _deal(world: World, row: dict[str, str], place: int, lines: list[dict[str, str]]) -> Opportunity:
    account, owner = world.accounts[row["account"]], world.positions[row["owner"]]
    state, stage = OpportunityState(row["state"]), Stage(row["stage"])
    closes = int(row["close_in_days"])
    open_deal = state == OpportunityState.OPEN
    pieces = sum(int(Decimal(line["quantity"])) for line in lines)
    started = _moment(world, -int(row["age_in_days"]))
    return Opportunity(
        name=row["name"],
        account_id=account.id,
        contact_id=world.contacts[row["contact"]].id,
        source=row["source"],
        stage=stage,
        stage_since=started,
        state=state,
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        price_list_id=account.price_list_id,
        probability=PROBABILITY[stage] if open_deal else 100 * (state == OpportunityState.WON),
        close_on=world.today + timedelta(days=closes),
        next_step=row["next_step"] if open_deal else "",
        next_step_on=world.today + timedelta(days=place * 5 % 14 - 3) if open_deal and row["next_step"] else None,
        decision_maker_known=stage in (Stage.PROPOSE, Stage.CLOSE),
        need=f"{row['name']}: about {pieces} pieces." if stage != Stage.QUALIFY or place % 2 else "",
        closed_at=None if open_deal else _moment(world, closes, hour=17),
        actual_revenue=Decimal(row["amount"]) if state == OpportunityState.WON else None,
        loss_reason=REASONS.get(row["loss_reason"], "Other") if state == OpportunityState.LOST else "",
        created_at=started,
        owner_id=owner.id,
        territory_id=account.territory_id,
        lines=[_line(world, line) for line in lines],
    )


def _line(world: World, row: dict[str, str]) -> OpportunityLine:
    return OpportunityLine(
        place=int(row["position"]),
        product_id=world.products[row["sku"]].id,
        quantity=Decimal(row["quantity"]),
        unit_price=Decimal(row["unit_price"]),
    )


def _history(deal: Opportunity, started: datetime) -> Iterator[StageChange]:
    """The way to the present stage, spread over the age of the deal: later stages take longer."""
    passed = ORDER[: ORDER.index(deal.stage) + 1]
    until = deal.closed_at or clock.now()
    days = max((until - started).days, 0)
    at, before = started, None
    shares = len(passed) * (len(passed) + 1) // 2
    for place, stage in enumerate(passed):
        spent = days * place // shares
        at += timedelta(days=spent)
        yield StageChange(
            opportunity_id=deal.id,
            from_stage=before,
            to_stage=stage,
            at=at,
            by="Throughline",
            days=spent if before else None,
        )
        before = stage
    deal.stage_since = at


def _activities(world: World, deal: Opportunity, row: dict[str, str], place: int) -> Iterator[Activity]:
    account, contact = world.accounts[row["account"]], world.contacts[row["contact"]]
    words = {"account": account.name, "contact": contact.name}
    about = [("opportunities", deal.id), ("accounts", account.id), ("contacts", contact.id)]
    author = world.people[row["owner"]].name
    age, last = int(row["age_in_days"]), max(-int(row["close_in_days"]), 0) if row["state"] != "open" else place % 9
    for step in range(1 + place % len(TALKS)):
        days = age - (age - last) * (step + 1) // (1 + place % len(TALKS))
        kind, text = TALKS[(place + step) % len(TALKS)]
        at = _moment(world, -max(days, 1), hour=15)
        yield _activity(deal, about, kind=kind, subject=text.format(**words), author=author, at=at)
    if row["state"] == "open" and place % 4 == 0:
        subject = TASKS[place // 4 % len(TASKS)].format(**words)
        due_at = _moment(world, place % 5 - 1, hour=18)
        at = _moment(world, -2)
        yield _activity(deal, about, kind=Kind.TASK, subject=subject, author=author, at=at, due_at=due_at)


def _activity(deal: Opportunity, about: list[tuple[str, int]], **values: Any) -> Activity:
    return Activity(
        owner_id=deal.owner_id,
        territory_id=deal.territory_id,
        regarding=[Regarding(noun_of=noun, record_id=record_id) for noun, record_id in about],
        **values,
    )


def _behind_orders(world: World) -> None:
    """A won deal for every order of the files until today, under the key "order:NUMBER"."""
    made: list[Base] = []
    for place, row in enumerate(world.rows("orders")):
        day = world.shift(row["date"])
        if day < world.today:
            deal = _won(world, row, day, age=timedelta(days=20 + place * 7 % 41))
            _through(world, deal)
            world.opportunities[f"order:{row['number']}"] = deal
            made.append(deal)
    db.session.add_all(made)
    db.session.flush()
    for deal in (world.opportunities[key] for key in world.opportunities if key.startswith("order:")):
        db.session.add_all(_history(deal, deal.created_at))


def _won(world: World, row: dict[str, str], day: date, age: timedelta) -> Opportunity:
    account = world.accounts[row["account"]]
    closed_at = datetime.combine(day, time(20), UTC)
    contact = next((c for c in world.contacts.values() if c.account_id == account.id), None)
    return Opportunity(
        name=f"Order {row['customer_po'] or row['number']}",
        account_id=account.id,
        contact_id=contact.id if contact else None,
        source="referral" if age.days % 3 else "trade_fair",
        stage=Stage.CLOSE,
        stage_since=closed_at - age,
        state=OpportunityState.WON,
        amount=Decimal(row["subtotal"]),
        amount_from_lines=False,
        currency=row["currency"],
        price_list_id=account.price_list_id,
        probability=100,
        close_on=day,
        decision_maker_known=True,
        closed_at=closed_at,
        actual_revenue=Decimal(row["subtotal"]),
        created_at=closed_at - age,
        owner_id=world.positions[row["salesperson"]].id,
        territory_id=account.territory_id,
    )
