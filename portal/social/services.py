"""Writing posts, scheduling them, and settling what came of each publication."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.activities.services import add_task
from portal.campaigns.models import Campaign
from portal.kernel import audit, clock, files, links
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.outbox import emit
from portal.kernel.pictures import read_picture
from portal.kernel.states import check_move
from portal.organization.queries import authorize, get, own_position

from . import queries
from .events import PublicationDue
from .models import Publication, SocialAccount, SocialPicture, SocialPost
from .rules import (
    BY_HAND,
    FETCHED_WITHIN,
    MOST_PICTURES,
    NETWORK_NAMES,
    PICTURE_LINK,
    WAITS,
    HandedPicture,
    Handover,
    Publishing,
    link_for,
    too_long,
    words_for,
)  # fmt: skip
from .states import MOVES, POST_MOVES, Network, PostState, PublicationState

P = PublicationState


def save_account(
    actor: Actor, account_id: int | None, version: int | None = None, *, secret: str, **values: Any
) -> int:
    """`secret` comes sealed; an empty one leaves what is stored."""
    authorize(actor, "social_accounts.edit")
    if account_id is None:
        kept = SocialAccount(**values)
        db.session.add(kept)
    else:
        kept = queries.account(actor, account_id, lock=True)
        kept.expect(version)
        for name, value in values.items():
            setattr(kept, name, value)
    kept.secret = secret or kept.secret or ""
    db.session.flush()
    return kept.id


def write_post(
    actor: Actor, post_id: int | None, version: int | None = None, *,
    text: str, link: str, campaign_id: int | None, account_ids: Sequence[int], publish_at: datetime | None,
) -> int:  # fmt: skip
    """A new draft, or a changed one. Raises Refused when it is too long for one of its networks."""
    authorize(actor, "social_posts.edit")
    new: dict[str, Any] = {"owner_id": own_position(actor), "publications": [], "pictures": []}
    post = _draft(actor, post_id, version) if post_id else SocialPost(**new)
    campaign = get(actor, Campaign, campaign_id) if campaign_id else None
    accounts = [one for one in queries.accounts(active=True) if one.id in account_ids]
    for account in accounts:
        full = link_for(link, account.network, campaign.utm_campaign if campaign else "")
        if over := too_long(text, full, account.network):
            words = f"{over} characters too many for {NETWORK_NAMES[account.network]}."
            raise Refused("social.too_long", words, "text")
    post.text, post.link, post.campaign_id, post.publish_at = text, link, campaign_id, publish_at
    kept = {one.account_id: one for one in post.publications}
    post.publications = [kept.get(one.id) or Publication(account_id=one.id) for one in accounts]
    db.session.add(post)
    db.session.flush()
    return post.id


def add_picture(actor: Actor, post_id: int, content: bytes, alt: str) -> int:
    """Written anew, without what a camera wrote into it. Raises Refused."""
    post = _draft(actor, post_id, None)
    if len(post.pictures) >= MOST_PICTURES:
        raise Refused("social.pictures", f"A post has {MOST_PICTURES} pictures at most.", "file")
    read = read_picture(content)
    facts = {"media_type": read.media_type, "width": read.width, "height": read.height}
    made = SocialPicture(key=files.put(read.content), alt=alt, **facts)
    post.pictures.append(made)
    audit.record(SocialPost.noun, post_id, "picture added", picture=alt)
    db.session.flush()
    return made.id


def remove_picture(actor: Actor, post_id: int, picture_id: int) -> None:
    post = _draft(actor, post_id, None)
    gone = queries.picture(actor, post_id, picture_id)
    post.pictures.remove(gone)
    audit.record(SocialPost.noun, post_id, "picture removed", picture=gone.alt)


def schedule(actor: Actor, post_id: int, version: int | None = None) -> None:
    """From now on it goes out by itself; without a moment, at once."""
    post = _draft(actor, post_id, version)
    if not post.publications:
        raise Refused("social.nowhere", "Choose at least one account to publish it on.")
    post.publish_at = max(post.publish_at or clock.now(), clock.now())
    check_move(POST_MOVES, post.state, PostState.SCHEDULED, noun="post")
    post.state, post.round = PostState.SCHEDULED, post.round + 1
    for one in post.publications:
        emit(PublicationDue(one.id, post.round, 0), due_at=post.publish_at)


def unschedule(actor: Actor, post_id: int) -> None:
    """Back to a draft, as long as nothing of it went out. Raises Refused afterwards."""
    post = queries.post(actor, post_id, lock=True)
    authorize(actor, "social_posts.edit", post)
    if any(one.state != P.DUE for one in post.publications):
        raise Refused("social.out", "Some of it is out already.")
    check_move(POST_MOVES, post.state, PostState.DRAFT, noun="post")
    post.state = PostState.DRAFT


def _draft(actor: Actor, post_id: int, version: int | None) -> SocialPost:
    post = queries.post(actor, post_id, lock=True)
    authorize(actor, "social_posts.edit", post)
    post.expect(version)
    if post.state != PostState.DRAFT:
        raise Refused("social.not_draft", "Take it back to a draft first.")
    return post


def claim(publication_id: int, round_: int, attempt: int) -> Handover | None:
    """Take it for publishing; None when its time was changed or it is done. A lost worker's may be taken again: the
    network knows the post by its key."""
    one = queries.publication(publication_id, lock=True)
    if one is None or one.post.round != round_ or one.post.state != PostState.SCHEDULED:
        return None
    if (one.state, one.attempt) not in ((P.DUE, attempt), (P.PUBLISHING, attempt + 1)):
        return None
    if one.account.network in BY_HAND:
        _remind(one)
        return None
    one.state, one.attempt = P.PUBLISHING, attempt + 1
    account, post = one.account, one.post
    link, named = _link(one), post.campaign.name if post.campaign else ""
    key = f"throughline-{one.id}-{post.round}"
    pictures = [_handed(each, account.network) for each in post.pictures]
    return Handover(account.network, account.url, account.secret, post.text, link, named, key, pictures)


def _handed(one: SocialPicture, network: Network) -> HandedPicture:
    """A webhook gets a link that ends; other networks get the picture itself."""
    path = ""
    if network == Network.WEBHOOK:
        ends = clock.now() + FETCHED_WITHIN
        path = f"/social-pictures/{links.issue(PICTURE_LINK, one.id, 1, expires_at=ends)}"
    return HandedPicture(one.key, one.media_type, one.name, one.alt, path)


def _link(one: Publication) -> str:
    return link_for(one.post.link, one.account.network, one.post.campaign.utm_campaign if one.post.campaign else "")


def _remind(one: Publication) -> None:
    """The connector of a person: a task with the text to post; the page it leads to has the pictures."""
    one.state, post = P.REMINDED, one.post
    count = len(post.pictures)
    pictures = f"\n\nWith {'a picture' if count == 1 else f'{count} pictures'} to download here." if count else ""
    add_task(
        f"Publish on {one.account.name}", due_at=clock.now(), about=[(SocialPost.noun, post.id)], author="Throughline",
        body=words_for(post.text, _link(one)) + pictures, url=f"/social/{post.id}",
        owner_id=post.owner_id,
    )  # fmt: skip


def settle(publication_id: int, result: Publishing) -> None:
    """Write down what came of it. What is worth another try is due again, a few times."""
    one = queries.publication(publication_id, lock=True)
    if one is None or one.state != P.PUBLISHING:
        return
    one.why, one.url = result.why[:500], result.url[:500]
    if result.done:
        one.state, one.published_at = P.PUBLISHED, clock.now()
    elif result.again and one.attempt <= len(WAITS):
        one.state = P.DUE
        emit(PublicationDue(one.id, one.post.round, one.attempt), due_at=clock.now() + WAITS[one.attempt - 1])
    else:
        one.state = P.FAILED


def retry(actor: Actor, post_id: int, publication_id: int) -> None:
    """Once more, now."""
    one = _own(actor, post_id, publication_id)
    check_move(MOVES, one.state, P.DUE, noun="publication")
    one.state, one.why, one.attempt = P.DUE, "", 0
    emit(PublicationDue(one.id, one.post.round, 0))
    audit.record(SocialPost.noun, post_id, "publishing again", account=one.account.name)


def mark_published(actor: Actor, post_id: int, publication_id: int, url: str) -> None:
    """A person published it, or has seen that it is there."""
    one = _own(actor, post_id, publication_id)
    check_move(MOVES, one.state, P.PUBLISHED, noun="publication")
    one.state, one.url, one.published_at = P.PUBLISHED, url[:500], clock.now()
    audit.record(SocialPost.noun, post_id, "published", account=one.account.name, url=one.url)


def _own(actor: Actor, post_id: int, publication_id: int) -> Publication:
    authorize(actor, "social_posts.edit", get(actor, SocialPost, post_id))
    one = queries.publication(publication_id, lock=True)
    if one is None or one.post_id != post_id:
        raise NotFound("social.no_publication", "This is not here.")
    return one
