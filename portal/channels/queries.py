"""Channels and what they may, partners, registrations and what stands against them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from portal.accounts.models import Account
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import get, visible_to

from .models import Channel, ChannelSource, DealRegistration, Partner
from .rules import customer_key, source_key
from .states import KIND_NAMES, ChannelKind, RegistrationState

S = RegistrationState


def channels(*, ended: bool = True) -> Sequence[Channel]:
    """By name, with their sources, price list and the position that answers for them."""
    query = select(Channel).options(
        selectinload(Channel.sources), joinedload(Channel.price_list), joinedload(Channel.answers)
    )
    query = query if ended else query.where(Channel.active)
    return db.session.scalars(query.order_by(Channel.active.desc(), Channel.name)).all()


def channel(actor: Actor, channel_id: int, *, lock: bool = False) -> Channel:
    return get(actor, Channel, channel_id, lock=lock, load=(selectinload(Channel.sources),))


def channel_choices(kind: ChannelKind | None = None) -> list[tuple[int, str]]:
    """Those in use, by name; of one kind where one is given."""
    query = select(Channel.id, Channel.name).where(Channel.active).order_by(Channel.name)
    rows = db.session.execute(query.where(Channel.kind == kind) if kind else query).all()
    return [(row.id, row.name) for row in rows]


def partner_choices(day: date) -> list[tuple[int, str]]:
    """Who sells for us that day, by name."""
    rows = db.session.execute(
        select(Partner.id, Account.name).join(Partner.account).where(_sells(day)).order_by(Account.name, Partner.id)
    ).all()
    return [(row.id, row.name) for row in rows]


def _sells(day: date) -> Any:
    return (Partner.since <= day) & or_(Partner.ended_on.is_(None), Partner.ended_on > day)


def channel_of_source(source: str) -> Channel | None:
    """The active channel that this source belongs to."""
    query = select(Channel).join(ChannelSource, ChannelSource.channel_id == Channel.id)
    return db.session.scalar(query.where(Channel.active, ChannelSource.key == source_key(source)))


def partner(actor: Actor, partner_id: int, *, lock: bool = False) -> Partner:
    return get(actor, Partner, partner_id, lock=lock, load=(joinedload(Partner.account), joinedload(Partner.channel)))


def registration(actor: Actor, registration_id: int, *, lock: bool = False) -> DealRegistration:
    with_partner = joinedload(DealRegistration.partner)
    load = (with_partner.joinedload(Partner.account), with_partner.joinedload(Partner.channel))
    return get(actor, DealRegistration, registration_id, lock=lock, load=load)


def registrations_of(actor: Actor, partner_id: int) -> Sequence[DealRegistration]:
    """What the partner registered, newest first."""
    mine = visible_to(actor, DealRegistration).where(DealRegistration.partner_id == partner_id)
    return db.session.scalars(mine.order_by(DealRegistration.id.desc()).limit(100)).all()


def protection(account: Account, day: date) -> DealRegistration | None:
    """The approved registration that protects this customer that day."""
    keys = {customer_key(account.name, ""), customer_key(account.name, account.domain)}
    query = select(DealRegistration).options(joinedload(DealRegistration.partner).joinedload(Partner.account))
    meant = or_(DealRegistration.account_id == account.id, DealRegistration.customer_key.in_(keys))
    query = query.where(DealRegistration.state == S.APPROVED, DealRegistration.protected_until >= day, meant)
    return db.session.scalar(query.order_by(DealRegistration.decided_at).limit(1))


class Conflict(NamedTuple):
    """Why a registration cannot simply be approved. A `hard` one must end first; the others can be overruled."""

    text: str
    noun: str
    record_id: int
    hard: bool = False


Check = Callable[[DealRegistration], Sequence[Conflict]]
_checks: list[Check] = []


def register_check(check: Check) -> None:
    """A later area knows of other ways to the same customer."""
    if check not in _checks:
        _checks.append(check)


def conflicts(one: DealRegistration, day: date) -> list[Conflict]:
    """What speaks against approving it that day: who is protected, who came earlier, and deals of our own."""
    other = aliased(DealRegistration)
    same = or_(other.customer_key == one.customer_key, other.account_id == one.account_id)  # never equal where unknown
    rows = db.session.execute(
        select(other, Account.name)
        .join(Partner, Partner.id == other.partner_id)
        .join(Account, Account.id == Partner.account_id)
        .where(other.id != one.id, other.state.in_([S.SUBMITTED, S.APPROVED]), same)
        .order_by(other.submitted_at, other.id)
    ).all()
    found = []
    for rival, name in rows:
        if rival.state == S.APPROVED and (rival.protected_until or day) >= day:
            words = f"{name} is protected for this customer until {rival.protected_until}"
            found.append(Conflict(words, "registrations", rival.id, hard=True))
        elif rival.state == S.SUBMITTED and (rival.submitted_at, rival.id) < (one.submitted_at, one.id):
            found.append(Conflict(f"{name} registered this customer earlier", "registrations", rival.id))
    return found + [conflict for check in _checks for conflict in check(one)]


def unassigned_sources(actor: Actor, model: Any) -> list[tuple[str, int]]:
    """Sources of the actor's records (leads or deals) that belong to no channel, and how many have them."""
    counted = select(model.source, func.count()).where(
        model.id.in_(visible_to(actor, model).with_only_columns(model.id))
    )
    known = set(db.session.scalars(select(ChannelSource.key)))
    rows = db.session.execute(counted.where(model.source != "").group_by(model.source)).all()
    return sorted(((row[0], row[1]) for row in rows if source_key(row[0]) not in known), key=lambda one: -one[1])


