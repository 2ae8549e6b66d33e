"""Opening deals and changing what they say."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Account, Contact
from portal.activities import services as activities
from portal.activities.states import Kind
from portal.catalog.models import PriceList
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.organization.models import Position
from portal.organization.queries import authorize, get, own_position

from ..events import OpportunityOpened
from ..models import Opportunity, StageChange
from ..states import PROBABILITY, OpportunityState, Stage
from .channels import come_through

EDITED = ("name", "source", "close_on", "need", "decision_maker_known", "competitor")


def locked(actor: Actor, opportunity_id: int, *, version: int | None = None) -> Opportunity:
    """The open deal, locked and the actor's to edit. Raises NotFound, Forbidden, Stale, Refused."""
    found = get(actor, Opportunity, opportunity_id, lock=True)
    authorize(actor, "opportunities.edit", found)
    found.expect(version)
    if found.state != OpportunityState.OPEN:
        raise Refused("opportunity.closed", f"This deal is {found.state}. Reopen it to change it.")
    return found


def about(deal: Opportunity) -> list[tuple[str, int]]:
    """The records whose timelines tell of this deal."""
    contact = [("contacts", deal.contact_id)] if deal.contact_id else []
    return [("opportunities", deal.id), ("accounts", deal.account_id), *contact]


def note(deal: Opportunity, actor: Actor, subject: str, *, kind: Kind = Kind.STAGE, body: str = "") -> None:
    """Say on the timelines what was done."""
    activities.log(
        kind,
        subject,
        author=actor.signs(deal.owner_id),
        about=about(deal),
        body=body,
        owner_id=deal.owner_id,
        territory_id=deal.territory_id,
    )


def make(actor: Actor, account: Account, **values: Any) -> Opportunity:
    """A new deal in Qualify with the account's currency and price list; flushed, so that it has its id."""
    now = clock.now()
    deal = Opportunity(
        account_id=account.id,
        currency=account.currency,
        price_list_id=account.price_list_id or _default_price_list(account.currency),
        stage=Stage.QUALIFY,
        probability=PROBABILITY[Stage.QUALIFY],
        stage_since=now,
        created_at=now,
        **values,
    )
    come_through(deal, account)
    db.session.add(deal)
    db.session.flush()
    db.session.add(StageChange(opportunity_id=deal.id, to_stage=Stage.QUALIFY, at=now, by=actor.name))
    emit(OpportunityOpened(deal.id, actor.user_id))
    return deal


def _default_price_list(currency: str) -> int | None:
    return db.session.scalar(select(PriceList.id).where(PriceList.currency == currency, PriceList.is_default))


def open_opportunity(
    actor: Actor, *, name: str, account_id: int, contact_id: int | None, amount: Decimal, close_on: date, **more: str
) -> int:
    """A deal without a lead. `more`: source, need, next_step."""
    authorize(actor, "opportunities.edit")
    account = get(actor, Account, account_id)
    owner_id = own_position(actor) or account.owner_id
    deal = make(
        actor,
        account,
        name=name,
        contact_id=_contact_of(actor, contact_id, account_id),
        amount=amount,
        amount_from_lines=False,
        close_on=close_on,
        owner_id=owner_id,
        territory_id=account.territory_id,
        **more,
    )
    note(deal, actor, f"Opportunity opened: {name}")
    return deal.id


def _contact_of(actor: Actor, contact_id: int | None, account_id: int) -> int | None:
    if contact_id is None:
        return None
    if get(actor, Contact, contact_id).account_id != account_id:
        raise Refused("opportunity.other_account", "This contact belongs to another account.", "contact_id")
    return contact_id


def edit_opportunity(actor: Actor, opportunity_id: int, version: int | None, **values: Any) -> int:
    """Change the deal. `probability` None follows the stage; another value needs `probability_note` to say why."""
    deal = locked(actor, opportunity_id, version=version)
    for name in EDITED:
        if name in values:
            setattr(deal, name, values[name])
    if "contact_id" in values:
        deal.contact_id = _contact_of(actor, values["contact_id"], deal.account_id)
    if values.get("amount") is not None and not deal.amount_from_lines:
        deal.amount = values["amount"]
    if "probability" in values:
        _override(deal, values["probability"], values.get("probability_note", ""))
    return deal.id


def _override(deal: Opportunity, probability: int | None, why: str) -> None:
    usual = PROBABILITY[deal.stage]
    deal.probability_overridden = probability is not None and probability != usual
    deal.probability = usual if probability is None else probability
    if deal.probability_overridden and not why.strip():
        raise Refused(
            "opportunity.probability_why", f"Say why it is not the usual {usual} % of this stage.", "probability_note"
        )
    deal.probability_note = why.strip() if deal.probability_overridden else ""


def set_next_step(actor: Actor, opportunity_id: int, *, text: str, on: date | None, version: int | None = None) -> int:
    deal = locked(actor, opportunity_id, version=version)
    deal.next_step, deal.next_step_on = text, on if text else None
    return deal.id


def finish_next_step(actor: Actor, opportunity_id: int, *, version: int | None = None) -> int:
    """The step becomes history; the deal then lacks one, and says so."""
    deal = locked(actor, opportunity_id, version=version)
    if not deal.next_step:
        raise Refused("opportunity.no_step", "There is no next step to finish.")
    note(deal, actor, f"Done: {deal.next_step}", kind=Kind.NOTE)
    deal.next_step, deal.next_step_on = "", None
    return deal.id


def hand_over(actor: Actor, opportunity_id: int, owner_id: int, reason: str = "") -> int:
    """Give the deal to another position."""
    deal = locked(actor, opportunity_id)
    position = db.session.get(Position, owner_id)
    if position is None:
        raise Refused("opportunity.no_position", "There is no such position.", "owner_id")
    if deal.owner_id != owner_id:
        deal.owner_id = owner_id
        note(deal, actor, f"Handed over to {position.title}", kind=Kind.SYSTEM, body=reason)
    return deal.id
