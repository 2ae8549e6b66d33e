"""Can we send? Every gate before one recipient, asked by the conditions that the sender asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.db import db

from ..rules import SPAN_NAMES, SPANS, WHY, windows_for
from ..rules.words import CAP_WAITS, QUIET
from ..states import Channel, Purpose
from .gates import GATES
from .hours import free_slots, hours_for, limits_of, policy_of, sent_to
from .standing import asked_of

OPEN_WHY = {
    "suppression": "The address is not on the suppression list.",
    "purpose": "What the person said, or the lack of a no, is enough for this purpose.",
    "topic": "The person has not refused this topic.",
    "pause": "The person has not paused our messages.",
    "cap": "The frequency cap leaves room.",
}


class Check(NamedTuple):
    """One gate. `until`: when a shut one opens by itself, or when an open one shuts."""

    title: str
    open: bool
    code: str
    why: str
    until: datetime | None = None


def checks(
    channel: Channel, address: str, purpose: Purpose, topic_id: int | None = None, contact_id: int | None = None
) -> list[Check]:
    """In the order in which the sender asks; the first that is shut decides. `address` is a normal one."""
    asked = asked_of(channel, address, purpose, topic_id)
    codes = db.session.execute(select(*(gate.shut(asked).label(gate.name) for gate in GATES))).one()._asdict()
    found = []
    for gate in GATES:
        code = codes[gate.name] or ""
        found.append(Check(gate.title, not code, code, WHY[code] if code else OPEN_WHY[gate.name]))
    if purpose == Purpose.COMMERCIAL:
        found[-1:] = [_hours(channel, contact_id), _cap(found[-1], channel, address)]
    return found


def _cap(found: Check, channel: Channel, address: str) -> Check:
    """With what was sent, span by span."""
    policy, now = policy_of(channel), clock.now()
    sent = dict(sent_to(policy, [address])).get(address, [])
    counts = [
        f"{sum(at > now - SPANS[name] for at in sent)} of {limit} in {SPAN_NAMES[name]}"
        for name, limit in limits_of(policy).items()
        if limit
    ]
    slot = free_slots(policy, [address]).get(address) if found.code == CAP_WAITS else None
    told = f" Sent: {', '.join(counts)}." if counts else " No cap is set on this channel."
    return found._replace(why=found.why + told, until=slot)


def _hours(channel: Channel, contact_id: int | None) -> Check:
    place, windows, hours = hours_for(channel, contact_id)
    now = clock.now()
    local = f"{now.astimezone(ZoneInfo(place.zone)):%a %H:%M} there ({place.zone}, {place.why})"
    if not windows_for(place, windows):
        return Check("Sending hours", True, "", f"It is {local}; no hours are set for this place.")
    why = f"It is {local}." if hours.open else f"{WHY[QUIET]} It is {local}."
    return Check("Sending hours", hours.open, "" if hours.open else QUIET, why, hours.until)


def first_shut(found: Sequence[Check]) -> Check | None:
    return next((check for check in found if not check.open), None)
