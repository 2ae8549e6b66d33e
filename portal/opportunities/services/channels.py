"""Through which channel a deal comes."""

from sqlalchemy import select

from portal.accounts.models import Account
from portal.catalog.models import PriceList
from portal.channels.models import Channel
from portal.channels.queries import channel_of_source, protection
from portal.kernel.db import db
from portal.organization.queries import business_day

from ..models import Opportunity, OpportunityLine


def come_through(deal: Opportunity, account: Account) -> None:
    """A new deal: with the partner who registered the customer, else through the channel of its source."""
    if registered := protection(account, business_day()):
        partner = registered.partner
        deal.registration_id, deal.partner_id = registered.id, partner.id
        why = f"{partner.account.name} registered this customer, protected until {registered.protected_until}"
        use(deal, account, db.session.get(Channel, partner.channel_id), why)
    elif deal.source and (channel := channel_of_source(deal.source)):
        use(deal, account, channel, f"Deals of the source {deal.source} come through it")


def use(deal: Opportunity, account: Account, channel: Channel | None, why: str) -> None:
    """Its price list too, where the account has none of its own and nothing is priced yet."""
    deal.channel_id, deal.channel_because = (channel.id, why) if channel else (None, "")
    if channel and channel.price_list_id and not account.price_list_id and not _is_priced(deal):
        currency = db.session.scalar(select(PriceList.currency).where(PriceList.id == channel.price_list_id))
        deal.price_list_id = channel.price_list_id if currency == deal.currency else deal.price_list_id


def _is_priced(deal: Opportunity) -> bool:
    lines = select(OpportunityLine.id).where(OpportunityLine.opportunity_id == deal.id)
    return deal.id is not None and db.session.scalar(lines.limit(1)) is not None
