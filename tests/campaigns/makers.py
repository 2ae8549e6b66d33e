"""Makers of campaigns for tests."""

from itertools import count
from typing import Any

from portal.campaigns.models import Campaign
from portal.campaigns.states import CampaignState
from tests.world import add, position

_next = count(1)


def campaign(**values: Any) -> Campaign:
    n = next(_next)
    given = {
        "name": f"Spring ride {n}",
        "utm_campaign": f"spring-ride-{n}",
        "state": CampaignState.ACTIVE,
        "owner_id": position("leader").id,
    }
    return add(Campaign(**given | values))
