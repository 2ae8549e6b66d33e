"""Topics, contacts and policies for the tests."""

from typing import Any

from portal.accounts.models import Contact
from portal.consent.models import ChannelPolicy, Topic
from portal.consent.queries import usual_policy
from portal.consent.states import Channel
from tests import world


def topic(name: str, **values: Any) -> int:
    return world.add(Topic(name=name, **values)).id


def person(**values: Any) -> Contact:
    """A contact of nobody in particular."""
    mobile = values.get("mobile", "")
    return world.add(Contact(**{"first_name": "Ann", "last_name": "Ash", "mobile_e164": mobile} | values))


def policy(channel: Channel = Channel.EMAIL, **values: Any) -> ChannelPolicy:
    made = usual_policy(channel)
    for name, value in values.items():
        setattr(made, name, value)
    return world.add(made)
