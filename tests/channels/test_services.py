"""Channels, registrations and what they do to deals and quotes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.catalog.models import PriceList
from portal.channels import queries, services
from portal.channels.models import Channel, DealRegistration
from portal.channels.states import ChannelKind, RegistrationState
from portal.insights.queries import channel_results
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from portal.opportunities import services as deals
from portal.opportunities.models import Opportunity
from portal.organization.queries import actor_for
from portal.quotes import services as quoting
from portal.quotes.services.revisions import store_totals
from portal.targets.rules import Period
from portal.workspace.models import Notification
from tests.opportunities import makers as sales
from tests.quotes import makers as quotes
from tests.world import add, run_jobs, user

from .makers import channel, partner, registration

pytestmark = pytest.mark.usefixtures("app")


def actor(key: str) -> Actor:
    return actor_for(user(key), date.today())


YEAR = Period(
    date.today().replace(month=1, day=1), date.today().replace(month=1, day=1) + timedelta(days=366), "the year"
)


def open_deal(account_id: int, **values: object) -> Opportunity:
    given = {
        "name": "Bikes",
        "contact_id": None,
        "amount": Decimal(100),
        "close_on": date.today(),
        "source": "",
    } | values
    with unit_of_work():
        made = deals.open_opportunity(actor("rep"), account_id=account_id, **given)  # type: ignore[arg-type]
    found = db.session.get(Opportunity, made)
    assert found
    return found


def approve(one: DealRegistration, who: str = "leader", reason: str = "", until: date | None = None) -> None:
    with unit_of_work():
        services.approve(actor(who), one.id, one.version, until=until, reason=reason)


def test_a_deal_comes_through_the_channel_of_its_source() -> None:
    fairs = channel(ChannelKind.EVENT, "Trade fair")

    deal = open_deal(sales.account().id, source="trade_fair")

    assert (deal.channel_id, deal.partner_id) == (fairs.id, None)
    assert "trade_fair" in deal.channel_because


def test_its_price_list_comes_along_unless_the_account_has_one() -> None:
    prices = add(PriceList(name="Web prices", currency="USD"))
    channel(ChannelKind.WEB, "Shop", price_list_id=prices.id)
    own = add(PriceList(name="Own prices", currency="USD"))

    assert open_deal(sales.account().id, source="Shop").price_list_id == prices.id
    assert open_deal(sales.account(price_list_id=own.id).id, source="Shop").price_list_id == own.id
    assert open_deal(sales.account(currency="EUR").id, source="Shop").price_list_id != prices.id


def test_a_source_belongs_to_one_channel() -> None:
    channel(ChannelKind.EVENT, "Trade fair")
    with pytest.raises(Refused) as refused, unit_of_work():
        services.create_channel(actor("leader"), name="Other", kind=ChannelKind.WEB, sources="TRADE FAIR")
    assert refused.value.field == "sources"


def test_a_channel_of_partners_stays_one() -> None:
    one = partner()
    with pytest.raises(Refused) as refused, unit_of_work():
        services.change_channel(
            actor("leader"), one.channel_id, None, sources="", name="Now direct", kind=ChannelKind.DIRECT
        )
    assert refused.value.field == "kind"


def test_an_approved_registration_protects_the_customer() -> None:
    one = registration(domain="harbor.example")
    approve(one)
    customer = sales.account(name="Harbor", domain="harbor.example")

    deal = open_deal(customer.id)

    assert (deal.partner_id, deal.registration_id) == (one.partner_id, one.id)
    assert one.protected_until == date.today() + timedelta(days=90)
    other = partner()
    with pytest.raises(Refused) as refused, unit_of_work():
        deals.set_channel(actor("rep"), deal.id, None, channel_id=None, partner_id=other.id)
    assert (refused.value.code, refused.value.field) == ("opportunity.protected", "partner_id")


def test_only_one_partner_is_protected() -> None:
    first, second = registration(domain="harbor.example"), registration(domain="harbor.example")
    approve(first)
    with pytest.raises(Refused, match="protected"):
        approve(second, reason="They were faster")
    with clock.frozen(clock.now() + timedelta(days=91)):
        approve(second)
    db.session.expire_all()
    assert (first.state, second.state) == (RegistrationState.EXPIRED, RegistrationState.APPROVED)


def test_who_came_earlier_is_a_conflict_that_needs_a_reason() -> None:
    earlier = registration(customer="Harbor Inc.")
    later = registration(customer="HARBOR", submitted_at=earlier.submitted_at + timedelta(hours=1))
    assert [one.hard for one in queries.conflicts(later, date.today())] == [False]
    assert not queries.conflicts(earlier, date.today())
    with pytest.raises(Refused) as refused:
        approve(later)
    assert refused.value.field == "reason"
    approve(later, reason="The customer asked for them")
    assert later.decision == "The customer asked for them"


def test_our_own_open_deal_is_a_conflict() -> None:
    customer = sales.account(domain="harbor.example")
    sales.deal(of=customer, name="Our deal")
    one = registration(domain="harbor.example")

    assert "Our deal" in queries.conflicts(one, date.today())[0].text


@pytest.mark.parametrize("until", [date.today(), date.today() + timedelta(days=366)])
def test_a_window_lies_within_a_year(until: date) -> None:
    one = registration()
    with pytest.raises(Refused) as refused:
        approve(one, until=until)
    assert refused.value.field == "until"
    assert one.state == RegistrationState.SUBMITTED


def test_who_may_decide() -> None:
    one = registration()
    with pytest.raises(Forbidden):
        approve(one, "rep")
    with pytest.raises(NotFound):
        approve(one, "outsider")
    approve(one, "manager")


def test_two_who_decide_at_once() -> None:
    one = registration()
    version = one.version
    approve(one)
    with pytest.raises(Stale), unit_of_work():
        services.reject(actor("leader"), one.id, version, reason="No")


def test_those_concerned_are_told_once() -> None:
    seller = partner()
    with unit_of_work():
        made = services.submit_registration(
            actor("rep"), partner_id=seller.id, customer="Harbor", domain="https://harbor.example/", subject="Bikes",
            amount=Decimal(1), close_on=date.today(),
        )  # fmt: skip
    run_jobs()
    one = db.session.get(DealRegistration, made)
    assert one
    assert one.domain == "harbor.example"
    approve(one)
    run_jobs()
    told = [note.text for note in db.session.query(Notification).order_by(Notification.id)]
    assert [text for text in told if "Harbor" in text] == [
        f"{one.partner.account.name} registered Harbor", "Registration of Harbor: approved",
    ]  # fmt: skip


def test_a_registration_becomes_one_deal() -> None:
    one = registration(customer="New Customer", domain="new.example")
    with pytest.raises(Refused), unit_of_work():
        deals.open_from_registration(actor("rep"), one.id)
    approve(one)
    with unit_of_work():
        made = deals.open_from_registration(actor("rep"), one.id)
    deal = db.session.get(Opportunity, made)
    assert deal
    assert (deal.partner_id, deal.amount, deal.registration_id) == (one.partner_id, Decimal(5000), one.id)
    assert one.account_id == deal.account_id
    with pytest.raises(Refused, match="already"), unit_of_work():
        deals.open_from_registration(actor("rep"), one.id)


@pytest.mark.parametrize("way", ["on the whole", "on a line", "by a lower price"])
def test_a_channel_limits_what_a_quote_takes_off_the_list_price(way: str) -> None:
    limited = channel(ChannelKind.WEB, max_discount_percent=Decimal(10))
    draft = quotes.draft()
    with unit_of_work():
        revision = quotes.revision(draft)
        if way == "on the whole":
            revision.discount_percent = Decimal(11)
        elif way == "on a line":
            revision.lines[1].discount_percent = Decimal(11)
        else:
            revision.lines[0].unit_price *= Decimal("0.88")
        store_totals(revision)
    deal = db.session.get(Opportunity, draft.opportunity_id)
    assert deal
    with unit_of_work():
        deals.set_channel(actor("rep"), deal.id, None, channel_id=limited.id, partner_id=None)
    with pytest.raises(Refused) as refused, unit_of_work():
        quoting.send(actor("rep"), draft.id, to="ann@example.com")
    assert refused.value.code == "quote.discount_right"
    with unit_of_work():
        quoting.send(actor("leader"), draft.id, to="ann@example.com")


def test_without_a_deal_the_direct_channel_limits_a_quote() -> None:
    channel(ChannelKind.DIRECT, max_discount_percent=Decimal(10))
    channel(ChannelKind.DIRECT, max_discount_percent=Decimal(30))
    draft = quotes.draft()
    with unit_of_work():
        revision = quotes.revision(draft)
        draft.opportunity_id, revision.discount_percent = None, Decimal(11)
        store_totals(revision)
    with pytest.raises(Refused, match="10 % at most"), unit_of_work():
        quoting.send(actor("rep"), draft.id, to="ann@example.com")
    with unit_of_work():
        quoting.send(actor("operator"), draft.id, to="ann@example.com")


def test_nobody_gives_themselves_more_discount_by_another_channel() -> None:
    strict = channel(ChannelKind.WEB, max_discount_percent=Decimal(10))
    stricter = channel(ChannelKind.WEB, max_discount_percent=Decimal(5))
    loose, free = channel(ChannelKind.EVENT, max_discount_percent=Decimal(30)), partner(channel_id=channel().id)
    deal = open_deal(sales.account().id)

    def move(who: str, to: int | None, with_partner: int | None = None) -> None:
        with unit_of_work():
            deals.set_channel(actor(who), deal.id, None, channel_id=to, partner_id=with_partner)

    move("rep", strict.id)
    for to, with_partner, field in (
        (loose.id, None, "channel_id"),
        (None, free.id, "partner_id"),
        (None, None, "channel_id"),
    ):
        with pytest.raises(Refused) as refused:
            move("rep", to, with_partner)
        assert (refused.value.code, refused.value.field) == ("opportunity.channel_right", field)
    move("rep", stricter.id)
    move("leader", loose.id)
    assert deal.channel_id == loose.id


def test_results_add_up_to_what_happened() -> None:
    web = channel(ChannelKind.WEB, "landing_page", cost_percent=Decimal(10))
    sales.lead()
    order_id = quotes.accepted()
    row = next(one for one in channel_results(YEAR) if one.channel is None)
    assert row.ordered > 0
    assert row.won_deals == 1
    deal = db.session.query(Opportunity).filter(Opportunity.state == "won").one()
    with unit_of_work():
        deal.channel_id = web.id

    found = {one.name: one for one in channel_results(YEAR)}

    mine = found[web.name]
    assert (mine.leads, mine.won_deals, mine.won) == (1, 1, deal.actual_revenue)
    assert mine.ordered == row.ordered
    assert mine.listed == row.listed
    assert mine.contribution == mine.invoiced - mine.cost - mine.sale_cost - mine.partners - mine.commission
    assert order_id


def test_only_leadership_and_operations_keep_channels() -> None:
    for who in ("rep", "manager", "marketer", "finance", "admin"):
        with pytest.raises(Forbidden), unit_of_work():
            services.create_channel(actor(who), name="X", kind=ChannelKind.WEB, sources="")
    assert db.session.query(Channel).filter(Channel.name == "X").count() == 0
