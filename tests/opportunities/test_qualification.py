"""A lead becomes account, contact and deal: once, whole, with its history, and back again."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account, Contact
from portal.activities import services as activities
from portal.activities.models import Regarding
from portal.activities.states import Kind
from portal.kernel import clock
from portal.kernel.db import db, transact, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused
from portal.kernel.outbox import OutboxEntry
from portal.leads.models import Lead
from portal.leads.states import LeadState
from portal.opportunities import queries, services
from portal.opportunities.models import Opportunity, Qualification, StageChange
from portal.opportunities.services import NewDeal
from portal.organization.queries import actor_for
from tests import world

from .makers import account, contact, deal, lead

DEAL = NewDeal("Ten road bikes", Decimal(9000), date(2026, 12, 1))


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def qualify(who, one, **values):
    with unit_of_work():
        return services.open_from_lead(who, one.id, **{"deal": DEAL} | values)


def test_everything_new_with_the_history_carried_over(actor):
    one = lead(company="Bike World Inc.", email="ann@bike-world.example", phone="+1 206 555 0100")
    with unit_of_work():
        activities.log(Kind.FORM, "Asked for a quote", author="Website", about=[("leads", one.id)])
    made = qualify(actor("rep"), one)
    home = db.session.get(Account, made.account_id)
    person = db.session.get(Contact, made.contact_id)
    opened = db.session.get(Opportunity, made.opportunity_id)
    assert (home.name, home.domain, home.phone) == ("Bike World Inc.", "bike-world.example", "+1 206 555 0100")
    assert (person.email, person.account_id) == ("ann@bike-world.example", home.id)
    assert (opened.name, opened.amount, opened.need) == ("Ten road bikes", Decimal(9000), one.message)
    assert (opened.owner_id, opened.source, opened.lead_id) == (one.owner_id, one.source, one.id)
    assert db.session.get(Lead, one.id).state == LeadState.QUALIFIED
    for noun, record_id in (("accounts", home.id), ("contacts", person.id), ("opportunities", opened.id)):
        told = select(func.count()).where(Regarding.noun_of == noun, Regarding.record_id == record_id)
        assert db.session.scalar(told) == 2  # the form, and the qualification itself
    topics = set(db.session.scalars(select(OutboxEntry.topic)))
    assert "OpportunityOpened" in topics


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"domain": "bikes-are-us.example"}, "same email domain"),
        ({"name": "BIKES ARE US, LLC"}, "same name"),
    ],
)
def test_accounts_are_matched_by_domain_and_plain_name(actor, given, why):
    home = account(**given)
    found = queries.matches_of(actor("rep"), lead(company="Bikes Are Us Inc.", email="joe@bikes-are-us.example"))
    assert [(match.id, match.why) for match in found.accounts] == [(home.id, why)]


def test_a_private_mailbox_says_nothing_about_the_company(actor):
    account(domain="gmail.com")
    assert queries.matches_of(actor("rep"), lead(email="joe@gmail.com", company="Nobody Knows")).accounts == []


def test_an_account_of_somebody_else_is_named_but_not_offered(actor):
    account("outsider", "Germany", name="Bike World GmbH")
    found = queries.matches_of(actor("rep"), lead(company="Bike World"))
    assert found.accounts == []
    assert found.hidden == [world.position("outsider").id]


def test_merging_fills_only_what_is_empty(actor):
    home = account(phone="+1 555 0001", city="")
    person = contact(home, email="ann@x.example", job_title="", first_name="Anna")
    one = lead(email="ann@x.example", phone="+1 555 9999", city="Reno", job_title="Buyer", first_name="Ann")
    made = qualify(actor("rep"), one, account_id=home.id, contact_id=person.id)
    assert (made.account_id, made.contact_id) == (home.id, person.id)
    assert (home.phone, home.city) == ("+1 555 0001", "Reno")
    assert (person.first_name, person.job_title) == ("Anna", "Buyer")


def test_no_opportunity_yet(actor):
    made = qualify(actor("rep"), lead(), deal=None)
    assert made.opportunity_id is None
    assert count(Opportunity) == 0


def test_all_or_nothing(actor):
    one = lead(email="taken@x.example")
    contact(account("outsider", "Germany"), email="taken@x.example")
    before = count(Account)
    with pytest.raises(Refused, match="has this address"):
        qualify(actor("rep"), one)
    assert count(Account) == before
    assert db.session.get(Lead, one.id).state == LeadState.NEW


def test_only_once(actor):
    one = lead()
    qualify(actor("rep"), one)
    with pytest.raises(Refused, match="already"):
        qualify(actor("rep"), one)
    assert count(Opportunity) == 1


@pytest.mark.parametrize(("who", "refusal"), [("outsider", NotFound), ("marketer", Forbidden), ("hr", NotFound)])
def test_only_those_who_work_the_lead(actor, who, refusal):
    with pytest.raises(refusal):
        qualify(actor(who), lead())
    assert count(Opportunity) == 0


def test_undo_opens_the_lead_and_removes_what_was_made(actor):
    one = lead()
    qualify(actor("rep"), one)
    with unit_of_work():
        services.undo_qualification(actor("rep"), one.id)
    assert [count(model) for model in (Account, Contact, Opportunity, StageChange, Qualification)] == [0] * 5
    assert db.session.get(Lead, one.id).state == LeadState.NEW
    assert qualify(actor("rep"), one).opportunity_id


def test_undo_keeps_an_account_that_was_there_before(actor):
    home = account()
    one = lead()
    qualify(actor("rep"), one, account_id=home.id)
    with unit_of_work():
        services.undo_qualification(actor("rep"), one.id)
    assert list(db.session.scalars(select(Account.id))) == [home.id]


def test_no_undo_when_something_followed(actor):
    one = lead()
    made = qualify(actor("rep"), one)
    with unit_of_work():
        services.set_next_step(actor("rep"), made.opportunity_id, text="Call", on=None)
    with pytest.raises(Refused, match="Work was done"), unit_of_work():
        services.undo_qualification(actor("rep"), one.id)
    assert db.session.get(Lead, one.id).state == LeadState.QUALIFIED


def test_no_undo_when_another_record_points_there(actor):
    one = lead()
    made = qualify(actor("rep"), one, deal=None)
    deal(of=db.session.get(Account, made.account_id))
    with pytest.raises(Refused, match="Work was done"), unit_of_work():
        services.undo_qualification(actor("rep"), one.id)


def test_no_undo_after_a_day(actor):
    one = lead()
    qualify(actor("rep"), one)
    late = clock.now() + timedelta(hours=25)
    with clock.frozen(late), pytest.raises(Refused, match="within a day"), unit_of_work():
        services.undo_qualification(actor("rep"), one.id)


def test_parallel_clicks_make_one_of_each(live_app):
    one = lead()
    who, lead_id = actor_for(world.user("rep"), date(2026, 6, 1)), one.id
    start, results = threading.Barrier(6), []

    def click():
        with live_app.app_context():
            start.wait()
            try:
                transact(lambda: services.open_from_lead(who, lead_id, deal=DEAL))
                results.append("done")
            except Refused as refusal:
                results.append(refusal.code)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # a new look
    assert sorted(results) == ["done", *["lead.already_qualified"] * 5]
    assert [count(model) for model in (Account, Contact, Opportunity)] == [1, 1, 1]
