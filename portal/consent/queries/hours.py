"""What makes a message wait: the hour where its recipient is, and a frequency cap that will have room again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from portal.accounts.models import Account, Contact
from portal.kernel import clock
from portal.kernel.db import db
from portal.organization.queries import company

from ..models import ChannelPolicy
from ..rules import DEFAULT_HOURS, SPANS, WHY, Hours, Place, Window, hours_at, next_slot, place_by, windows_in
from ..rules.caps import LONGEST
from ..rules.words import CAP_WAITS, CAPPED, CAPS, QUIET
from ..states import Channel, OverCap, Purpose
from .gates import sendings


def policy_of(channel: Channel) -> ChannelPolicy:
    """As chosen, else a new one with the usual values, which is in no session."""
    found = db.session.scalar(select(ChannelPolicy).where(ChannelPolicy.channel == channel))
    return found or usual_policy(channel)


def usual_policy(channel: Channel) -> ChannelPolicy:
    usual = {c.key: c.default.arg for c in ChannelPolicy.__table__.columns if c.default is not None}
    return ChannelPolicy(**usual | {"channel": channel, "hours": DEFAULT_HOURS[channel]})


def places_of(contact_ids: Iterable[int | None]) -> dict[int | None, Place]:
    """Where these contacts are. The key None is somebody of whom nothing is known."""
    ids, home = {key for key in contact_ids if key}, home_zone()
    query = select(Contact.id, Contact.timezone, Contact.country, Account.country, Account.region)
    rows = db.session.execute(query.outerjoin(Contact.account).where(Contact.id.in_(ids))) if ids else ()
    places: dict[int | None, Place] = {None: place_by("", "", "", home)}
    for key, zone, own, country, region in rows:
        places[key] = place_by(zone, own or country or "", (region or "") if own in ("", country) else "", home)
    return places


def home_zone() -> str:
    seller = company()
    return seller.timezone if seller else "UTC"


class Waiting(NamedTuple):
    """A message about to go: the columns of its row that hours and caps depend on, and what `block` says of it."""

    id: int
    channel: Channel
    address: str
    purpose: Purpose
    contact_id: int | None
    code: str | None


class Wait(NamedTuple):
    """Not now: `until` then, because of `code` (a key of `rules.WHY`)."""

    until: datetime
    code: str

    @property
    def why(self) -> str:
        return WHY[self.code]


class Timing(NamedTuple):
    """What becomes of messages that are due: `ends` by a code, `waits`, or `goes` (until `closes`, where that is near)."""

    goes: frozenset[int]
    ends: Mapping[int, str]
    waits: Mapping[int, Wait]
    closes: Mapping[int, datetime]


def timing(rows: Sequence[Waiting]) -> Timing:
    """In the order of the gates; a few statements whatever the number of messages."""
    ends = {row.id: row.code for row in rows if row.code and row.code not in CAPS}
    waits, closes = _waits([row for row in rows if row.id not in ends and row.purpose == Purpose.COMMERCIAL])
    ends |= {row.id: row.code for row in rows if row.code == CAPPED and row.id not in waits}
    goes = frozenset(row.id for row in rows if not row.code and row.id not in waits)
    return Timing(goes, ends, waits, closes)


def _waits(rows: Sequence[Waiting]) -> tuple[dict[int, Wait], dict[int, datetime]]:
    """Those that go later, and until when the hours of the others last."""
    waits: dict[int, Wait] = {}
    closes: dict[int, datetime] = {}
    for channel in {row.channel for row in rows}:
        policy, mine = policy_of(channel), [row for row in rows if row.channel == channel]
        slots = free_slots(policy, {row.address for row in mine if row.code == CAP_WAITS})
        waits |= {row.id: Wait(slots[row.address], CAP_WAITS) for row in mine if row.address in slots}
        for key, hours in _hours(policy, mine):
            if not hours.open and hours.until:
                waits[key] = Wait(hours.until, QUIET)
            elif hours.until:
                closes[key] = hours.until
    return waits, closes


def _hours(policy: ChannelPolicy, rows: Sequence[Waiting]) -> Iterable[tuple[int, Hours]]:
    windows = windows_in(policy.hours)
    if not windows:
        return
    places, now = places_of(row.contact_id for row in rows), clock.now()
    known: dict[Place, Hours] = {}
    for row in rows:
        place = places.get(row.contact_id, places[None])
        if place not in known:
            known[place] = hours_at(place, windows, now)
        yield row.id, known[place]


def hours_for(channel: Channel, contact_id: int | None) -> tuple[Place, Sequence[Window], Hours]:
    """Of one recipient: where they are, all windows of the channel, and whether one is open."""
    windows, places = windows_in(policy_of(channel).hours), places_of([contact_id])
    place = places.get(contact_id, places[None])
    return place, windows, hours_at(place, windows, clock.now())


def free_slots(policy: ChannelPolicy, addresses: Iterable[str]) -> dict[str, datetime]:
    """When the next commercial message fits, for the addresses that have had too many and wait for it."""
    if policy.over_cap != OverCap.WAIT:
        return {}
    found = {address: next_slot(sent, limits_of(policy), clock.now()) for address, sent in sent_to(policy, addresses)}
    return {address: slot for address, slot in found.items() if slot}


def limits_of(policy: ChannelPolicy) -> dict[str, int | None]:
    return {name: getattr(policy, name) for name in SPANS}


def has_caps(channel: Channel) -> bool:
    return any(limits_of(policy_of(channel)).values())


def sent_to(policy: ChannelPolicy, addresses: Iterable[str]) -> Iterable[tuple[str, list[datetime]]]:
    """The times of commercial messages of the last 30 days, of each address that has had any."""
    if not any(limits_of(policy).values()):
        return
    found: dict[str, list[datetime]] = {}
    for address, at in db.session.execute(sendings(policy.channel, list(addresses), clock.now() - LONGEST)):
        found.setdefault(address, []).append(at or clock.now())
    yield from found.items()
