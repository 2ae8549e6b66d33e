"""A post with a picture, and an account, for the walk over all routes."""

from typing import Any

from sqlalchemy import select

from portal.kernel import clock, links
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.social import services
from portal.social.models import Publication
from portal.social.rules import FETCHED_WITHIN, PICTURE_LINK
from tests.emails.makers import png

from .makers import social_account, social_post


def make() -> dict[str, dict[str, Any]]:
    account = social_account()
    post = social_post(account)
    publication = db.session.scalars(select(Publication.id).where(Publication.post_id == post.id)).one()
    with unit_of_work():
        picture = services.add_picture(SYSTEM, post.id, png(), "A hill")
        token = links.issue(PICTURE_LINK, picture, 1, expires_at=clock.now() + FETCHED_WITHIN)
    accounts = ("social.edit_account", "social.change_account")
    return {
        "social": {"record_id": post.id, "publication_id": publication, "picture_id": picture},
        "social.fetch_picture": {"token": token},
        **dict.fromkeys(accounts, {"record_id": account.id}),
    }
