"""Capacity, steps and what is missing in them, benefits, findings."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.states import Tier
from portal.channels.models import Channel
from portal.channels.states import ChannelKind
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db, unit_of_work
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.models import Position, Seat
from portal.strategy import queries
from portal.strategy.queries import CapacityPlan, Status
from portal.strategy.states import Step
from tests import world
from tests.compensation import makers as pay
from tests.opportunities import makers as sales
from tests.organization.makers import ramp
from tests.strategy.makers import JUNE, YEAR, scenario
from tests.targets.makers import order, plan

DAY = JUNE.date()
WON = OpportunityState.WON


@pytest.fixture(autouse=True)
def june(app: Flask) -> Iterator[None]:
    with clock.frozen(JUNE):
        yield


def carries(found: CapacityPlan, who: str) -> Decimal:
    position = world.position(who)
    return next(round(one.year, 2) for one in found.teams[0].carriers if one.position_id == position.id)


def test_capacity_is_everybodys_own_target() -> None:
    plan({"company": 350, "rep": 100, "colleague": 100, "outsider": 50})
    found = queries.capacity(SYSTEM, YEAR)
    whole = found.teams[0]
    assert (sum(whole.target), sum(whole.capacity)) == (Decimal(4200), Decimal(3000))
    assert (whole.gap, whole.short) == (Decimal(-1200), 12)
    assert carries(found, "rep") == 1200
    manager = next(one for one in found.teams if one.key == f"team:{world.position('manager').id}")
    assert sum(manager.capacity) == 2400


def test_who_has_no_number_carries_what_is_usual_in_the_team() -> None:
    plan({"rep": 100, "outsider": 500})
    assert carries(queries.capacity(SYSTEM, YEAR), "colleague") == 1200


def test_a_newcomer_ramps_up_and_a_leaver_stops() -> None:
    slow = ramp(0, 50)
    plan({"rep": 100, "colleague": 100})
    with unit_of_work():
        db.session.get_one(Position, world.position("rep").id).ramp_id = slow.id
        for key, first, end in (("rep", date(2026, 4, 1), None), ("colleague", date(2020, 1, 1), date(2026, 7, 1))):
            seat = db.session.scalars(select(Seat).where(Seat.position_id == world.position(key).id)).one()
            seat.starts_on, seat.ends_on = first, end
    found = queries.capacity(SYSTEM, YEAR)
    assert carries(found, "rep") == 750  # April nothing, May half, June to December all
    with unit_of_work():
        position = db.session.scalars(select(Position).where(Position.title.like("%Northwest"))).one()
    left = next(one for one in found.teams[0].carriers if one.position_id == position.id)
    assert (round(left.year), left.kind) == (600, "seated")


def test_planned_positions_and_hires_change_the_line_from_their_day_on() -> None:
    plan({"company": 500, "rep": 100, "colleague": 100, "outsider": 100})
    with unit_of_work():
        boss = world.position("manager")
        new = Position(title="New", reports_to_id=boss.id, carries_quota=True, opens_on=date(2026, 10, 1))
        db.session.add(new)
        db.session.flush()
        new.path = f"{boss.path}{new.id}/"
    saved = scenario((2, date(2026, 4, 1)))
    without, with_hires = queries.capacity(SYSTEM, YEAR), queries.capacity(SYSTEM, YEAR, queries.scenario(saved.id))
    assert [round(n) for n in without.teams[0].capacity] == [300] * 9 + [400] * 3
    assert [round(n) for n in with_hires.teams[0].capacity] == [300] * 3 + [500] * 6 + [600] * 3
    assert without.teams[0].short == 12
    assert with_hires.teams[0].short == 3


def test_hires_count_in_their_team_alone() -> None:
    plan({"company": 500, "rep": 100, "colleague": 100, "outsider": 100})
    found = queries.capacity(SYSTEM, YEAR, queries.scenario(scenario((1, YEAR), quota=None).id))
    manager = next(one for one in found.teams if one.key == f"team:{world.position('manager').id}")
    assert [one.kind for one in manager.carriers] == ["seated", "seated", "hire"]
    assert round(manager.carriers[-1].year) == 1200


def test_a_manager_sees_the_own_team(actor: Callable[[str], Actor]) -> None:
    plan({"company": 500, "rep": 100, "colleague": 100, "outsider": 100})
    found = queries.capacity(actor("manager"), YEAR)
    assert {one.position_id for team in found.teams for one in team.carriers} == {
        world.position("rep").id,
        world.position("colleague").id,
    }


def test_the_queries_do_not_grow_with_the_positions(count_queries: list[str]) -> None:
    plan({"company": 500, "rep": 100})
    counts = []
    for more in (0, 40):
        boss = world.position("manager")
        with unit_of_work():
            for number in range(more):
                one = Position(title=f"Rep {number}", reports_to_id=boss.id, carries_quota=True)
                db.session.add(one)
                db.session.flush()
                one.path = f"{boss.path}{one.id}/"
        count_queries.clear()
        queries.capacity(SYSTEM, YEAR)
        counts.append(len([q for q in count_queries if q.startswith("SELECT")]))
    assert counts == [9, 9]


def status(step: Step, who: Actor = SYSTEM) -> Status:
    return next(one for one in queries.steps(who, YEAR, DAY) if one.step == step)


def gaps(step: Step, who: Actor = SYSTEM) -> dict[str, int]:
    return {gap.text: gap.count for gap in status(step, who).gaps}


def test_targets_want_an_approved_plan_and_a_number_for_everybody() -> None:
    assert gaps(Step.TARGETS) == {"target plan to approve": 1}
    assert queries.blockers(YEAR, Step.TARGETS)
    plan({"rep": 100, "colleague": 100})
    assert gaps(Step.TARGETS) == {"position with quota but without target": 1}
    assert not queries.blockers(YEAR, Step.TARGETS)


def test_the_organization_wants_people_units_and_ramps() -> None:
    with unit_of_work():
        seat = db.session.scalars(select(Seat).where(Seat.position_id == world.position("rep").id)).one()
        seat.ends_on = date(2026, 6, 1)
    found = gaps(Step.ORGANIZATION)
    assert found["vacant position"] == 1
    assert found["positions with quota in no unit"] == 3


def test_territories_want_somebody_and_a_target() -> None:
    plan({"rep": 100})
    assert gaps(Step.TERRITORIES) == {"territories without target": 2}


def test_accounts_want_an_owner(actor: Callable[[str], Actor]) -> None:
    world.add(Account(number="T1", name="Nobody's", currency="USD", territory_id=world.territory("Germany").id))
    assert gaps(Step.RESPONSIBILITY, actor("leader"))["account without owner"] == 1
    assert gaps(Step.RESPONSIBILITY, actor("hr")) == {}


def test_channels_want_somebody_who_answers(actor: Callable[[str], Actor]) -> None:
    assert gaps(Step.CHANNELS) == {"channel to begin with": 1}
    world.add(Channel(name="Field", kind=ChannelKind.DIRECT))
    sales.deal("rep")
    found = gaps(Step.CHANNELS, actor("leader"))
    assert found == {"channel that nobody answers for": 1, "open deal without channel": 1}
    assert status(Step.CHANNELS, actor("hr")).stands == ""


def won(owner: str, area: str, amount: int, at: datetime = JUNE, tier: Tier = Tier.C) -> Opportunity:
    made = sales.deal(owner, area, state=WON, amount=Decimal(amount), actual_revenue=Decimal(amount), closed_at=at)
    with unit_of_work():
        db.session.get_one(Account, made.account_id).tier = tier
    return made


def test_alignment_is_work_at_home_and_with_named_accounts(actor: Callable[[str], Actor]) -> None:
    won("rep", "Southwest", 300, tier=Tier.A)
    won("rep", "Germany", 100)
    sales.deal("rep", "Northwest", amount=Decimal(50))
    found = queries.alignment(actor("leader"), YEAR)
    assert found
    assert [found.wins_at_home.ratio, found.pipeline_at_home.ratio] == [Decimal("0.75"), Decimal(0)]
    assert [found.wins_named.ratio, found.targets.part, found.targets.whole] == [
        Decimal("0.75"),
        Decimal(0),
        Decimal(3),
    ]
    assert queries.alignment(actor("hr"), YEAR) is None
    outside = queries.alignment(actor("outsider"), YEAR)
    assert outside
    assert outside.wins_at_home.whole == 100  # what lies in Germany is in sight of who covers it


def test_productivity_is_bookings_of_each_ramped_seller(actor: Callable[[str], Actor]) -> None:
    won("rep", "Southwest", 900)
    won("colleague", "Northwest", 600, datetime(2026, 2, 1, tzinfo=JUNE.tzinfo))
    order("rep", 900, (6, 15))
    order("colleague", 600, (2, 1))
    sales.deal("rep", state=OpportunityState.LOST, closed_at=JUNE)
    now = queries.productivity(actor("leader"))
    assert [[q.booked, q.sellers, Decimal(q.won), Decimal(q.lost)] for q in now[-2:]] == [
        [Decimal(n) for n in (600, 3, 1, 0)],
        [Decimal(n) for n in (900, 3, 1, 1)],
    ]
    assert [now[-1].per_seller, now[-1].win_rate] == [Decimal(300), Decimal("0.5")]
    mine = queries.productivity(actor("manager"))[-1]
    assert [mine.booked, mine.sellers] == [Decimal(900), Decimal(2)]
    assert queries.productivity(actor("hr")) == []


def test_rewards_are_for_who_sees_the_pay_of_others(actor: Callable[[str], Actor]) -> None:
    assert queries.rewards(actor("rep"), YEAR) is None
    assert queries.rewards(actor("hr"), YEAR) is None
    found = queries.rewards(actor("finance"), YEAR)
    assert found is not None
    assert (list(found.people), found.fit) == ([], None)


def titles(who: Actor) -> list[str]:
    return [one.title for one in queries.findings(who, DAY, queries.capacity(who, YEAR))]


def test_findings_name_what_to_do(actor: Callable[[str], Actor]) -> None:
    leader = actor("leader")
    assert not titles(leader)
    plan({"company": 4000, "manager": 2000, "rep": 500, "colleague": 500, "outsider": 100})
    with unit_of_work():
        seat = db.session.scalars(select(Seat).where(Seat.position_id == world.position("rep").id)).one()
        seat.ends_on = date(2026, 5, 1)
    sales.deal("rep", amount=Decimal(7000))
    found = titles(leader)
    assert "Fill Sales Representative Southwest" in found
    assert any(title.startswith("Rebalance the targets of") for title in found)
    assert any(title.startswith("Hire for") for title in found)
    assert any(title.startswith("Help") for title in found)


def test_a_team_beyond_what_one_can_lead_shows(actor: Callable[[str], Actor]) -> None:
    boss = world.position("manager")
    for number in range(12):
        world.add(Position(title=f"Rep {number}", reports_to_id=boss.id))
    assert "Divide the team of Sales Manager West" in titles(actor("leader"))


def test_pay_stands_beside_attainment(actor: Callable[[str], Actor]) -> None:
    version = pay.plan()
    pay.joins(version, "rep")
    pay.joins(version, "colleague")
    pay.invoice(30_000, date(2026, 1, 10), "rep")
    pay.invoice(5_000, date(2026, 1, 10), "colleague")
    order("rep", 30_000, (1, 10))
    pay.calculated(1)
    found = queries.rewards(actor("finance"), YEAR)
    assert found
    assert [one.name for one in found.people] == ["Cole League", "Rita Rep"]
    assert found.people[0].pay < found.people[1].pay
    assert found.people[0].attainment == 0 < found.people[1].attainment
    mine = queries.rewards(actor("outsider"), YEAR)
    assert mine is None
