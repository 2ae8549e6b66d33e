"""May a message go? One list of gates, of which the sender asks the first that is shut and the screen asks every one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
)

from portal.kernel import clock

from ..models import ChannelPolicy, Consent, ContactPoint, Suppression
from ..rules import BLOCKS_ALL, SPANS
from ..rules.caps import LONGEST
from ..rules.words import CAP_WAITS, CAPPED, NO_CONSENT, OPTED_OUT, PAUSED, PENDING, TOPIC_OUT
from ..states import ConsentState, Enforcement, OverCap, Purpose

Code = ColumnElement[Any]  # NULL where the gate is open, else a key of `rules.WHY`


class Asked(NamedTuple):
    """Columns of messages, or values: the same gates stand before both."""

    channel: Any
    address: Any
    digest: Any
    purpose: Any
    topic_id: Any

    @property
    def commercial(self) -> ColumnElement[bool]:
        return type_coerce(self.purpose, String) == Purpose.COMMERCIAL.value


@dataclass(frozen=True)
class Gate:
    name: str
    title: str
    shut: Callable[[Asked], Code]


def _now(ago: timedelta = timedelta(0)) -> Any:
    """The time at which the statement runs, as statements are built once."""
    return bindparam(None, callable_=lambda: clock.now() - ago, type_=Consent.at.type, unique=True)


def _value(query: Select[Any], own: Any) -> Code:
    """As one value of the row that is asked about; only `own` is a table of its own."""
    return query.correlate_except(own).scalar_subquery()


def _enforcement(asked: Asked) -> Code:
    """The policy of channel and purpose; without one, commercial messages need a yes and the others no refusal."""
    purpose = type_coerce(asked.purpose, String)
    chosen = case(
        (purpose == Purpose.COMMERCIAL.value, type_coerce(ChannelPolicy.commercial, String)),
        (purpose == Purpose.TRACKING.value, type_coerce(ChannelPolicy.tracking, String)),
        else_=type_coerce(ChannelPolicy.transactional, String),
    )
    policy = select(chosen).where(ChannelPolicy.channel == asked.channel)
    usual = case((asked.commercial, literal(Enforcement.RESTRICTIVE.value)), else_=Enforcement.NON_RESTRICTIVE.value)
    return func.coalesce(_value(policy, ChannelPolicy), usual)


def _suppressed(asked: Asked) -> Code:
    wide = type_coerce(Suppression.reason, String).in_(sorted(reason.value for reason in BLOCKS_ALL))
    blocked = select(type_coerce(Suppression.reason, String)).where(
        Suppression.channel == asked.channel, Suppression.address_hash == asked.digest, or_(asked.commercial, wide)
    )
    return _value(blocked, Suppression)


def _said(asked: Asked) -> Any:
    return and_(Consent.channel == asked.channel, Consent.address == asked.address, Consent.purpose == asked.purpose)


def _refused(asked: Asked) -> Code:
    """A no to the purpose, and, where a yes is needed, the lack of one: to the purpose or to the topic itself."""
    state, topic = type_coerce(Consent.state, String), Consent.topic_id
    no = func.max(case((and_(topic.is_(None), state == ConsentState.OPTED_OUT.value), 1)))
    yes = func.max(case((state == ConsentState.OPTED_IN.value, 1)))
    pending = func.max(case((state == ConsentState.PENDING.value, 1)))
    said = (
        (no == 1, literal(OPTED_OUT)),
        (yes == 1, null()),
        (pending == 1, literal(PENDING)),
    )
    refused, lacking = case(*said), case(*said, else_=literal(NO_CONSENT))
    verdict = case(
        {Enforcement.RESTRICTIVE.value: lacking, Enforcement.NON_RESTRICTIVE.value: refused},
        value=_enforcement(asked),
    )
    # An OR would tempt PostgreSQL to collect every row without a topic; the few of one address are found by their key.
    about = func.coalesce(topic, asked.topic_id, 0) == func.coalesce(asked.topic_id, 0)
    words = select(verdict).select_from(Consent).where(_said(asked), about)
    return _value(words, Consent)


def _topic_refused(asked: Asked) -> Code:
    if asked.topic_id is None:
        return null()
    no = and_(Consent.topic_id == asked.topic_id, Consent.state == ConsentState.OPTED_OUT)
    enforced = case((_enforcement(asked) != Enforcement.DISABLED.value, literal(TOPIC_OUT)))
    return _value(select(enforced).where(_said(asked), no), Consent)


def _paused(asked: Asked) -> Code:
    pause = select(literal(PAUSED)).where(
        ContactPoint.channel == asked.channel, ContactPoint.address == asked.address, ContactPoint.paused_until > _now()
    )
    return case((asked.commercial, _value(pause, ContactPoint)))


Sendings = Callable[[Any, Sequence[Any], Any], Select[Any]]
_sendings: list[Sendings] = []


def count_sendings_by(sendings: Sendings) -> None:
    """`messages` registers: (channel, addresses, since) -> a SELECT of address and time of commercial messages sent since."""
    _sendings[:] = [sendings]


def sendings(channel: Any, addresses: Sequence[Any], since: Any) -> Select[Any]:
    return _sendings[0](channel, addresses, since)


def _capped(asked: Asked) -> Code:
    """As many as the cap allows were sent already, in a rolling day, week or month."""
    limits = {span: getattr(ChannelPolicy, name) for name, span in SPANS.items()}
    lately = sendings(asked.channel, [asked.address], _now(LONGEST))
    at = lately.selected_columns[1]  # none yet: on its way
    counts = {span: func.count() - func.count().filter(at <= _now(span)) for span in SPANS.values()}
    counts[LONGEST] = func.count()
    full = or_(*(counts[span] >= limit for span, limit in limits.items()))
    waits = case((ChannelPolicy.over_cap == OverCap.WAIT, literal(CAP_WAITS)), else_=literal(CAPPED))
    reached = select(waits).where(
        ChannelPolicy.channel == asked.channel,
        func.coalesce(*limits.values()).is_not(None),
        lately.with_only_columns(full).scalar_subquery(),
    )
    return case((asked.commercial, _value(reached, ChannelPolicy)))


# The last one is asked after the sending hours (see `hours`), which no database can tell by each one's clock.
GATES: Sequence[Gate] = (
    Gate("suppression", "Suppression list", _suppressed),
    Gate("purpose", "Consent to the purpose", _refused),
    Gate("topic", "Consent to the topic", _topic_refused),
    Gate("pause", "Pause", _paused),
    Gate("cap", "Frequency cap", _capped),
)


def block(channel: Any, address: Any, digest: Any, purpose: Any, topic_id: Any = None) -> ColumnElement[str | None]:
    """NULL when a message may go, else the code of the first gate that is shut (a key of `rules.WHY`).

    Takes columns or values. What the code means for the message is told by `timing`.
    """
    asked = Asked(channel, address, digest, purpose, topic_id)
    return func.coalesce(*(gate.shut(asked) for gate in GATES), type_=String())


def may_track(channel: Any, address: Any) -> ColumnElement[bool]:
    """Whether openings and clicks of this address may be noted. Takes columns or values."""
    purpose = type_coerce(literal(Purpose.TRACKING.value, String), Consent.purpose.type)
    return _refused(Asked(channel, address, None, purpose, None)).is_(None)
