"""Accounts nobody looks after: neglected (no touch within the cadence) and orphaned (nobody who could)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, null, or_, select, union
from sqlalchemy.orm import with_expression

from portal.accounts.models import Account, Cadence
from portal.accounts.queries import tier_choices
from portal.accounts.states import Tier
from portal.activities.models import Activity, Regarding
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.models import Position, Seat
from portal.organization.queries import owner_field, reach, running, visible_to

from ..rules import CADENCE

SINCE = func.coalesce(Account.last_touch_at, Account.created_at)
LACKS = {
    "owner": "No owner",
    "vacant": "The position is vacant",
    "territory": "No territory",
    "next_step": "No next step",
}


def cadence() -> Mapping[Tier, int]:
    """Tier -> days between two touches."""
    return {**CADENCE, **{row.tier: row.days for row in db.session.execute(select(Cadence.tier, Cadence.days))}}


def overdue(now: datetime) -> ColumnElement[bool]:
    """More days than the cadence allows have passed since the last touch, or since the account came without any.

    Compared with one moment per tier and per cadence of its own, counted here: the same in both databases.
    """
    own = select(null().label("tier"), Account.cadence_days.label("days")).where(Account.cadence_days.is_not(None))
    found: Sequence[Any] = db.session.execute(union(select(Cadence.tier, Cadence.days), own)).all()
    days = {**CADENCE, **{row.tier: row.days for row in found if row.tier}}
    since = [(Account.cadence_days == row.days, now - timedelta(days=row.days)) for row in found if not row.tier]
    return case(*since, *((Account.tier == tier, now - timedelta(days=days[tier])) for tier in Tier)) > SINCE


def _neglected(actor: Actor) -> Select[Account]:
    return visible_to(actor, Account).where(overdue(clock.now()))


def _vacant(today: date) -> ColumnElement[bool]:
    seated = exists().where(Seat.position_id == Position.id, running(Seat, today))
    return Account.owner_id.in_(select(Position.id).where(~seated))


def _aimless() -> ColumnElement[bool]:
    """A tier A or B account for which nothing is to come: no open task, no open deal with a next step."""
    about = select(Regarding.record_id).join(Activity, Activity.id == Regarding.activity_id)
    tasks = about.where(Regarding.noun_of == Account.noun, Activity.due_at.is_not(None), Activity.done_at.is_(None))
    deals = select(Opportunity.account_id).where(
        Opportunity.state == OpportunityState.OPEN, Opportunity.next_step_on.is_not(None)
    )
    return and_(Account.tier.in_([Tier.A, Tier.B]), Account.id.not_in(tasks), Account.id.not_in(deals))


def lacks(today: date) -> Mapping[str, ColumnElement[bool]]:
    """What an account may lack -> the condition, the worst first."""
    return {
        "owner": Account.owner_id.is_(None),
        "vacant": _vacant(today),
        "territory": Account.territory_id.is_(None),
        "next_step": _aimless(),
    }


def _orphans(actor: Actor) -> Select[Account]:
    conditions = lacks(clock.now().date())
    worst = case(*((condition, literal(LACKS[key])) for key, condition in conditions.items()), else_="")
    query = visible_to(actor, Account).where(or_(*conditions.values()))
    return query.options(with_expression(Account.lacks, worst))


def _lacking(actor: Actor, value: str) -> ColumnElement[bool]:
    return lacks(clock.now().date())[value]


class Care(NamedTuple):
    """How a tier is looked after."""

    tier: Tier
    days: int  # the cadence
    accounts: int
    late: int


def care(actor: Actor) -> list[Care]:
    """Accounts of each tier and how many of them are late, in one GROUP BY."""
    late = func.count().filter(overdue(clock.now()))
    query = select(Account.tier, func.count(), late).where(reach(actor, Account, "accounts.view"))
    found = {row[0]: row[1:] for row in db.session.execute(query.group_by(Account.tier))}
    return [Care(tier, days, *found.get(tier, (0, 0))) for tier, days in cadence().items()]


def orphans(actor: Actor) -> dict[str, int]:
    """What is lacking -> how many accounts lack it; one account may lack several things."""
    counted = [func.count().filter(condition).label(key) for key, condition in lacks(clock.now().date()).items()]
    row = db.session.execute(select(*counted).select_from(Account).where(reach(actor, Account, "accounts.view"))).one()
    return dict(zip(LACKS, row, strict=True))


def _account_fields(*own: Field) -> tuple[Field, ...]:
    return (
        Field("name", "Account", Account.name),
        Field("tier", "Tier", Account.tier, filter="choice", choices=tier_choices),
        *own,
        Field("last_touch_at", "Last touch", SINCE, value=lambda row: row.last_touch_at, kind="datetime"),
        owner_field(Account, "owner_id", shown=True),
        Field("number", "Number", Account.number, shown=False),
        Field("city", "City", Account.city, shown=False),
        Field("industry", "Industry", Account.industry, shown=False),
    )  # fmt: skip


NEGLECTED = Listing(
    name="neglected",
    query=_neglected,
    identity=Account.id,
    fields=_account_fields(
        Field("since", "Without a touch", SINCE, value=lambda row: row.last_touch_at or row.created_at, kind="datetime")
    ),
    sort="since",
    words=(Account.name, Account.number, Account.city),
    views=(("Tier A", "tier=A"), ("Mine", "owner_id=me")),
    picked=True,
)
ORPHANS = Listing(
    name="orphans",
    query=_orphans,
    identity=Account.id,
    fields=_account_fields(
        Field(
            "lacks", "Gap", sortable=False, filter="choice", choices=lambda actor: list(LACKS.items()), match=_lacking
        )
    ),
    sort="tier",
    words=(Account.name, Account.number, Account.city),
    picked=True,
)
