"""What campaigns brought, by every model, from the first touch to the paid invoice."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from portal.broadcasts.models import Broadcast
from portal.campaigns.models import Campaign, CampaignCost, CampaignMember
from portal.campaigns.states import Credit, MemberStatus
from portal.consent.states import Channel, Purpose
from portal.insights.queries import deals, deals_seen, returns
from portal.invoices.models import Invoice
from portal.invoices.states import InvoiceState
from portal.messages.models import Message, MessageContent
from portal.messages.states import MessageState
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from tests.campaigns.makers import campaign
from tests.opportunities.makers import account, contact, deal, lead
from tests.world import add

DAY = timedelta(days=1)
OPENED = datetime(2026, 5, 1, tzinfo=UTC)
CLOSED = OPENED + 20 * DAY


def won_deal(**values: Any) -> Opportunity:
    given = {"state": OpportunityState.WON, "closed_at": CLOSED, "actual_revenue": Decimal(100), "created_at": OPENED}
    return deal(**given | values)


def responded(to: Campaign, who: Any, at: datetime, what: str = "visited our stand") -> None:
    add(CampaignMember(campaign_id=to.id, contact_id=who.id, status=MemberStatus.RESPONDED, source="by hand",
                       responded_at=at, response=what))  # fmt: skip


def clicked(to: Campaign, who: Any, at: datetime) -> None:
    mailing = add(Broadcast(name="News", campaign_id=to.id, purpose=Purpose.COMMERCIAL))
    content = add(MessageContent(subject="News", text="News", html="<p>News</p>"))
    add(Message(reason=f"b:{mailing.id}:{who.id}", channel=Channel.EMAIL, purpose=Purpose.COMMERCIAL, address=who.email,
                address_hash="x", content_id=content.id, message_id=f"<{mailing.id}@t.example>", values=None,
                state=MessageState.SENT, sent_at=at, noun_of="broadcasts", record_id=mailing.id, contact_id=who.id,
                clicked_at=at, human_clicked_at=at))  # fmt: skip


def test_a_deal_is_shared_to_the_cent_by_every_model(app: Flask, actor: Any) -> None:
    first, second, third = campaign(), campaign(), campaign()
    home = account()
    person = contact(home)
    begun = lead(campaign=first.utm_campaign, created_at=OPENED - DAY)
    one = won_deal(account_id=home.id, lead_id=begun.id)
    clicked(second, person, OPENED + 6 * DAY)
    responded(third, person, CLOSED - 7 * DAY)
    boss = actor("marketer")

    def won(credit: Credit) -> list[Decimal]:
        by_id = {row.campaign_id: row.won for row in returns(boss, credit)}
        return [by_id[each.id] for each in (first, second, third)]

    assert won(Credit.FIRST_TOUCH) == [100, 0, 0]
    assert won(Credit.LAST_TOUCH) == [0, 0, 100]
    assert won(Credit.LINEAR) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    decayed = won(Credit.TIME_DECAY)
    assert sum(decayed) == 100
    assert decayed == sorted(decayed)
    (found,) = deals("USD", second.id)
    assert [touch.what for touch in found.touches] == ["Sent a form", "Clicked News", "visited our stand"]
    assert (found.id, found.source) == (one.id, first.id)


def test_sourced_is_what_began_with_it_and_influenced_what_it_touched(app: Flask, actor: Any) -> None:
    source, helper = campaign(), campaign()
    person = contact(account())
    deal(account_id=person.account_id, amount=Decimal(500), created_at=OPENED)
    responded(source, person, OPENED - DAY)
    responded(helper, person, OPENED + DAY)
    by_id = {row.campaign_id: row for row in returns(actor("leader"), Credit.LINEAR)}
    assert (by_id[source.id].sourced_pipeline, by_id[source.id].influenced_pipeline) == (500, 500)
    assert (by_id[helper.id].sourced_deals, by_id[helper.id].influenced_deals) == (0, 1)
    assert by_id[source.id].pipeline == by_id[helper.id].pipeline == 250


def test_touches_too_old_too_late_or_of_strangers_do_not_count(app: Flask) -> None:
    one, person, stranger = campaign(), contact(account()), contact(account())
    won_deal(account_id=person.account_id)
    responded(one, stranger, OPENED)
    responded(campaign(), person, OPENED - 181 * DAY)
    responded(campaign(), person, CLOSED + DAY)
    assert deals("USD") == []


def test_a_click_that_a_member_also_keeps_counts_once(app: Flask) -> None:
    one, person = campaign(), contact(account())
    won_deal(account_id=person.account_id)
    clicked(one, person, OPENED)
    responded(one, person, OPENED, "clicked News")
    (found,) = deals("USD")
    assert len(found.touches) == 1


def test_down_to_the_paid_invoice_before_tax(app: Flask, actor: Any) -> None:
    one, person = campaign(), contact(account())
    won = won_deal(account_id=person.account_id)
    responded(one, person, OPENED)
    add(CampaignCost(campaign_id=one.id, spent_on=OPENED.date(), what="Stand", amount=Decimal(40)))
    lead(campaign=one.utm_campaign)
    add(Invoice(number="I-1", state=InvoiceState.ISSUED, opportunity_id=won.id, account_id=won.account_id, currency="USD",
                net=Decimal(100), tax=Decimal(20), total=Decimal(120), paid=Decimal(30), issued_at=CLOSED,
                issued_on=CLOSED.date(), due_on=CLOSED.date(), snapshot={}, snapshot_hash="x"))  # fmt: skip
    (came,) = returns(actor("finance"), Credit.LINEAR, one.id)
    assert (came.won, came.invoiced, came.paid) == (100, 100, 25)
    assert (came.cost, came.leads, came.cost_per_lead, came.roi) == (40, 1, 40, Decimal("1.5"))


@pytest.mark.parametrize(("who", "names"), [("leader", 2), ("rep", 1)])
def test_deals_are_listed_only_for_those_who_may_see_them(app: Flask, actor: Any, who: str, names: int) -> None:
    one = campaign()
    for owner in ("rep", "outsider"):
        person = contact(account(owner=owner, area="Southwest" if owner == "rep" else "Germany"))
        won_deal(account_id=person.account_id, owner=owner, area="Southwest" if owner == "rep" else "Germany")
        responded(one, person, OPENED)
    shown, others = deals_seen(actor(who), "USD", one.id)
    assert (len(shown), others) == (names, 2 - names)


@pytest.mark.parametrize("credit", Credit)
def test_the_shares_of_a_deal_add_up_to_it(app: Flask, credit: Credit) -> None:
    person, some = contact(account()), [campaign() for _ in range(3)]
    won_deal(account_id=person.account_id)
    for number, one in enumerate(some):
        responded(one, person, OPENED + timedelta(days=number))
    (found,) = deals("USD")
    assert round(sum(found.share(one.id, credit) for one in some), 12) == 1


def test_statements_do_not_grow_with_campaigns(app: Flask, actor: Any, count_queries: Any) -> None:
    person = contact(account())
    won_deal(account_id=person.account_id)
    boss, counted = actor("leader"), []
    for _ in range(2):
        responded(campaign(), person, OPENED)
        count_queries.clear()
        returns(boss, Credit.LINEAR)
        counted.append(len(count_queries))
    assert counted[0] == counted[1]
