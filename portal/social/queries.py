"""Accounts, posts and where they stand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from portal.kernel import links
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Field, Listing
from portal.organization.queries import get, visible_to

from .models import Publication, SocialAccount, SocialPicture, SocialPost
from .rules import PICTURE_LINK
from .states import PostState

WHOLE = (
    joinedload(SocialPost.campaign),
    selectinload(SocialPost.publications).joinedload(Publication.account),
    selectinload(SocialPost.pictures),
)


def accounts(*, active: bool = False) -> Sequence[SocialAccount]:
    """By name."""
    query = select(SocialAccount).order_by(SocialAccount.active.desc(), SocialAccount.name)
    return db.session.scalars(query.where(SocialAccount.active) if active else query).all()


def account(actor: Actor, account_id: int, *, lock: bool = False) -> SocialAccount:
    return get(actor, SocialAccount, account_id, lock=lock)


def post(actor: Actor, post_id: int, *, lock: bool = False) -> SocialPost:
    """With its campaign, and its publications with their accounts."""
    return get(actor, SocialPost, post_id, lock=lock, load=WHOLE)


def picture(actor: Actor, post_id: int, picture_id: int) -> SocialPicture:
    found = next((one for one in post(actor, post_id).pictures if one.id == picture_id), None)
    if found is None:
        raise NotFound("social.no_picture", "This picture is not here.")
    return found


def picture_at(token: str) -> SocialPicture:
    """The one that this signed link shows to whoever was handed the post. Raises NotFound."""
    found = db.session.get(SocialPicture, links.resolve(PICTURE_LINK, token).record_id)
    if found is None:
        raise NotFound("social.no_picture", "This picture is not here.")
    return found


def posts_of(actor: Actor, campaign_id: int) -> Sequence[SocialPost]:
    query = visible_to(actor, SocialPost).options(*WHOLE).where(SocialPost.campaign_id == campaign_id)
    return db.session.scalars(query.order_by(SocialPost.publish_at, SocialPost.id)).all()


def publication(publication_id: int, *, lock: bool = False) -> Publication | None:
    """With its account, its post, and the post's campaign and pictures."""
    query = (
        select(Publication)
        .where(Publication.id == publication_id)
        .options(
            joinedload(Publication.account),
            joinedload(Publication.post).joinedload(SocialPost.campaign),
            joinedload(Publication.post).selectinload(SocialPost.pictures),
        )
    )
    return db.session.scalar(query.with_for_update(of=Publication) if lock else query)


def standing(one: SocialPost) -> str:
    """The state of a post in one word: of its publications once it was scheduled."""
    if one.state != PostState.SCHEDULED:
        return one.state.value
    states = {str(each.state) for each in one.publications}
    return next((s for s in ("failed", "publishing", "due", "reminded", "published") if s in states), "")


def _posts(actor: Actor) -> Select[Any]:
    return visible_to(actor, SocialPost).options(*WHOLE)


POSTS = Listing(
    name="social_posts",
    query=_posts,
    identity=SocialPost.id,
    fields=(
        Field("text", "Post", value=lambda one: one.text[:120]),
        Field("campaign", "Campaign", value=lambda one: one.campaign.name if one.campaign else ""),
        Field("on", "On", value=lambda one: ", ".join(each.account.name for each in one.publications)),
        Field("publish_at", "Published", SocialPost.publish_at, kind="datetime", filter="range"),
        Field("state", "State", SocialPost.state, kind="state", value=lambda one: standing(one).capitalize()),
    ),
    sort="-publish_at",
    words=(SocialPost.text,),
)  # fmt: skip
