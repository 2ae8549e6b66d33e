"""Three campaigns of the demo year: their cost, and who came to the stand."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portal.campaigns.models import Campaign, CampaignCost, CampaignMember
from portal.campaigns.states import CampaignState, Goal, MemberStatus
from portal.kernel.db import db

from .world import World

# name, word in links, state, objective, goal, how much, budget, days ago it began and ends, cost
CAMPAIGNS: tuple[tuple[Any, ...], ...] = (
    ("Reseller programme", "reseller-programme", CampaignState.ACTIVE, "Win stores that do not sell our bicycles yet.",
     Goal.LEADS, 60, 8000, 100, -80, (("Search advertising", 2150), ("Photographs", 900))),
    ("Webinar: the spring range", "spring-webinar", CampaignState.ACTIVE, "Show the new range to those who order in spring.",
     Goal.PIPELINE, 250_000, 3000, 60, -30, (("Speaker", 800), ("Studio for a day", 450))),
    ("Bicycle fair", "bicycle-fair", CampaignState.ENDED, "Meet our customers and their buyers in one place.",
     Goal.REVENUE, 400_000, 15_000, 160, 150, (("Stand", 7800), ("Travel", 3100), ("Flyers", 640))),
)  # fmt: skip
FAIR = "bicycle-fair"
VISITORS = 40


def load(world: World) -> None:
    owner = next((key for key in world.positions if "market" in key.lower()), None)
    for name, word, state, objective, goal, value, budget, began, ends, costs in CAMPAIGNS:
        one = Campaign(
            name=name, utm_campaign=word, state=state, objective=objective, goal=goal, goal_value=Decimal(value),
            budget=Decimal(budget), starts_on=world.today - timedelta(began), ends_on=world.today - timedelta(ends),
            owner_id=world.positions[owner].id if owner else None,
        )  # fmt: skip
        db.session.add(one)
        db.session.flush()
        for at, (what, amount) in enumerate(costs):
            day = world.today - timedelta(began - 5 * at)
            db.session.add(CampaignCost(campaign_id=one.id, spent_on=day, what=what, amount=Decimal(amount)))
        if word == FAIR:
            _visitors(one, world)


def _visitors(fair: Campaign, world: World) -> None:
    """Some of the people we know were invited, and every second of them came."""
    began = fair.starts_on or world.today
    for at, person in enumerate(list(world.contacts.values())[: 2 * VISITORS]):
        came = at % 2 == 0
        when = datetime.combine(began + timedelta(at % 3), time(10, at % 60), ZoneInfo(world.company["timezone"]))
        db.session.add(
            CampaignMember(
                campaign_id=fair.id, contact_id=person.id, source="by hand", added_at=when - timedelta(20),
                status=MemberStatus.RESPONDED if came else MemberStatus.SENT, responded_at=when if came else None,
                response="Visited our stand" if came else "",
            )
        )  # fmt: skip
