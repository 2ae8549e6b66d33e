"""Transfers: what moves, what stays, who learns of it, and that it happens once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account, AccountAssignment, Contact
from portal.accounts.states import Tier
from portal.activities import services as activities
from portal.activities.models import Activity, Regarding
from portal.activities.states import Kind
from portal.kernel import audit, clock
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, Refused
from portal.leads.models import Lead
from portal.responsibility import queries, services
from portal.responsibility.models import TransferItem
from portal.responsibility.states import TransferState
from portal.workspace.models import Notification
from tests import world
from tests.accounts.makers import make_account, make_contact
from tests.compensation import makers as pay
from tests.responsibility.makers import make_deal, move, today


def history(account):
    query = select(AccountAssignment).where(AccountAssignment.account_id == account.id).order_by(AccountAssignment.id)
    return db.session.scalars(query).all()


def fresh(record):
    return db.session.get(type(record), record.id, populate_existing=True)


def test_an_account_moves_with_the_open_work_of_its_owner(app, actor):
    account = make_account(domain="alpine.example")
    other = make_account("Other", owner="colleague")
    person, theirs = make_contact(account_id=account.id), make_contact("Other", "outsider", account_id=account.id)
    deal, specialist = make_deal(account), make_deal(account, "outsider")
    lost = make_deal(account, state="lost", closed_at=clock.now(), loss_reason="Price")
    lead = world.add(Lead(last_name="L", email="l@alpine.example", owner_id=account.owner_id))
    stranger = world.add(Lead(last_name="S", email="s@gmail.com", owner_id=account.owner_id))
    with unit_of_work():
        for noun, record in (("accounts", account), ("opportunities", deal), ("accounts", other)):
            about = [(noun, record.id)]
            activities.add_task(noun, due_at=clock.now(), about=about, owner_id=account.owner_id, author="x")
    made = move(actor("manager"), [account])

    new, old = world.position("colleague").id, world.position("rep").id
    assert [fresh(r).owner_id for r in (account, person, deal, lead)] == [new] * 4
    assert [fresh(r).owner_id for r in (lost, stranger)] == [old] * 2
    assert [fresh(r).owner_id for r in (theirs, specialist)] == [world.position("outsider").id] * 2
    tasks = select(Activity.subject, Activity.owner_id).where(Activity.due_at.is_not(None)).order_by(Activity.id)
    assert db.session.execute(tasks).all() == [
        ("accounts", new), ("opportunities", new), ("accounts", old), ("Take over Alpine Ski House", new),
    ]  # fmt: skip
    kinds = select(TransferItem.noun_of, func.count()).group_by(TransferItem.noun_of)
    assert dict(db.session.execute(kinds).all()) == {"accounts": 1, "activities": 2, "leads": 1, "opportunities": 1}
    assert made.state is TransferState.DONE


def test_history_audit_timeline_and_both_sides_know(app, actor):
    account = make_account()
    until = today() + timedelta(days=30)
    move(actor("manager"), [account], hold_over_until=until, territory_id=world.territory("Northwest").id)

    before, now = history(account)
    assert (before.owner_id, before.ends_on, before.hold_over_until) == (world.position("rep").id, today(), until)
    assert (now.owner_id, now.territory_id, now.reason, now.by, now.ends_on) == (
        world.position("colleague").id, world.territory("Northwest").id, "Fair share", "Max Manager", None,
    )  # fmt: skip
    told = dict(db.session.execute(select(Notification.user_id, Notification.text)).all())
    assert told == {
        world.user("colleague").id: "Max Manager gave you an account: Fair share",
        world.user("rep").id: "an account went to Cole League: Fair share",
    }
    entry = audit.history("accounts", account.id)[0]
    assert entry.changes["owner_id"] == [world.position("rep").id, world.position("colleague").id]
    said = (
        select(Activity.subject).join(Regarding).where(Regarding.record_id == account.id, Activity.kind == Kind.SYSTEM)
    )
    assert db.session.scalar(said) == "Transferred to Cole League"


def test_a_second_transfer_of_the_same_does_nothing(app, actor):
    account = make_account()
    move(actor("manager"), [account])

    assert move(actor("manager"), [account]) is None
    assert len(history(account)) == 2
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 2


def test_a_thousand_accounts_cost_as_many_statements_as_two(app, actor, count_queries):
    who = actor("operator")

    def cost(letter, number):
        owner = world.position("rep").id
        with unit_of_work():
            accounts = [Account(number=f"{letter}{i}", name=f"{letter}{i}", owner_id=owner) for i in range(number)]
            db.session.add_all(accounts)
        ids = list(db.session.scalars(select(Account.id).where(Account.number.startswith(letter))))
        count_queries.clear()
        move(who, ids)
        rows = ("INSERT INTO activity", "INSERT INTO regarding")  # in pages of a thousand; SQLite row by row
        return len([s for s in count_queries if not s.startswith(rows)])

    assert cost("a", 2) == cost("b", 1_000) == 36


def test_tier_a_accounts_get_a_handover_task_each_the_others_one_together(app, actor):
    accounts = [make_account(str(n), tier=tier) for n, tier in enumerate((Tier.A, Tier.A, Tier.B, Tier.C))]
    move(actor("manager"), accounts)

    tasks = select(Activity.subject).where(Activity.due_at.is_not(None)).order_by(Activity.id)
    assert db.session.scalars(tasks).all() == ["Take over 0", "Take over 1", "Take over 4 accounts"]


def test_a_day_ahead_is_planned_once_and_carried_out_on_the_day(app, actor, monkeypatch):
    account = make_account()
    day = today() + timedelta(days=30)
    planned = move(actor("manager"), [account], on=day)

    assert move(actor("manager"), [account], on=day).id == planned.id
    assert (planned.state, fresh(account).owner_id) == (TransferState.PLANNED, world.position("rep").id)
    with unit_of_work():
        assert services.carry_out_due(day - timedelta(days=1)) is None
    monkeypatch.setattr(clock, "now", lambda: datetime.combine(day, datetime.min.time(), UTC))
    with unit_of_work():
        assert services.carry_out_due(day) == planned.id
    with unit_of_work():
        assert services.carry_out_due(day) is None
    assert fresh(account).owner_id == world.position("colleague").id
    assert (history(account)[1].starts_on, history(account)[1].by) == (day, "Max Manager")


def test_a_planned_transfer_that_cannot_be_is_called_off_and_holds_up_no_other(app, actor, monkeypatch):
    stuck, fine = make_account("Stuck"), make_account("Fine")
    day = today() + timedelta(days=3)
    late = move(actor("manager"), [stuck], on=day)
    other = move(actor("manager"), [fine], on=day)
    monkeypatch.setattr(clock, "now", lambda: datetime.combine(day + timedelta(days=2), datetime.min.time(), UTC))
    move(actor("manager"), [stuck], to="manager")
    with unit_of_work():
        services.carry_out_due(today())
    with unit_of_work():
        services.carry_out_due(today())

    assert (fresh(late).state, fresh(other).state) == (TransferState.CANCELLED, TransferState.DONE)
    assert "The last change was on" in fresh(late).problem
    assert fresh(stuck).owner_id == world.position("manager").id
    told = db.session.scalars(select(Notification.text).where(Notification.reason.endswith("failed"))).one()
    assert told.startswith("Your transfer of an account was called off")


def test_undo_gives_back_what_is_still_with_the_receiver(app, actor):
    kept, moved_on = make_account("Kept"), make_account("Moved on")
    deal = make_deal(kept)
    made = move(actor("manager"), [kept, moved_on], hold_over_until=today() + timedelta(days=9))
    move(actor("manager"), [moved_on], to="manager")
    with unit_of_work():
        services.undo(actor("manager"), made.id)

    rep = world.position("rep").id
    assert (fresh(kept).owner_id, fresh(deal).owner_id) == (rep, rep)
    assert fresh(moved_on).owner_id == world.position("manager").id
    assert [row.ends_on for row in history(kept)] == [today(), today(), None]
    assert [row.hold_over_until for row in history(kept)] == [None, None, None]
    with pytest.raises(Refused, match="undone"), unit_of_work():
        services.undo(actor("manager"), made.id)


def test_undo_ends_after_a_day(app, actor, monkeypatch):
    made = move(actor("manager"), [make_account()])
    later = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    with pytest.raises(Refused, match="within a day"), unit_of_work():
        services.undo(actor("manager"), made.id)


@pytest.mark.parametrize("values", [
    {"reason": " "}, {"to_position_id": 99_999}, {"to_position_id": None}, {"hold_over_until": datetime(2020, 1, 1).date()},
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_moves(app, actor, values):
    account = make_account()
    with pytest.raises(Refused):
        move(actor("manager"), [account], **values)

    assert len(history(account)) == 1


def test_others_customers_are_not_given_away(app, actor):
    mine, theirs = make_account(), make_account("Theirs", owner="outsider")
    for who in ("rep", "manager", "marketer", "finance"):
        with pytest.raises(Forbidden):
            move(actor(who), [mine, theirs])

    assert fresh(mine).owner_id == world.position("rep").id
    assert db.session.scalars(select(Contact)).all() == []


def test_the_wizard_says_what_the_deals_would_pay_before_and_after(app, client_of):
    """At 0.8 times 3 %: the second deal closes within the hold-over, so it goes on paying who gives."""
    version = pay.plan(starts_on=date(2026, 1, 1))
    for key in ("rep", "colleague"):
        pay.joins(version, key)
    account = make_account()
    with clock.frozen(datetime(2026, 2, 1, 12, tzinfo=UTC)):
        make_deal(account, amount=1000, close_on=date(2026, 4, 1))
        make_deal(account, amount=500, close_on=date(2026, 2, 20))
        to, terms = (
            world.position("colleague").id,
            {"on": "2026-02-01", "hold_over_until": "2026-03-01", "reason": "Fair"},
        )
        asked = {"ids": account.id, "to_position_id": to} | terms
        rows = queries.commissions(
            SYSTEM, [account.id], to_position_id=to, on=date(2026, 2, 1), hold_over_until=date(2026, 3, 1)
        )
        page = client_of("leader").get("/responsibility/transfers/new", query_string=asked).text
        hidden = client_of("manager").get("/responsibility/transfers/new", query_string=asked).text
    assert [(one.name, one.now, one.then) for one in rows] == [("Rita Rep", 36, 12), ("Cole League", 0, 24)]
    assert "36.00" in page
    assert "Future commissions" not in hidden  # managers do not see what people are paid, unless the company says so


def test_a_planned_transfer_is_told_on_the_page_of_the_account(app, actor, client_of):
    account, other = make_account(), make_account("Other")
    with clock.frozen(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        made = move(actor("manager"), [account], on=date(2026, 6, 20))
        assert queries.planned_for(account.id) == made
        assert queries.planned_for(other.id) is None
        assert f"/responsibility/transfers/{made.id}" in client_of("rep").get(f"/accounts/{account.id}").text
