"""What a mail service tells us, once its signature was checked."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from portal.consent.states import Channel
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.messages.models import Message, written_to
from portal.organization.queries import authorize

from ..models import Webhook
from ..rules import Told, read_events
from ..states import Provider
from .effects import Fact, take_effect


def receive(provider: Provider, payload: Any) -> int:
    """Returns how many events were new. Events about mail that we did not send are left out."""
    told = read_events(provider, payload)
    messages = _messages(told)
    now = clock.now()
    facts = [
        Fact(one.notice, message_id, one.external_id, one.at or now, provider, one.unsubscribed)
        for one, message_id in zip(told, messages, strict=True)
        if message_id
    ]
    _note(provider, received_at=now, received=Webhook.received + 1, problem="", problem_at=None)
    return take_effect(facts)


def refuse(provider: Provider, why: str) -> None:
    """Remembered for whoever sets it up."""
    _note(provider, problem=why[:300], problem_at=clock.now())


def _note(provider: Provider, **values: Any) -> None:
    here = update(Webhook).where(Webhook.provider == provider)
    db.session.execute(here.values(values).execution_options(synchronize_session=False))


def _messages(told: Sequence[Told]) -> list[int | None]:
    """By the Message-ID, else the last mail to that address: whoever tells us has signed it."""
    keys = {one.message_key for one in told if one.message_key}
    by_key = _by(Message.message_id, Message.message_id.in_(keys))
    left = {one.notice.recipient for one in told if one.message_key not in by_key}
    by_address = _by(Message.address, written_to(left))
    return [by_key.get(one.message_key) or by_address.get(one.notice.recipient) for one in told]


def _by(column: Any, named: ColumnElement[bool]) -> dict[str, int]:
    sent = select(column, func.max(Message.id)).where(Message.channel == Channel.EMAIL, named)
    return dict(db.session.execute(sent.where(Message.sent_at.is_not(None)).group_by(column)).all())


def set_webhook(actor: Actor, provider: Provider, secret: str, *, active: bool) -> Webhook:
    """`secret` is sealed; "" keeps the one that is known."""
    authorize(actor, "company.edit")
    known = db.session.scalar(select(Webhook).where(Webhook.provider == provider))
    if known is None:
        known = Webhook(provider=provider, secret=secret)
        db.session.add(known)
    known.secret, known.active = secret or known.secret, active
    db.session.flush()
    return known
