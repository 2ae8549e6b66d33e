"""Topics, and the policy of a channel: who, how often, at which hours."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, get

from ..models import ChannelPolicy, Topic
from ..queries import usual_policy
from ..rules import windows_in
from ..states import Channel, Enforcement


def set_policy(actor: Actor, channel: Channel, version: int | None, **values: Any) -> int:
    """Raises Refused for a policy that would write to people against their word, or hours that cannot be read."""
    authorize(actor, "consent.policy")
    found = db.session.scalar(select(ChannelPolicy).where(ChannelPolicy.channel == channel).with_for_update())
    policy = found or usual_policy(channel)
    policy.expect(version if found else None)
    _check(channel, values)
    for name, value in values.items():
        setattr(policy, name, value)
    db.session.add(policy)
    db.session.flush()
    return policy.id


def _check(channel: Channel, values: Mapping[str, Any]) -> None:
    windows_in(values["hours"])
    if values["commercial"] == Enforcement.DISABLED:
        raise Refused("consent.objection", "Who objects to advertising is never sent any.", "commercial")
    if channel == Channel.SMS and values["commercial"] != Enforcement.RESTRICTIVE:
        raise Refused("consent.sms", "Commercial text messages always need a yes.", "commercial")


def add_topic(actor: Actor, **values: Any) -> int:
    authorize(actor, "consent.policy")
    made = Topic(**values)
    db.session.add(made)
    db.session.flush()
    return made.id


def change_topic(actor: Actor, topic_id: int, version: int | None, **values: Any) -> int:
    authorize(actor, "consent.policy")
    topic = get(actor, Topic, topic_id, lock=True)
    topic.expect(version)
    for name, value in values.items():
        setattr(topic, name, value)
    return topic.id
