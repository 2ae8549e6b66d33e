"""Three campaigns of the demo year: their cost, and who came to the stand."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import islice
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
CAME = {"bicycle-fair": (8, "Visited our stand"), "spring-webinar": (6, "Attended the webinar"),
        "reseller-programme": (4, "Asked for the price list")}  # fmt: skip


def load(world: World) -> None:
    people = iter(list(world.contacts.values())[-2 * sum(number for number, _ in CAME.values()) :])
    for name, word, state, objective, goal, value, budget, began, ends, costs in CAMPAIGNS:
        one = Campaign(
            name=name, utm_campaign=word, state=state, objective=objective, goal=goal, goal_value=Decimal(value),
            budget=Decimal(budget), starts_on=world.today - timedelta(began), ends_on=world.today - timedelta(ends),
        )  # fmt: skip
        db.session.add(one)
        db.session.flush()
        for at, (what, amount) in enumerate(costs):
            day = world.today - timedelta(began - 5 * at)
            db.session.add(CampaignCost(campaign_id=one.id, spent_on=day, what=what, amount=Decimal(amount)))
        _members(one, list(islice(people, 2 * CAME[word][0])), CAME[word][1], world)


def _members(campaign: Campaign, people: list[Any], response: str, world: World) -> None:
    """All of them were invited, and every second one came."""
    began = campaign.starts_on or world.today
    for at, person in enumerate(people):
        came = at % 2 == 0
        when = datetime.combine(began + timedelta(at % 3), time(10, at), ZoneInfo(world.company["timezone"]))
        db.session.add(
            CampaignMember(
                campaign_id=campaign.id, contact_id=person.id, source="by hand", added_at=when - timedelta(20),
                status=MemberStatus.RESPONDED if came else MemberStatus.SENT, responded_at=when if came else None,
                response=response if came else "",
            )
        )  # fmt: skip
