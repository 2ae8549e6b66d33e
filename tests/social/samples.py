"""A post and an account, for the walk over all routes."""

from typing import Any

from sqlalchemy import select

from portal.kernel.db import db
from portal.social.models import Publication

from .makers import social_account, social_post


def make() -> dict[str, dict[str, Any]]:
    account = social_account()
    post = social_post(account)
    publication = db.session.scalars(select(Publication.id).where(Publication.post_id == post.id)).one()
    accounts = ("social.edit_account", "social.change_account")
    return {
        "social": {"record_id": post.id, "publication_id": publication},
        **dict.fromkeys(accounts, {"record_id": account.id}),
    }
