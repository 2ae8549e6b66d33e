"""Two accounts that people post on by hand, and a post that waits to be scheduled."""

from sqlalchemy import select

from portal.campaigns.models import Campaign
from portal.kernel.db import db
from portal.social.models import Publication, SocialAccount, SocialPost
from portal.social.states import Network

from .world import World

ACCOUNTS = (
    ("Adventure Works on LinkedIn", Network.LINKEDIN, "https://www.linkedin.com/company/adventure-works-example"),
    ("Adventure Works on Facebook", Network.FACEBOOK, "https://www.facebook.com/adventure-works-example"),
)
TEXT = "Spring orders open on Monday. See the new range in twenty minutes, with the people who built it."


def load(world: World) -> None:
    accounts = [SocialAccount(name=name, network=network, url=url) for name, network, url in ACCOUNTS]
    db.session.add_all(accounts)
    db.session.flush()
    webinar = db.session.scalars(select(Campaign).where(Campaign.utm_campaign == "spring-webinar")).one()
    db.session.add(
        SocialPost(
            text=TEXT, link="https://www.adventure-works.example/spring", campaign_id=webinar.id, owner_id=webinar.owner_id,
            publications=[Publication(account_id=one.id) for one in accounts],
        )
    )  # fmt: skip
