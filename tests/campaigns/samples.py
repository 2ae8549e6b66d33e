"""A campaign with a cost and a member, for the walk over all routes."""

from datetime import date
from decimal import Decimal
from typing import Any

from portal.campaigns.models import CampaignCost, CampaignMember
from tests.opportunities.makers import contact
from tests.world import add

from .makers import campaign


def make() -> dict[str, dict[str, Any]]:
    one = campaign()
    cost = add(CampaignCost(campaign_id=one.id, spent_on=date(2026, 5, 1), what="Stand", amount=Decimal(9)))
    member = add(CampaignMember(campaign_id=one.id, contact_id=contact().id, source="by hand"))
    return {"campaigns": {"record_id": one.id, "cost_id": cost.id, "member_id": member.id, "state": "ended"}}
