"""Keeping channels and partners; submitting, deciding and ending deal registrations."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update

from portal.accounts.models import Account
from portal.activities.services import log
from portal.activities.states import Kind
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.organization.queries import authorize, business_day, get, own_position

from . import queries
from .events import RegistrationDecided, RegistrationSubmitted
from .models import Channel, ChannelSource, DealRegistration, Partner
from .rules import customer_key, domain_in, sources_in
from .states import MOVES, ChannelKind, RegistrationState

LONGEST = timedelta(days=365)
S = RegistrationState


def create_channel(actor: Actor, *, sources: str, **values: Any) -> int:
    authorize(actor, "channels.edit")
    made = Channel(**values)
    db.session.add(made)
    db.session.flush()
    _assign(made.id, sources)
    return made.id


def change_channel(actor: Actor, channel_id: int, version: int | None, *, sources: str, **values: Any) -> int:
    """Deals keep the channel they have; what comes from now on follows the change."""
    authorize(actor, "channels.edit")
    changed = get(actor, Channel, channel_id, lock=True)
    changed.expect(version)
    if values["kind"] != ChannelKind.PARTNER and queries.is_used(channel_id):
        raise Refused(
            "channel.has_partners", "Partners sell through this channel, so it stays one of partners.", "kind"
        )
    for name, value in values.items():
        setattr(changed, name, value)
    _assign(changed.id, sources)
    return changed.id


def _assign(channel_id: int, text: str) -> None:
    """Exactly these sources belong to the channel. One that belongs to another is refused by the database."""
    db.session.execute(delete(ChannelSource).where(ChannelSource.channel_id == channel_id))
    db.session.add_all(
        ChannelSource(key=key, name=name, channel_id=channel_id) for key, name in sources_in(text).items()
    )
    db.session.flush()


def add_partner(
    actor: Actor, *, account_id: int, channel_id: int, level: str, margin_percent: Decimal, since: date, note: str = ""
) -> int:
    """The account sells for us from that day on."""
    authorize(actor, "partners.edit")
    account = get(actor, Account, account_id)
    made = Partner(
        account_id=account.id, channel_id=_of_partners(actor, channel_id), level=level, margin_percent=margin_percent,
        since=since, note=note,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made.id


def change_partner(
    actor: Actor,
    partner_id: int,
    version: int | None,
    *,
    channel_id: int,
    since: date,
    ended_on: date | None,
    **values: Any,
) -> int:
    authorize(actor, "partners.edit")
    changed = queries.partner(actor, partner_id, lock=True)
    changed.expect(version)
    if ended_on and ended_on <= since:
        raise Refused("partner.days", "It cannot end before it begins.", "ended_on")
    changed.channel_id, changed.since, changed.ended_on = _of_partners(actor, channel_id), since, ended_on
    for name, value in values.items():
        setattr(changed, name, value)
    return changed.id


def _of_partners(actor: Actor, channel_id: int) -> int:
    if get(actor, Channel, channel_id).kind != ChannelKind.PARTNER:
        raise Refused("partner.channel", "Choose a channel of partners.", "channel_id")
    return channel_id


def submit_registration(
    actor: Actor, *, partner_id: int, customer: str, domain: str, subject: str, amount: Decimal, close_on: date
) -> int:
    """What a partner tells us of a customer, in the order in which it came in."""
    authorize(actor, "registrations.edit")
    partner = queries.partner(actor, partner_id)
    today = business_day()
    if partner.ended_on and partner.ended_on <= today:
        raise Refused("registration.partner_ended", "This partner does not sell for us any more.", "partner_id")
    host = domain_in(domain)
    known = db.session.scalar(select(Account.id).where(Account.domain == host)) if host else None
    made = DealRegistration(
        partner=partner, account_id=known, customer=customer, domain=host,
        customer_key=customer_key(customer, host), subject=subject, amount=amount, currency=partner.account.currency,
        close_on=close_on, owner_id=own_position(actor) or partner.account.owner_id,
        territory_id=partner.account.territory_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _note(made, f"Deal registration of {customer} submitted", actor.name)
    emit(RegistrationSubmitted(made.id))
    return made.id


def approve(actor: Actor, registration_id: int, version: int | None, *, until: date | None, reason: str) -> None:
    """Protect the customer for the partner through `until` (None: the window of the channel).

    Raises Refused while somebody is protected, for a conflict without a `reason`, and for a day outside the next year.
    """
    one = _to_decide(actor, registration_id, version, S.APPROVED)
    today = business_day()
    last = until or today + timedelta(days=one.partner.channel.protect_days)
    if not today < last <= today + LONGEST:
        raise Refused("registration.until", "Choose a day within the next twelve months.", "until")
    _expire(DealRegistration.customer_key == one.customer_key)
    for conflict in queries.conflicts(one, today):
        if conflict.hard:
            raise Refused("registration.protected", f"{conflict.text}.")
        if not reason.strip():
            raise Refused(
                "registration.conflict", f"{conflict.text}: say why this one is approved all the same.", "reason"
            )
    one.protected_until = last
    _decide(actor, one, S.APPROVED, reason or "Nobody else is registered for this customer")


def reject(actor: Actor, registration_id: int, version: int | None, *, reason: str) -> None:
    one = _to_decide(actor, registration_id, version, S.REJECTED)
    if not reason.strip():
        raise Refused("registration.reason", "Say why, so that the partner can be told.", "reason")
    _decide(actor, one, S.REJECTED, reason)


def withdraw(actor: Actor, registration_id: int, version: int | None = None) -> None:
    """The partner gives it up, or the protection ends early."""
    one = _locked(actor, registration_id, version, "registrations.edit", S.WITHDRAWN)
    _decide(actor, one, S.WITHDRAWN, "Withdrawn")


def _to_decide(actor: Actor, registration_id: int, version: int | None, target: S) -> DealRegistration:
    return _locked(actor, registration_id, version, "registrations.decide", target)


def _locked(actor: Actor, registration_id: int, version: int | None, permission: str, target: S) -> DealRegistration:
    one = queries.registration(actor, registration_id, lock=True)
    authorize(actor, permission, one)
    one.expect(version)
    check_move(MOVES, one.state, target, noun="registration")
    return one


def _decide(actor: Actor, one: DealRegistration, state: S, reason: str) -> None:
    one.state, one.decided_at, one.decided_by, one.decision = state, clock.now(), actor.name, reason.strip()
    db.session.flush()
    _note(one, f"Deal registration of {one.customer} {state}", actor.name, body=one.decision)
    emit(RegistrationDecided(one.id))


def _note(one: DealRegistration, subject: str, author: str, body: str = "") -> None:
    about = [("accounts", account_id) for account_id in (one.partner.account_id, one.account_id) if account_id]
    log(
        Kind.NOTE, subject, author=author, about=about, body=body, url=f"/registrations/{one.id}", owner_id=one.owner_id,
        territory_id=one.territory_id,
    )  # fmt: skip


def expire_ended() -> int:
    """Registrations whose window is over protect nobody any more. Returns how many."""
    return _expire(DealRegistration.protected_until < business_day())


def _expire(which: Any) -> int:
    ended = (
        update(DealRegistration)
        .where(DealRegistration.state == S.APPROVED, DealRegistration.protected_until < business_day(), which)
        .values(state=S.EXPIRED, version=DealRegistration.version + 1)
        .returning(DealRegistration.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.execute(ended).all())
