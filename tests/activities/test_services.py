from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Account, Contact
from portal.activities import queries, services
from portal.activities.models import Activity, Regarding
from portal.activities.states import Kind
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused
from portal.leads.models import Lead
from tests import world

LEAD = (Lead.noun, 5)


def logged(subject="Called", about=(LEAD,), **kw):
    with unit_of_work():
        return services.log(Kind.CALL, subject, author="Rita Rep", about=about, **kw)


def task(key="rep", about=(LEAD,), due=timedelta(days=1), subject="Send offer"):
    with unit_of_work():
        owner = world.position(key).id
        return services.add_task(subject, due_at=clock.now() + due, about=about, owner_id=owner, author="Rita Rep")


def subjects(actor, noun="leads", record_id=5, **kw):
    return [entry.activity.subject for entry in queries.timeline(actor, noun, record_id, **kw)]


def test_tasks_stand_ahead_next_first_then_what_happened_latest_first(app, actor):
    logged("old", at=clock.now() - timedelta(days=3))
    logged("new")
    task(subject="later", due=timedelta(days=9))
    task(subject="soon")
    done = task(subject="done")
    with unit_of_work():
        services.complete_task(actor("rep"), done)

    assert subjects(actor("rep")) == ["soon", "later", "done", "new", "old"]
    assert subjects(actor("rep"), limit=2) == ["soon", "later"]
    assert subjects(actor("rep"), show="talks") == ["new", "old"]
    assert subjects(actor("rep"), record_id=6) == []
    assert subjects(actor("hr")) == []


def test_the_same_record_named_twice_is_linked_once(app):
    activity = logged(about=[LEAD, LEAD])

    assert len(db.session.scalars(select(Regarding).where(Regarding.activity_id == activity)).all()) == 1


def test_history_is_carried_over_by_one_statement_and_once(app, actor, count_queries):
    first, second = logged("one"), logged("two", about=[LEAD, ("accounts", 1)])
    to = [("accounts", 1), ("contacts", 2), ("opportunities", 3)]

    with unit_of_work():
        count_queries.clear()
        services.carry_over(LEAD, to)
        sent = [s for s in count_queries if s.startswith("INSERT")]
    with unit_of_work():
        services.carry_over(LEAD, to)

    assert len(sent) == 1
    rows = db.session.execute(select(Regarding.activity_id, Regarding.noun_of).order_by(Regarding.activity_id)).all()
    nouns = {"leads", "accounts", "contacts", "opportunities"}
    assert {a: {n for i, n in rows if i == a} for a in (first, second)} == {first: nouns, second: nouns}
    assert len(rows) == 8


def test_a_task_is_done_once_and_can_be_opened_again(app, actor):
    made = task()
    with unit_of_work():
        services.complete_task(actor("rep"), made)
    first = db.session.get(Activity, made).done_at
    with clock.frozen(clock.now() + timedelta(hours=1)), unit_of_work():
        services.complete_task(actor("rep"), made)

    assert db.session.get(Activity, made, populate_existing=True).done_at == first
    with unit_of_work():
        services.reopen_task(actor("rep"), made)
    assert db.session.get(Activity, made).done_at is None


def test_a_task_is_put_off_only_while_open_and_only_into_the_future(app, actor):
    made = task()
    with pytest.raises(Refused, match="still to come"), unit_of_work():
        services.snooze_task(actor("rep"), made, clock.now() - timedelta(hours=1))
    with unit_of_work():
        services.complete_task(actor("rep"), made)
    with pytest.raises(Refused, match="done already"), unit_of_work():
        services.snooze_task(actor("rep"), made, clock.now() + timedelta(days=3))


def test_what_happened_is_not_a_task(app, actor):
    made = logged(owner_id=world.position("rep").id)

    with pytest.raises(Refused, match="happened already"), unit_of_work():
        services.complete_task(actor("rep"), made)


@pytest.mark.parametrize(("key", "error"), [("outsider", NotFound), ("admin", Forbidden)])
def test_others_do_not_work_off_my_task(app, actor, key, error):
    made = task()

    with pytest.raises(error), unit_of_work():
        services.complete_task(actor(key), made)
    assert db.session.get(Activity, made).done_at is None


def test_links_name_only_what_the_reader_may_see(app, actor):
    mine = world.add(Account(number="1", name="Mine", owner_id=world.position("rep").id))
    theirs = world.add(Account(number="2", name="Theirs", owner_id=world.position("outsider").id))
    person = world.add(Contact(last_name="Berg", owner_id=world.position("rep").id))
    logged(about=[LEAD, ("accounts", mine.id), ("accounts", theirs.id), ("contacts", person.id)])

    def names(who):
        (entry,) = queries.timeline(who, *LEAD)
        return sorted(link.title for link in entry.links)

    assert names(actor("rep")) == ["Berg", "Mine"]
    assert names(SYSTEM) == ["Berg", "Mine", "Theirs"]


def test_a_long_timeline_costs_no_more_queries_than_a_short_one(app, actor, count_queries):
    account = world.add(Account(number="1", name="Mine", owner_id=world.position("rep").id))
    rep, about = actor("rep"), [LEAD, ("accounts", account.id)]
    logged(about=about)
    task(about=about)

    def cost():
        db.session.rollback()
        count_queries.clear()
        queries.timeline(rep, *LEAD)
        return len([s for s in count_queries if s.startswith("SELECT")])

    few = cost()
    for _ in range(3):
        logged(about=about)
        task(about=about)
    assert cost() == few == 4


def test_my_tasks_are_those_of_my_position(app, actor):
    task(subject="mine")
    task(subject="late", due=-timedelta(days=1))
    task(key="colleague", subject="theirs")
    rep = actor("rep")

    assert [e.activity.subject for e in queries.open_tasks(rep)] == ["late", "mine"]
    assert [e.activity.subject for e in queries.open_tasks(rep, clock.now())] == ["late"]
    assert queries.count_tasks(rep, clock.now()) == {"open": 2, "overdue": 1}
    assert queries.open_tasks(actor("admin")) == []
