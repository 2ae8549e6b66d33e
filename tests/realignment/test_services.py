"""Planning, previewing and putting a model in force."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.models import AccountAssignment
from portal.activities.models import Activity
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, Refused, Stale
from portal.opportunities.models import Opportunity
from portal.orders.models import Order
from portal.organization.models import Coverage
from portal.realignment import queries, services
from portal.responsibility.models import Transfer
from portal.targets.queries import quota_of, year_start
from portal.targets.rules import Period, add_months, first_month, fiscal_year
from portal.territories import queries as territories
from portal.territories.models import Territory, TerritoryModel, TerritoryRule
from portal.territories.queries import Facts, place
from portal.territories.services import RuleValues, add_rule, add_territory, change_territory, remove_territory
from portal.territories.states import ModelState
from tests import world
from tests.realignment.makers import account, leader, plan, planned
from tests.targets.makers import plan as target_plan
from tests.world import territory


def _move_california(model: TerritoryModel) -> None:
    """In the plan California goes to Northwest."""
    rule = db.session.scalars(
        select(TerritoryRule)
        .join(TerritoryRule.territory)
        .where(Territory.model_id == model.id, TerritoryRule.region == "CA")
    ).one()
    with unit_of_work():
        rule.territory_id = planned(model, "Northwest").id


def _activate(model: TerritoryModel, **values: Any) -> Any:
    with unit_of_work():
        return services.activate(leader(), model.id, reason="New year", effective_on=clock.now().date(), **values)


@pytest.mark.usefixtures("app")
def test_a_plan_changes_nothing_until_it_is_activated() -> None:
    one = account("Alpha")
    model = plan()
    _move_california(model)
    assert place(Facts("US", "CA")).why == "Southwest. Rule: country US, region CA, priority 100"
    seen = queries.preview(model.id)
    assert [(m.customer.id, m.to_owner_id, m.why) for m in seen.moves] == [
        (one.id, world.position("colleague").id, "Rule: country US, region CA, priority 100")
    ]
    assert queries.preview(territories.active_model().id).moves == []  # type: ignore[union-attr]


@pytest.mark.usefixtures("app")
def test_activation_moves_accounts_with_their_work_history_and_tasks(run_jobs: Callable[[], int]) -> None:
    one, other = account("Alpha"), account("Beta", "US", "WA", "colleague")
    ids = {name: territory(name).id for name in ("World", "Southwest", "Northwest", "Germany")}
    with unit_of_work():
        deal = Opportunity(
            name="Deal", account_id=one.id, owner_id=one.owner_id, territory_id=ids["Southwest"], currency="USD",
            close_on=clock.now().date(),
        )  # fmt: skip
        db.session.add(deal)
    model = plan()
    _move_california(model)
    made = _activate(model, hold_over_days=60, moves=1)
    assert made.accounts == 1
    assert {name: territory(name).id for name in ids} == ids  # a territory keeps its id
    assert place(Facts("US", "CA")).territory_id == ids["Northwest"]
    run_jobs()
    db.session.expire_all()
    colleague = world.position("colleague").id
    assert (one.owner_id, one.territory_id) == (colleague, ids["Northwest"])
    assert (deal.owner_id, deal.territory_id) == (colleague, ids["Northwest"])
    assert (other.owner_id, other.territory_id) == (colleague, ids["Northwest"])
    ended = db.session.scalars(select(AccountAssignment).where(AccountAssignment.ends_on.is_not(None))).all()
    assert [(a.account_id, a.territory_id, a.hold_over_until) for a in ended] == [
        (one.id, ids["Southwest"], clock.now().date() + timedelta(days=60))
    ]
    tasks = db.session.scalars(select(Activity.subject).where(Activity.due_at.is_not(None))).all()
    assert tasks == ["Take over Alpha"]
    run_jobs()
    assert len(db.session.scalars(select(AccountAssignment)).all()) == 3


@pytest.mark.usefixtures("app")
def test_activating_the_archived_model_again_takes_everything_back(run_jobs: Callable[[], int]) -> None:
    with unit_of_work():  # who has fewer accounts there than the rep, and does not get what the rep had
        db.session.add(Coverage(position_id=world.position("manager").id, territory_id=territory("Southwest").id))
    one, alone = account("Alpha"), account("Managed", owner="leader")
    former = territories.active_model()
    before = _picture()
    model = plan()
    _move_california(model)
    with unit_of_work():
        fresh = add_territory(leader(), name="Canada", parent_id=planned(model, "World").id)
        gone = planned(model, "Germany")
        remove_territory(leader(), gone.id)
        change_territory(leader(), planned(model, "Northwest").id, name="West", parent_id=None, version=None)
    _activate(model)
    run_jobs()
    assert territory("Canada").id == fresh.id
    assert territory("West").path == f"/{territory('West').id}/"
    assert "Germany" not in territories.names().values()
    assert former is not None
    assert db.session.get_one(TerritoryModel, former.id, populate_existing=True).state == ModelState.ARCHIVED
    _activate(former)
    run_jobs()
    assert _picture() == before
    db.session.expire_all()
    assert one.owner_id == world.position("rep").id
    assert alone.owner_id == world.position("leader").id


def _picture() -> Any:
    """The tree in force with ids, places, rules and coverage."""
    return [
        (node.territory.id, node.territory.name, node.territory.path, [(r.words(), r.priority) for r in node.rules],
         sorted(db.session.scalars(select(Coverage.position_id).where(Coverage.territory_id == node.territory.id))))
        for node in territories.tree()
    ]  # fmt: skip


@pytest.mark.usefixtures("app")
def test_planned_coverage_moves_accounts_and_comes_into_force(run_jobs: Callable[[], int]) -> None:
    one, alone = account("Alpha"), account("Managed", owner="manager")
    model = plan()
    colleague = world.position("colleague").id
    with unit_of_work():
        services.cover(leader(), planned(model, "Southwest").id, [colleague])
    seen = queries.preview(model.id)
    assert [(m.customer.id, m.to_owner_id) for m in seen.moves] == [(one.id, colleague)]
    _activate(model)
    run_jobs()
    db.session.expire_all()
    assert one.owner_id == colleague
    assert alone.owner_id == world.position("manager").id  # who answers for it alone keeps it
    here = territory("Southwest").id
    assert db.session.scalars(select(Coverage.position_id).where(Coverage.territory_id == here)).all() == [colleague]


@pytest.mark.usefixtures("app")
def test_precedence_is_pin_named_rule_parent_default() -> None:
    one = account("Alpha")
    model = plan()
    _move_california(model)
    germany, world_area = planned(model, "Germany"), planned(model, "World")
    with unit_of_work():
        add_rule(leader(), germany.id, RuleValues(account="T-Alpha"))
        add_rule(leader(), world_area.id, RuleValues(country="FR", inherited=True, priority=1))
        planned(model, "Northwest").is_default = True

    def where() -> str:
        seen = queries.preview(model.id)
        return {m.customer.id: m.why for m in seen.moves}.get(one.id, "stays")

    assert where() == "Named account T-Alpha"
    with unit_of_work():
        services.pin(leader(), one.id, "The founder knows her")
    assert where() == "stays"
    assert queries.why_here(leader(), one.id).why == "Pinned: The founder knows her"
    placing = territories.placing(model.id)
    assert placing.place(Facts("FR")).why == "World. Rule of a parent territory: country FR, priority 1"
    assert placing.place(Facts("BE")).why == "Northwest. No rule applies, it takes the rest"


@pytest.mark.usefixtures("app")
def test_what_has_changed_meanwhile_or_cannot_be_is_refused(actor: Any) -> None:
    model = plan()
    today = clock.now().date()
    with pytest.raises(Stale), unit_of_work():
        services.activate(leader(), model.id, reason="x", effective_on=today, moves=5)
    with pytest.raises(Refused) as refused, unit_of_work():
        services.activate(leader(), model.id, reason="x", effective_on=today - timedelta(days=1))
    assert refused.value.field == "effective_on"
    with pytest.raises(Refused) as refused, unit_of_work():
        services.activate(leader(), model.id, reason=" ", effective_on=today)
    assert refused.value.field == "reason"
    with pytest.raises(Forbidden), unit_of_work():
        services.activate(actor("manager"), model.id, reason="x", effective_on=today)
    current = territories.active_model()
    assert current is not None
    with pytest.raises(Refused), unit_of_work():
        services.activate(leader(), current.id, reason="x", effective_on=today)
    with pytest.raises(Refused) as refused, unit_of_work():
        services.cover(leader(), territory("Southwest").id, [])
    assert refused.value.field == "positions"


@pytest.mark.usefixtures("app")
def test_the_preview_asks_the_same_few_queries_for_any_number(count_queries: list[str]) -> None:
    model = plan()
    _move_california(model)
    account("One")
    counts = []
    for more in ("Two", "Three"):
        model_id = model.id
        count_queries.clear()
        queries.preview(model_id)
        counts.append(len(count_queries))
        account(more)
    assert counts == [11, 11]


@pytest.mark.usefixtures("app")
def test_a_proposal_raises_the_balance_and_leaves_pins_alone(run_jobs: Callable[[], int]) -> None:
    for i in range(6):
        account(f"CA{i}", region="CA")
    oregon = [account(f"OR{i}", region="OR", territory="Southwest") for i in range(3)]
    account("WA", region="WA", owner="colleague")
    current = territories.active_model()
    assert current is not None
    with unit_of_work():
        add_rule(leader(), territory("Southwest").id, RuleValues(country="US", priority=200))
        services.pin(leader(), oregon[0].id, "Stays")
        asked = services.propose(leader(), current.id, name="Balanced", most_moves=5)
    run_jobs()
    made = queries.proposal(asked.id)
    assert made.curve[0][1] < made.curve[-1][1]
    assert [step[:4] for step in made.steps] == [["Oregon, US", "Southwest", "Northwest", 2]]
    assert made.model_id is not None
    moves = queries.preview(made.model_id).moves
    assert {m.customer.id for m in moves} == {oregon[1].id, oregon[2].id}
    with pytest.raises(Refused), unit_of_work():
        services.propose(leader(), current.id, name="Balanced", most_moves=5)


@pytest.mark.usefixtures("app")
def test_coverage_gaps_are_found() -> None:
    account("Nowhere", territory=None)  # type: ignore[arg-type]
    account("Nobodys", owner=None)
    account("Astray", region="WA", territory="Southwest")
    with unit_of_work():
        db.session.add(Coverage(position_id=world.position("manager").id, territory_id=territory("Southwest").id))
        add_territory(leader(), name="Canada", parent_id=territory("World").id)
    found = queries.gaps()
    assert [c.name for c in found.unplaced] == ["Nowhere"]
    assert [c.name for c in found.ownerless] == ["Nobodys"]
    assert [c.name for c in found.astray] == ["Astray"]
    assert list(found.doubled) == [territory("Southwest").id]
    assert found.orphans == [territory("Canada").id]
    assert [rule.words() for rule in found.idle] == ["country DE"]


@pytest.mark.usefixtures("app")
def test_quota_goes_along_in_the_share_of_what_was_sold(run_jobs: Callable[[], int]) -> None:
    today = clock.now().date()
    target_plan({"rep": 1000, "colleague": 500, "manager": 1500}, day=today)
    one, other = account("Alpha"), account("Stays", region="OR", territory="Southwest")
    with unit_of_work():
        for account_id, number, net in ((one.id, "O-1", 100), (other.id, "O-2", 300)):
            db.session.add(Order(account_id=account_id, number=number, currency="USD", net=Decimal(net)))
    model = plan()
    _move_california(model)
    rep, colleague = world.position("rep").id, world.position("colleague").id
    seen = queries.preview(model.id)
    (shift,) = queries.shifts(seen.moves, queries.book())
    assert (shift.from_position, shift.to_position, shift.share) == (rep, colleague, Decimal("0.25"))
    made = _activate(model)
    year = fiscal_year(today, year_start())
    since = first_month(today)
    if since >= year.ends_on:
        assert made.target_plan_id is None
        return
    months = 12 - (since.month - year.starts_on.month) % 12
    assert made.quota[0][:2] == [rep, colleague]
    assert Decimal(made.quota[0][3]) == 250 * months == shift.amount
    assert made.quota_said == "Approved."
    later = Period(since, add_months(since, 1), "")
    assert quota_of(rep, later) == 750
    assert quota_of(colleague, later) == 750
    assert quota_of(world.position("manager").id, later) == 1500  # what is above both stays
    if since > year.starts_on:
        begun = Period(add_months(since, -1), since, "")
        assert quota_of(rep, begun) == 1000
    run_jobs()
    with unit_of_work():  # by today's shares more would come back than went
        db.session.add(Order(account_id=one.id, number="O-3", currency="USD", net=Decimal(9000)))
    back = _activate(db.session.get_one(TerritoryModel, made.former_id))
    assert back.quota[0] == [colleague, rep, *made.quota[0][2:]]
    assert (quota_of(rep, later), quota_of(colleague, later)) == (1000, 500)
    assert len(back.quota_moved) == len(made.quota_moved) == 2 * months


@pytest.mark.usefixtures("app")
def test_a_version_of_the_targets_that_is_being_worked_on_takes_the_shares_in() -> None:
    today = clock.now().date()
    target_plan({"rep": 1000, "colleague": 500}, day=today)
    draft = target_plan({}, day=today, approved=False)
    account("Alpha")
    model = plan()
    _move_california(model)
    made = _activate(model)
    if first_month(today) < draft.ends_on:
        assert made.target_plan_id == draft.id
        assert made.quota_said == "In version 2, which is being worked on."
        assert Decimal(made.quota[0][3]) % 1000 == 0  # all of it, the only account


@pytest.mark.usefixtures("app")
def test_on_a_day_ahead_accounts_wait_and_a_group_moves_once(run_jobs: Callable[[], int]) -> None:
    one = account("Alpha")
    model = plan()
    _move_california(model)
    groups = services.groups_of(queries.preview(model.id))
    with unit_of_work():
        ahead = clock.now().date() + timedelta(days=30)
        made = services.activate(leader(), model.id, reason="Notice", effective_on=ahead, hold_over_days=60)
    run_jobs()
    for _ in range(2):  # as after a worker that was lost before it booked its slice
        with unit_of_work():
            services.move(leader(), made.id, groups[0])
    planned_moves = db.session.scalars(select(Transfer)).all()
    assert [(t.state, t.effective_on, t.account_ids) for t in planned_moves] == [("planned", ahead, [one.id])]
    db.session.expire_all()
    assert one.owner_id == world.position("rep").id
    assert place(Facts("US", "CA")).territory_id == territory("Northwest").id  # what is new goes by the model now
