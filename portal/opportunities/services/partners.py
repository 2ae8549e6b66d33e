"""The partner of record of a deal, and deals that partners registered."""

from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.services import create_account
from portal.channels import queries as channels
from portal.channels.models import Channel, DealRegistration
from portal.channels.queries import Conflict
from portal.channels.states import RegistrationState
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, business_day, get

from ..models import Opportunity
from ..queries.channels import discount_limit
from ..states import OpportunityState
from .channels import use
from .editing import locked, make, note


def set_channel(
    actor: Actor, opportunity_id: int, version: int | None, *, channel_id: int | None, partner_id: int | None
) -> int:
    """By hand. A partner brings the channel along. Raises Refused while another partner is protected, and for a channel
    that allows more discount, unless the actor may exceed or the partner registered the customer."""
    deal = locked(actor, opportunity_id, version=version)
    account = get(SYSTEM, Account, deal.account_id)
    registered = channels.protection(account, business_day())
    if registered and registered.partner_id != partner_id:
        until = f"registered this customer and is protected until {registered.protected_until}"
        raise Refused("opportunity.protected", f"{registered.partner.account.name} {until}.", "partner_id")
    deal.partner_id, deal.registration_id = partner_id, registered.id if registered else None
    wanted = channels.partner(actor, partner_id).channel_id if partner_id else channel_id
    if wanted != deal.channel_id:
        if not registered and not actor.may("channels.exceed"):
            _no_more_discount(deal.channel_id, wanted, "partner_id" if partner_id else "channel_id")
        use(deal, account, get(actor, Channel, wanted) if wanted else None, f"Chosen by {actor.name}")
    return deal.id


def _no_more_discount(now: int | None, wanted: int | None, field: str) -> None:
    limit, other = discount_limit(now), discount_limit(wanted)
    if limit and (other is None or other.percent > limit.percent):
        more = f"{other.percent.normalize():f} %" if other else "any discount"
        said = f"It would allow {more}, and {limit.channel} {limit.percent.normalize():f} % at most."
        raise Refused("opportunity.channel_right", f"{said} Sales leadership and operations may change it.", field)


def open_from_registration(actor: Actor, registration_id: int) -> int:
    """The deal that a partner registered, with its customer, who becomes an account if we do not know them."""
    authorize(actor, "opportunities.edit")
    one = channels.registration(actor, registration_id, lock=True)
    if one.state != RegistrationState.APPROVED:
        raise Refused("registration.not_approved", "Only an approved registration becomes a deal.")
    if db.session.scalar(select(Opportunity.id).where(Opportunity.registration_id == one.id).limit(1)):
        raise Refused("registration.opened", "A deal was opened for this registration already.")
    if one.account_id is None:
        one.account_id = create_account(actor, name=one.customer, domain=one.domain, currency=one.currency).id
        db.session.flush()
    account = get(actor, Account, one.account_id)
    deal = make(
        actor, account, name=one.subject, amount=one.amount, amount_from_lines=False,
        close_on=max(one.close_on, business_day()), source="Partner", owner_id=one.owner_id or account.owner_id,
        territory_id=account.territory_id,
    )  # fmt: skip
    note(deal, actor, f"Opportunity opened from the registration of {one.partner.account.name}")
    return deal.id


def _own_deals(one: DealRegistration) -> list[Conflict]:
    """Open deals of ours with the customer that a partner registers."""
    rows = db.session.execute(
        select(Opportunity.id, Opportunity.name)
        .join(Account, Account.id == Opportunity.account_id)
        .where(Opportunity.state == OpportunityState.OPEN, Opportunity.partner_id.is_distinct_from(one.partner_id))
        .where((Account.id == one.account_id) | ((Account.domain == one.domain) & (Account.domain != "")))
        .order_by(Opportunity.id)
        .limit(5)
    ).all()
    return [Conflict(f"We have the open deal {row.name} with this customer", "opportunities", row.id) for row in rows]


channels.register_check(_own_deals)
