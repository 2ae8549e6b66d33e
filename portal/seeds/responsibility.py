"""Who answers for the demo customers: tiers by revenue, teams, touches, the sellers before, rules, one orphan."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, insert, select, update

from portal.accounts.models import Account, AccountAssignment, AccountTeam
from portal.accounts.states import Access, TeamRole, Tier
from portal.activities.models import Activity, Regarding
from portal.activities.services import read_touches
from portal.activities.states import Kind
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.orders.models import Order
from portal.responsibility.models import AssignmentRule, Engagement
from portal.responsibility.services import transfer
from portal.responsibility.states import Method, Subject

from .world import World

SHARES = ((Tier.A, 0.15), (Tier.B, 0.45))  # of the accounts by revenue, counted from the top
TEAM = (
    ("brian-welcker", TeamRole.EXECUTIVE_SPONSOR, Access.VIEW),
    ("stephen-jiang", TeamRole.OVERLAY, Access.EDIT),
    ("david-campbell", TeamRole.CUSTOMER_SUCCESS, Access.VIEW),
)
TALKS = ((Kind.CALL, "Call about the coming season"), (Kind.EMAIL, "Sent the new price list"), (Kind.MEETING, "Visit"))
OFTEN = {Tier.A: 24, Tier.B: 48, Tier.C: 100}  # days within which most were touched
OPERATIONS = "karen-berg"


def load(world: World) -> None:
    ranked = _rank()
    _touch(world, ranked)
    _before(world)
    for account in ranked[:6]:
        team = [(world.positions[key].id, role, access) for key, role, access in TEAM]
        members = [member for member in team if member[0] != account.owner_id]
        db.session.add_all(AccountTeam(account_id=account.id, position_id=p, role=r, access=a) for p, r, a in members)
    _rules(world)
    _orphan(ranked[-1], world.today)
    operations = Actor(world.people[OPERATIONS].name, world.people[OPERATIONS].id, is_system=True)
    transfer(
        operations,
        [account.id for account in ranked if account.owner_id == world.positions["david-campbell"].id][:3],
        to_position_id=world.positions["pamela-ansman-wolfe"].id,
        reason="Even out the Northwest",
        on=world.today + timedelta(days=30),
        hold_over_until=world.today + timedelta(days=60),
    )


def _rank() -> list[Account]:
    """By what they ordered, most first; the tier follows."""
    revenue = dict(db.session.execute(select(Order.account_id, func.sum(Order.net)).group_by(Order.account_id)).all())
    everybody = db.session.scalars(select(Account)).all()
    ranked = sorted(everybody, key=lambda account: (-revenue.get(account.id, 0), account.number))
    for place, account in enumerate(ranked):
        account.tier = next((tier for tier, share in SHARES if place < share * len(ranked)), Tier.C)
    db.session.flush()
    return ranked


def _touch(world: World, ranked: list[Account]) -> None:
    """Somebody spoke with most of them lately; a few are late, the fourth largest among them."""
    for place, account in enumerate(ranked):
        often = OFTEN[account.tier]
        days = often * 3 if place == 3 or place % 17 == 16 else 2 + place * 7 % often
        kind, subject = TALKS[place % len(TALKS)]
        db.session.add(
            Activity(
                kind=kind,
                subject=subject,
                author="Sales",
                at=datetime.combine(world.today - timedelta(days=days), time(15), UTC),
                owner_id=account.owner_id,
                territory_id=account.territory_id,
                regarding=[Regarding(noun_of="accounts", record_id=account.id)],
            )
        )
        if place % 13 == 5:
            account.cadence_days = 7
    db.session.flush()
    read_touches()


def _before(world: World) -> None:
    """Whoever sold in the territory before stands in the history, with the day on which they went elsewhere."""
    left: dict[int, tuple[int, date]] = {}
    for row in world.rows("territory_history"):
        if row["last_day"] and row["person"] in world.positions:
            day = world.shift(row["last_day"]) + timedelta(days=1)
            left[world.territories[row["territory"]].id] = (world.positions[row["person"]].id, day)
    current = select(AccountAssignment).where(AccountAssignment.ends_on.is_(None))
    for held in db.session.scalars(current).all():
        former, day = left.get(held.territory_id or 0, (None, world.today))
        if former not in (None, held.owner_id) and held.starts_on < day <= world.today:
            db.session.add(
                AccountAssignment(
                    account_id=held.account_id, owner_id=former, territory_id=held.territory_id, starts_on=held.starts_on,
                    ends_on=day, hold_over_until=day + timedelta(days=30), reason="New account", by="Throughline",
                )
            )  # fmt: skip
            held.starts_on, held.reason = day, "The seller before went to another territory"
            db.session.flush()


def _orphan(account: Account, today: date) -> None:
    """Nobody took it over."""
    mine = (AccountAssignment.account_id == account.id, AccountAssignment.ends_on.is_(None))
    db.session.execute(update(AccountAssignment).where(*mine).values(ends_on=today))
    db.session.execute(
        insert(AccountAssignment).values(
            account_id=account.id, territory_id=account.territory_id, starts_on=today, reason="Given back by the owner",
            by="Throughline", at=clock.now(),
        )
    )  # fmt: skip
    db.session.execute(update(Account).where(Account.id == account.id).values(owner_id=None))
    db.session.expire_all()


def _rules(world: World) -> None:
    def positions(*keys: str) -> list[int]:
        return [world.positions[key].id for key in keys]

    db.session.add_all([
        Engagement(
            starts_on=world.today - timedelta(days=90), named_first=True, notice_days=30, hold_over_days=30,
            exclusive_days=90, reps_give=False, managers_give_out=False, by=world.people[OPERATIONS].name,
        ),
        AssignmentRule(
            subject=Subject.LEADS, name="Webinars in North America", priority=10, source="webinar",
            territory_id=world.territories["north-america"].id, method=Method.ROUND_ROBIN,
            position_ids=positions("linda-mitchell", "shu-ito", "michael-blythe", "tsvi-reiter"), capacity=25,
        ),
        AssignmentRule(
            subject=Subject.LEADS, name="Trade fairs in Europe", priority=20, source="trade_fair",
            territory_id=world.territories["europe"].id, method=Method.LOAD,
            position_ids=positions("jose-saraiva", "rachel-valdez"),
        ),
        AssignmentRule(
            subject=Subject.ACCOUNTS, name="Orphans to who covers the territory", priority=100,
            method=Method.TERRITORY, position_ids=[],
        ),
    ])  # fmt: skip
    db.session.flush()
