"""Makers of accounts and posts for tests."""

from itertools import count
from typing import Any

from portal.social.models import Publication, SocialAccount, SocialPost
from portal.social.states import Network
from tests.world import add, position

_next = count(1)


def social_account(network: Network = Network.LINKEDIN, **values: Any) -> SocialAccount:
    return add(SocialAccount(**{"name": f"@adventure{next(_next)}", "network": network} | values))


def social_post(*on: SocialAccount, **values: Any) -> SocialPost:
    given = {"text": "Ride with us", "owner_id": position("leader").id} | values
    return add(SocialPost(publications=[Publication(account_id=one.id) for one in on], **given))
