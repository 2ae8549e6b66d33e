"""How long a post may be, and the link as each network gets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from portal.campaigns.rules import tagged

from .states import Network

NETWORK_NAMES = {
    Network.MASTODON: "Mastodon",
    Network.WEBHOOK: "Webhook",
    Network.LINKEDIN: "LinkedIn",
    Network.X: "X",
    Network.FACEBOOK: "Facebook",
}
LONGEST = {
    Network.MASTODON: 500,
    Network.WEBHOOK: 5000,
    Network.LINKEDIN: 3000,
    Network.X: 280,
    Network.FACEBOOK: 5000,
}
LINK_COUNTS = {Network.MASTODON: 23, Network.X: 23}  # a link counts as this many characters, however long it is
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(minutes=40))  # networks know a key for an hour
BY_HAND = frozenset({Network.LINKEDIN, Network.X, Network.FACEBOOK})  # exported, and a person is reminded


MOST_PICTURES = 4  # what Mastodon and X take
PICTURE_LINK = "social_picture"  # purpose of the links by which a webhook fetches them
FETCHED_WITHIN = timedelta(days=7)


class HandedPicture(NamedTuple):
    """`key`: of kernel.files. `path`: where it can be fetched without signing in; "" where it is uploaded."""

    key: str
    media_type: str
    name: str
    alt: str
    path: str = ""


@dataclass(frozen=True)
class Handover:
    """A post as one network gets it; `key` is the same at every attempt, so that it stands there once."""

    network: Network
    url: str
    secret: str  # sealed
    text: str
    link: str
    campaign: str
    key: str
    pictures: Sequence[HandedPicture] = ()


@dataclass(frozen=True)
class Publishing:
    """What came of handing a post to a network."""

    done: bool
    why: str = ""
    url: str = ""
    again: bool = False  # worth another try, which the network takes for the same post by its key


def link_for(link: str, network: Network, campaign: str) -> str:
    """With the UTM parameters that tell the network and the campaign. Raises Refused for what is no link."""
    if not link:
        return ""
    return tagged(link, source=network.value, medium="social", campaign=campaign)


def words_for(text: str, link: str) -> str:
    """The post as it is published."""
    return f"{text}\n\n{link}" if link else text


def length(text: str, link: str, network: Network) -> int:
    """Characters as the network counts them."""
    linked = LINK_COUNTS.get(network, len(link)) + 2 if link else 0
    return len(text) + linked


def too_long(text: str, link: str, network: Network) -> int:
    """By how many characters it is too long; 0 when it fits."""
    return max(0, length(text, link, network) - LONGEST[network])