def is_used(channel_id: int) -> bool:
    return bool(db.session.scalar(select(exists().where(Partner.channel_id == channel_id))))


def _channel_names(actor: Actor) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in channel_choices()]


def _partners(actor: Actor) -> Select[Any]:
    return (
        visible_to(actor, Partner)
        .join(Partner.account)
        .join(Partner.channel)
        .options(contains_eager(Partner.account), contains_eager(Partner.channel))
    )


PARTNERS = Listing(
    name="partners",
    query=_partners,
    identity=Partner.id,
    fields=(
        Field("name", "Partner", func.lower(Account.name), value=lambda one: one.account.name),
        Field("channel", "Channel", Partner.channel_id, value=lambda one: one.channel.name, filter="choice",
              choices=_channel_names),
        Field("level", "Level", Partner.level),
        Field("margin_percent", "Keeps", Partner.margin_percent, kind="percent",
              value=lambda one: one.margin_percent / 100),
        Field("since", "Since", Partner.since, kind="date"),
        Field("ended_on", "Ended", Partner.ended_on, kind="date"),
    ),
    sort="name",
    words=(Account.name,),
)  # fmt: skip


def _registrations(actor: Actor) -> Select[Any]:
    return (
        visible_to(actor, DealRegistration)
        .join(DealRegistration.partner)
        .join(Partner.account)
        .options(contains_eager(DealRegistration.partner).contains_eager(Partner.account))
    )


REGISTRATIONS = Listing(
    name="registrations",
    query=_registrations,
    identity=DealRegistration.id,
    fields=(
        Field("customer", "Customer", func.lower(DealRegistration.customer), value=lambda one: one.customer),
        Field("partner", "Partner", func.lower(Account.name), value=lambda one: one.partner.account.name),
        Field("subject", "Deal", DealRegistration.subject),
        Field("amount", "Estimated", DealRegistration.amount, kind="money"),
        Field("state", "State", DealRegistration.state, kind="state", value=lambda one: one.state.capitalize(),
              filter="choice", choices=lambda actor: [(one.value, one.capitalize()) for one in S]),
        Field("submitted_at", "Submitted", DealRegistration.submitted_at, kind="datetime"),
        Field("protected_until", "Protected until", DealRegistration.protected_until, kind="date"),
    ),
    sort="-submitted_at",
    words=(DealRegistration.customer, DealRegistration.subject, Account.name),
    views=(("To decide", "state=submitted"), ("Protected", "state=approved")),
)  # fmt: skip

__all__ = [
    "KIND_NAMES", "PARTNERS", "REGISTRATIONS", "Conflict", "channel", "channel_choices", "channel_of_source", "channels",
    "conflicts", "is_used", "partner", "partner_choices", "protection", "register_check", "registration",
    "registrations_of",
    "unassigned_sources",
]  # fmt: skip
