"""My work, the dashboard, search, audit, health."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.activities import services as activities
from portal.insights import queries, services
from portal.insights.rules import answer_points, worth_points
from portal.kernel import audit, clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, Refused
from portal.kernel.outbox import EntryState, OutboxEntry
from portal.leads.states import LeadState
from portal.opportunities.states import OpportunityState, Stage
from portal.targets.queries import current_period
from tests import world
from tests.opportunities.makers import account, contact, deal, lead, product, ready
from tests.targets.makers import order as booked
from tests.targets.makers import plan

from .makers import invoice, order, sent_quote

PEOPLE = ("rep", "manager", "leader", "operator", "marketer", "finance", "hr", "admin", "outsider")


def work(who):
    return queries.work(who, clock.now(), clock.now().date())


def kinds(who):
    return {item.noun or "tasks" for item in work(who)}


def full_world():
    home = account()
    today = clock.now().date()
    lead(respond_by=clock.now() - timedelta(minutes=30), score=80)
    deal(of=home, close_on=today - timedelta(days=3))
    sent_quote(home, today + timedelta(days=2))
    invoice(home, days_late=5)
    invoice(home, total="70")
    order(home)
    with unit_of_work():
        activities.add_task(
            "Call Ann", due_at=clock.now(), about=[("accounts", home.id)], owner_id=home.owner_id, author="Rita Rep"
        )


def test_worth_grows_slowly_and_urgency_has_words():
    assert [worth_points(Decimal(n)) for n in (-5, 0, 1_000, 100_000, 10**9)] == [0, 0, 8, 31, 50]
    now = clock.now()
    assert answer_points(now + timedelta(minutes=22), now) == ("First answer due in 22 minutes", 35)
    assert answer_points(now - timedelta(hours=3), now) == ("Answer 3 hours overdue", 45)
    assert answer_points(None, now)[1] == 10


def test_the_work_list_of_each_role(actor):
    full_world()
    assert kinds(actor("rep")) == {"leads", "opportunities", "quotes", "invoices", "accounts"}
    assert kinds(actor("finance")) == {"orders", "invoices"}
    assert kinds(actor("outsider")) == set()
    assert kinds(actor("hr")) == set()
    assert [item.text for item in work(actor("finance"))].count("Bill order SO-1") == 1


def test_every_rank_is_the_sum_of_its_reasons(actor):
    full_world()
    items = work(actor("rep"))
    assert [item.rank for item in items] == sorted((sum(p for _, p in item.why) for item in items), reverse=True)
    late = next(item for item in items if item.noun == "opportunities")
    assert late.why == [("Expected value, 25 % of 1,000", 3), ("No next step", 20), ("Close date passed", 20)]


def test_marketing_sees_leads_that_nobody_owns(actor):
    lead(owner_id=None)
    assert [item.text[:6] for item in work(actor("marketer"))] == ["Assign"]
    assert work(actor("rep")) == []


def test_a_task_is_done_or_put_off(client_of):
    home, rep = account(), client_of("rep")
    with unit_of_work():
        one = activities.add_task("Call Ann", due_at=clock.now(), about=[], owner_id=home.owner_id, author="x")
    assert client_of("outsider").post(f"/work/tasks/{one}/completion").status_code == 404
    assert client_of("admin").post(f"/work/tasks/{one}/completion").status_code == 403
    assert rep.post(f"/work/tasks/{one}/snooze", data={"days": "1"}, htmx="work").status_code == 200
    task = db.session.get(activities.Activity, one)
    assert task.due_at > clock.now()
    assert rep.post(f"/work/tasks/{one}/completion").location == "/work"
    assert db.session.get(activities.Activity, one).done_at is not None


@pytest.mark.parametrize("who", PEOPLE)
def test_the_pages_of_everybody_empty_and_full(client_of, who):
    someone = client_of(who)
    for fill in (lambda: None, full_world):
        fill()
        for url in ("/", "/work?all=1", "/search?q=deal"):
            assert someone.get(url).status_code == 200
        expected = 403 if who == "hr" else 200
        assert someone.get("/dashboard").status_code == someone.get("/dashboard?period=year").status_code == expected


def test_figures_by_hand(actor):
    with clock.frozen(datetime(2026, 5, 16, 12, tzinfo=UTC)):
        check_figures(actor)


def check_figures(actor):
    deal(amount=Decimal(400)), deal(stage=Stage.PROPOSE, amount=Decimal(1000)), deal("outsider", "Germany")
    opened = clock.now() - timedelta(days=10)
    for revenue in (100, 250):
        deal(state=OpportunityState.WON, actual_revenue=Decimal(revenue), created_at=opened)
    deal(state=OpportunityState.LOST)
    lead(source="webinar"), lead(source="webinar", state=LeadState.QUALIFIED, qualified_at=clock.now())
    lead(source="referral"), lead("outsider", "Germany", source="referral")
    period = current_period()
    plan({"rep": 200})
    booked("rep", 400, (5, 16))
    f = queries.dashboard(actor("rep"), period)
    assert (f.open_count, f.pipeline, f.weighted) == (2, Decimal(1400), Decimal(850))
    assert (f.won, f.won_count, f.lost_count, f.days_to_win) == (Decimal(350), 2, 1, 10)
    assert f.win_rate == Decimal(2) / 3
    assert (f.target.booked, f.target.quota, f.coverage) == (Decimal(400), Decimal(600), Decimal(7))
    assert [(s.name, s.leads, s.qualified) for s in f.sources] == [("webinar", 2, 1), ("referral", 1, 0)]
    assert dict(f.way) == {"Leads": 3, "Qualified": 1, "Opportunities": 5, "Won": 2, "Invoiced": 0, "Paid": 0}


def test_search_shows_only_what_may_be_seen(actor, client_of):
    mine, foreign = account(name="Cyclone West"), account("outsider", "Germany", name="Cyclone Berlin")
    product(name="Cyclone Racer")
    groups = {group.noun: [hit.record_id for hit in group.hits] for group in queries.found(actor("rep"), "cyclo")}
    assert groups["accounts"] == [mine.id]
    assert set(groups) == {"accounts", "catalog"}
    assert {hit.record_id for hit in queries.found(actor("leader"), "cyclone", "accounts")[0].hits} == {
        mine.id,
        foreign.id,
    }
    assert queries.found(actor("hr"), "cyclone") == []
    page = client_of("rep").get("/search?q=cyclone").text
    assert "Cyclone West" in page
    assert "Cyclone Berlin" not in page
    for words in ("", "%00", "a%22b*(", "x" * 500):
        assert client_of("rep").get(f"/search?q={words}").status_code == 200


def test_the_audit_of_all_and_of_ones_people(client_of):
    one, rep = ready(), client_of("rep")
    rep.post(f"/opportunities/{one.id}/next-step", data={"text": "Visit them"})
    for who, status in (
        ("leader", 200),
        ("manager", 200),
        ("admin", 200),
        ("rep", 403),
        ("hr", 403),
        ("marketer", 403),
    ):
        assert client_of(who).get("/audit").status_code == status
    assert "Visit them" in client_of("manager").get("/audit?actor=Rita").text
    seen = client_of("manager").get("/audit?noun_of=opportunities").text
    assert "Visit them" in seen
    assert "Test Cycles Inc." not in client_of("manager").get("/audit").text


def dead():
    entry = OutboxEntry(
        topic="LeadCaptured", job="jobs.x.y", queue="default", payload={}, state=EntryState.DEAD, attempt=3
    )
    return world.add(entry)


def test_health_and_trying_again(client_of, actor):
    one, admin = dead(), client_of("admin")
    assert "jobs.x.y" in admin.get("/health").text
    assert client_of("leader").get("/health").status_code == 403
    assert client_of("leader").post(f"/health/outbox/{one.id}/retry").status_code == 403
    assert admin.post(f"/health/outbox/{one.id}/retry").status_code == 303
    entry = db.session.get(OutboxEntry, one.id)
    assert (entry.state, entry.attempt) == (EntryState.DUE, 0)
    assert db.session.scalar(select(audit.AuditEntry.action).where(audit.AuditEntry.noun_of == "outbox")) == "retried"
    with pytest.raises(Refused, match="already"), unit_of_work():
        services.retry_entry(actor("admin"), one.id)
    with pytest.raises(Forbidden), unit_of_work():
        services.retry_entry(actor("leader"), one.id)


def test_machines_may_look_without_signing_in(client):
    dead()
    assert client.get("/healthz").text.startswith("ok\n")
    client.get("/healthz")
    figures = client.get("/metrics").text
    assert 'portal_outbox{state="dead"} 1.0' in figures
    assert 'portal_request_seconds_count{endpoint="insights.healthz",method="GET",status="200"}' in figures


@pytest.mark.parametrize("where", [{"REMOTE_ADDR": "203.0.113.9"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}])
def test_figures_are_not_for_strangers(client, where):
    assert client.get("/metrics", environ_overrides=where).status_code == 404
    wrong = {"Authorization": "Bearer guess"}
    assert client.get("/metrics", environ_overrides=where, headers=wrong).status_code == 404


def test_the_work_page_keeps_its_statements(client_of, count_queries):
    rep = client_of("rep")
    home = account()
    contact(home)
    deal(of=home)
    rep.get("/work")
    count_queries.clear()
    rep.get("/work")
    few = len(count_queries)
    deal(of=home), deal(of=home)
    count_queries.clear()
    rep.get("/work")
    assert len(count_queries) == few
