"""Moving, pricing and closing deals."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.activities.queries import timeline
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from portal.opportunities import rules, services
from portal.opportunities.models import Opportunity, StageChange
from portal.opportunities.states import OpportunityState, Stage
from portal.workspace.models import Notification
from tests import world

from .makers import account, contact, deal, product, ready


def act(service, *args, **values):
    with unit_of_work():
        return service(*args, **values)


@pytest.fixture
def quote_is(monkeypatch):
    """What quotes say of any deal."""

    def say(**facts):
        for name, known in facts.items():
            monkeypatch.setitem(rules._facts, name, lambda opportunity_id, known=known: known)

    return say


def test_the_gate_holds_and_opens(actor):
    one = deal()
    with pytest.raises(Refused, match="contact named; Qualify: need written down"):
        act(services.move_stage, actor("rep"), one.id, Stage.DEVELOP)
    assert one.stage == Stage.QUALIFY
    two = ready()
    act(services.move_stage, actor("rep"), two.id, Stage.DEVELOP)
    assert (two.stage, two.probability) == (Stage.DEVELOP, 50)
    assert [entry.activity.subject for entry in timeline(actor("rep"), "opportunities", two.id)] == ["Qualify → Develop"]


def test_a_quote_must_be_sent_to_leave_propose(actor, quote_is):
    one = ready(stage=Stage.PROPOSE, decision_maker_known=True)
    quote_is(quote_sent=False)
    with pytest.raises(Refused, match="quote sent"):
        act(services.move_stage, actor("rep"), one.id, Stage.CLOSE)
    quote_is(quote_sent=True)
    act(services.move_stage, actor("rep"), one.id, Stage.CLOSE)
    assert one.stage == Stage.CLOSE


def test_back_takes_a_reason_and_keeps_the_days(actor):
    long_ago = clock.now() - timedelta(days=9)
    one = ready(stage=Stage.DEVELOP, stage_since=long_ago)
    with pytest.raises(Refused, match="why"):
        act(services.move_stage, actor("rep"), one.id, Stage.QUALIFY, reason="  ")
    act(services.move_stage, actor("rep"), one.id, Stage.QUALIFY, reason="Wrong contact")
    last = db.session.scalars(select(StageChange).order_by(StageChange.id.desc())).first()
    assert (last.from_stage, last.to_stage, last.reason, last.days) == (Stage.DEVELOP, Stage.QUALIFY, "Wrong contact", 9)
    assert one.probability == 25


def test_a_probability_set_by_hand_stays_and_says_why(actor):
    one = ready()
    with pytest.raises(Refused, match="Say why"):
        act(services.edit_opportunity, actor("rep"), one.id, None, probability=70)
    act(services.edit_opportunity, actor("rep"), one.id, None, probability=70, probability_note="They said yes")
    act(services.move_stage, actor("rep"), one.id, Stage.DEVELOP)
    assert (one.probability, one.probability_overridden) == (70, True)
    act(services.edit_opportunity, actor("rep"), one.id, None, probability=None)
    assert (one.probability, one.probability_overridden, one.probability_note) == (50, False, "")


def test_lines_make_the_amount(actor):
    one, bike = ready(amount=Decimal(5)), product("99.99")
    rep = actor("rep")
    line = act(services.add_line, rep, one.id, product_id=bike.id, quantity=Decimal(3), discount_percent=Decimal(10))
    assert (one.amount, one.amount_from_lines) == (Decimal("269.97"), True)
    act(services.add_line, rep, one.id, product_id=bike.id, quantity=Decimal(1), unit_price=Decimal("0.03"))
    assert one.amount == Decimal("270.00")
    act(services.edit_opportunity, rep, one.id, None, amount=Decimal(1))
    assert one.amount == Decimal("270.00")
    change = {"quantity": Decimal(1), "unit_price": None, "discount_percent": Decimal(0)}
    act(services.change_line, rep, one.id, line, **change)
    assert one.amount == Decimal("100.02")
    act(services.remove_line, rep, one.id, line)
    assert one.amount == Decimal("0.03")


def test_products_without_price_or_retired_are_refused(actor):
    one = ready()
    with pytest.raises(Refused, match="no price"):
        act(services.add_line, actor("rep"), one.id, product_id=product(None).id, quantity=Decimal(1))
    with pytest.raises(Refused, match="no longer sold"):
        act(services.add_line, actor("rep"), one.id, product_id=product(active=False).id, quantity=Decimal(1))
    assert one.amount == Decimal(1000)


def test_a_customer_wins_the_deal_once(actor, quote_is, run_jobs):
    one = ready(stage=Stage.DEVELOP)
    customer, at = Actor("Carla Customer"), datetime(2026, 6, 1, 12, tzinfo=UTC)
    act(services.close_won, customer, one.id, actual_revenue=Decimal(900), at=at, note="Q-1 accepted")
    act(services.close_won, customer, one.id, actual_revenue=Decimal(1), at=clock.now(), note="again")
    assert (one.state, one.stage, one.probability) == (OpportunityState.WON, Stage.CLOSE, 100)
    assert (one.actual_revenue, one.closed_at, one.close_note) == (Decimal(900), at, "Q-1 accepted")
    run_jobs()
    told = db.session.scalars(select(Notification).where(Notification.user_id == world.user("rep").id)).all()
    assert [note.text for note in told] == [f"Won: {one.name}"]


def test_lost_takes_a_reason_and_can_be_opened_again(actor):
    one = ready()
    rep = actor("rep")
    with pytest.raises(Refused):
        act(services.close_lost, rep, one.id, reason=" ")
    act(services.close_lost, rep, one.id, reason="Price", competitor="Litware")
    assert (one.state, one.loss_reason, one.competitor, one.probability) == ("lost", "Price", "Litware", 0)
    with pytest.raises(Refused, match="lost"):
        act(services.move_stage, rep, one.id, Stage.DEVELOP)
    with pytest.raises(Refused, match="why"):
        act(services.reopen, rep, one.id, reason="")
    act(services.reopen, rep, one.id, reason="They called back")
    assert (one.state, one.closed_at, one.loss_reason, one.probability) == ("open", None, "", 25)


def test_a_lost_deal_cannot_be_won_by_a_late_acceptance(actor):
    one = ready()
    act(services.close_lost, actor("rep"), one.id, reason="Price")
    with pytest.raises(Refused):
        act(services.close_won, actor("rep"), one.id, actual_revenue=Decimal(1), at=clock.now(), note="")
    assert one.state == OpportunityState.LOST


def test_next_step_done_becomes_history(actor):
    one = ready()
    act(services.set_next_step, actor("rep"), one.id, text="Call Ann", on=date(2026, 6, 3))
    act(services.finish_next_step, actor("rep"), one.id)
    assert (one.next_step, one.next_step_on) == ("", None)
    assert timeline(actor("rep"), "opportunities", one.id)[0].activity.subject == "Done: Call Ann"
    with pytest.raises(Refused, match="no next step"):
        act(services.finish_next_step, actor("rep"), one.id)


def test_the_second_editor_is_told(actor):
    one = ready()
    version = one.version
    act(services.edit_opportunity, actor("rep"), one.id, version, name="First")
    with pytest.raises(Stale):
        act(services.edit_opportunity, actor("manager"), one.id, version, name="Second")
    assert one.name == "First"


def test_a_contact_of_another_account_is_refused(actor):
    with pytest.raises(Refused, match="another account"):
        act(services.edit_opportunity, actor("rep"), ready().id, None, contact_id=contact(account()).id)


@pytest.mark.parametrize(
    ("who", "refusal"), [("outsider", NotFound), ("marketer", Forbidden), ("finance", Forbidden), ("hr", NotFound)]
)
def test_who_may_not_move_a_deal(actor, who, refusal):
    one = ready()
    with pytest.raises(refusal):
        act(services.move_stage, actor(who), one.id, Stage.DEVELOP)
    assert db.session.get(Opportunity, one.id).stage == Stage.QUALIFY
