"""Versions, spreading through the tree, tables; what is refused, and with which field."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from portal.kernel import audit, clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from portal.kernel.tables import read_table
from portal.organization.models import RampProfile, Seat
from portal.targets import queries, services
from portal.targets.models import Plan, TargetMonth
from portal.targets.rules import Method, quarter
from portal.targets.states import Metric, PlanState, Span
from tests import world
from tests.targets.makers import MAY, node, order, plan

D = Decimal


@pytest.fixture(autouse=True)
def _in_may():
    with clock.frozen(MAY):
        yield


def change(leader, day=date(2026, 7, 1)):
    with unit_of_work():
        return db.session.get(Plan, services.draft_plan(leader, day, effective_on=day, reason="More people"))


def branch(leader, made, who, metric=Metric.BOOKINGS):
    found = queries.tree(leader, made.starts_on, metric, plan=made)
    return next(b for b in found.walk() if b.id == node(made, who))


def test_a_mid_year_change_keeps_what_is_past(actor):
    leader, first = actor("leader"), plan({"rep": 100, "manager": 300})
    second = change(leader)
    with pytest.raises(Refused) as refused, unit_of_work():
        services.set_periods(leader, node(second, "rep"), Metric.BOOKINGS, [D(301), D(300), D(300), D(300)])
    assert refused.value.field == "m0"
    with unit_of_work():
        services.set_periods(leader, node(second, "rep"), Metric.BOOKINGS, [D(600), D(720)])
    assert branch(leader, second, "rep").amounts == [D(100)] * 6 + [D(120)] * 6
    rep, year = world.position("rep").id, quarter(date(2026, 8, 1))
    assert queries.quota_of(rep, year) == 300
    with unit_of_work():
        services.submit_plan(leader, second.id)
        services.approve_plan(leader, second.id)
    assert queries.quota_of(rep, year) == 360
    states = dict(db.session.execute(select(Plan.number, Plan.state).order_by(Plan.number)).all())
    assert states == {1: PlanState.SUPERSEDED, 2: PlanState.APPROVED}
    for closed in (first, second):
        with pytest.raises(Stale), unit_of_work():
            services.set_target(leader, node(closed, "rep"), Metric.BOOKINGS, {date(2026, 9, 1): D(1)})
    with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
        db.session.execute(update(TargetMonth).values(amount=D(1)))


def test_one_draft_a_year_and_first_days_only(actor):
    leader = actor("leader")
    plan({"rep": 100})
    change(leader)
    with pytest.raises(Stale), unit_of_work():
        services.draft_plan(leader, date(2026, 7, 1), reason="Another")
    for day, year in ((date(2026, 7, 2), 2027), (date(2028, 1, 1), 2027)):
        with pytest.raises(Refused) as refused, unit_of_work():
            services.draft_plan(leader, date(year, 1, 1), effective_on=day)
        assert refused.value.field == "effective_on"


def test_who_may_change_what(actor):
    made = plan({"rep": 100, "outsider": 100}, approved=False)
    month = {date(2026, 9, 1): D(5)}
    with pytest.raises(NotFound), unit_of_work():
        services.set_target(actor("manager"), node(made, "outsider"), Metric.BOOKINGS, month)
    with pytest.raises(Forbidden), unit_of_work():
        services.set_target(actor("rep"), node(made, "rep"), Metric.BOOKINGS, month)
    with pytest.raises(Refused, match="Nobody sets their own"), unit_of_work():
        services.set_target(actor("manager"), node(made, "manager"), Metric.BOOKINGS, month)
    for who in ("manager", "operator"):
        with pytest.raises(Forbidden), unit_of_work():
            services.approve_plan(actor(who), made.id)
    with pytest.raises(Refused) as refused, unit_of_work():
        services.set_target(actor("leader"), node(made, "rep"), Metric.BOOKINGS, {date(2027, 1, 1): D(5)})
    assert refused.value.field == "period"


def test_the_second_of_two_editors_is_told(actor):
    made = plan({"rep": 100}, approved=False)
    rep, leader = node(made, "rep"), actor("leader")
    version = queries.target(rep, Metric.BOOKINGS).version
    with unit_of_work():
        services.set_target(leader, rep, Metric.BOOKINGS, {date(2026, 9, 1): D(5)}, version=version)
    with pytest.raises(Stale), unit_of_work():
        services.set_target(leader, rep, Metric.BOOKINGS, {date(2026, 9, 1): D(6)}, version=version)
    told = audit.history("targets", rep)
    assert [entry.changes for entry in told] == [{"bookings Sep 2026": ["100", "5"]}]


@pytest.mark.parametrize("method", [Method.EQUAL, Method.HISTORY, Method.LAST_YEAR, Method.POTENTIAL])
def test_spreading_to_the_last_position_adds_up_at_every_level(actor, method):
    plan({"rep": 30, "colleague": 10}, day=date(2025, 5, 5))
    order("rep", 700, (5, 5), 2025), order("colleague", 300, (11, 11), 2025), order("outsider", 100, (6, 6), 2025)
    made = plan({"company": 1001}, approved=False)
    leader = actor("leader")
    with unit_of_work():
        services.allocate(leader, node(made, "company"), Metric.BOOKINGS, method, deep=True)
    for part in queries.tree(leader, made.starts_on, plan=made).walk():
        assert not part.children or part.below == part.amounts
    rep, colleague = branch(leader, made, "rep").year, branch(leader, made, "colleague").year
    if method in (Method.HISTORY, Method.LAST_YEAR):
        assert abs(rep / (rep + colleague) - D("0.75" if method == Method.LAST_YEAR else "0.7")) < D("0.001")


def test_what_is_ones_own_is_taken_off_first(actor):
    with unit_of_work():
        world.position("manager").carries_quota = True
    made = plan({"manager": 1000}, approved=False)
    own = f"position:{world.position('manager').id}"
    with unit_of_work():
        services.set_periods(actor("leader"), node(made, own), Metric.BOOKINGS, [D(2400)])
        services.allocate(actor("manager"), node(made, "manager"), Metric.BOOKINGS, Method.EQUAL, over_percent=D(20))
    team = branch(actor("leader"), made, "manager")
    assert (branch(actor("leader"), made, own).year, sum(team.below), team.over_assigned) == (2400, 14400, D("0.2"))


def test_importing_twice_changes_nothing(actor):
    made, operator = plan({"rep": 100, "manager": 200}, approved=False), actor("operator")
    text = "Key,Metric,Currency,2026-01,2026-02,Total\n" + "\n".join(
        f"{key},{metric},,{january},{february},{total}"
        for key, metric, january, february, total in [
            (f"position:{world.position('rep').id}", "bookings", "120.50", '"1,000"', "1120.5"),
            (f"team:{world.position('manager').id}", "new customers", 3, 4, 7),
        ]
    )
    seen = []
    for _ in range(2):
        with unit_of_work():
            done = services.import_table(operator, made.id, read_table(text.encode())[0])
        seen.append((done, db.session.scalar(select(db.func.count(audit.AuditEntry.id)))))
    assert seen[0] == seen[1]
    assert seen[0][0] == (2, [])
    assert branch(operator, made, "rep").amounts[:3] == [D("120.50"), D(1000), D(100)]
    assert branch(operator, made, "manager", Metric.NEW_CUSTOMERS).year == 7


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("position:{rep},bookings,USD,-1,1", "2026-01", "negative"),
        ("position:{rep},bookings,USD,many,1", "2026-01", "no number"),
        ("position:{rep},deals,,1.5,1", "2026-01", "no decimal"),
        ("position:{rep},bookings,EUR,1,1", "Currency", "in USD, not EUR"),
        ("position:{rep},mood,,1,1", "Metric", "Give one of"),
        ("position:0,bookings,,1,1", "Key", "No part of the tree"),
        (",bookings,,1,1", "Key", "Say which"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(actor, row, column, words):
    made = plan({"rep": 100}, approved=False)
    good = f"position:{world.position('rep').id},new_customers,,1,1"
    text = f"Key,Metric,Currency,2026-01,2026-02\n{good}\n{row.format(rep=world.position('rep').id)}"
    with unit_of_work():
        count, problems = services.import_table(actor("operator"), made.id, read_table(text.encode())[0])
    assert [(p.row, p.column) for p in problems] == [(3, column)]
    assert words in str(problems[0])


def test_months_of_another_year_are_refused(actor):
    made = plan({"rep": 100}, approved=False)
    with pytest.raises(Refused, match="2027-01 is not in this fiscal year") as refused, unit_of_work():
        services.import_table(actor("operator"), made.id, read_table(b"Key,Metric,2027-01\nx,deals,1")[0])
    assert refused.value.field == "file"


def test_why_a_number_is_what_it_is(actor):
    plan({"rep": 30}, day=date(2025, 5, 5))
    order("rep", 60, (11, 11), 2025), order("rep", 45, (2, 2))
    made = plan({"rep": 100})
    rep = world.position("rep")
    with unit_of_work():
        rep.ramp_id = _ramp()
        seat = db.session.scalars(select(Seat).where(Seat.position_id == rep.id)).one()
        seat.starts_on = date(2026, 3, 1)
    whole = queries.tree(actor("leader"), made.starts_on)
    mine = whole.find(f"position:{rep.id}")
    why = queries.evidence(whole, mine, Span.QUARTER, quarter(MAY.date()), MAY.date())
    assert [(one.name, t.booked, t.quota) for one, t in why.past] == [
        ("Q1 2026", 45, 300), ("Q4 2025", 60, 90), ("Q3 2025", 0, 90), ("Q2 2025", 0, 90),
    ]  # fmt: skip
    assert (why.number, why.carried, list(why.joined)) == (1200, 50 + 800, [(rep.id, date(2026, 3, 1))])
    assert why.accounts == 2


def _ramp():
    made = RampProfile(name="Slow", percents=[0, 50])
    db.session.add(made)
    db.session.flush()
    return made.id
