"""Posts, their publications, and accounts."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, url_for

from portal.kernel import files
from portal.social import queries, services
from portal.social.models import SocialPicture, SocialPost
from portal.social.rules import LONGEST, MOST_PICTURES, NETWORK_NAMES, length, link_for, words_for
from portal.web.auth import needs, public
from portal.web.forms import ActForm, Form, act, submit
from portal.web.htmx import go, page, see
from portal.web.listing import list_page
from portal.web.networks import seal

from .forms import AccountForm, PictureForm, PostForm, PublishedForm

bp = Blueprint("social", __name__)

EMPTY = "A post is written once and published on every account you choose, or you are reminded to post it."


@bp.get("/social")
@needs("social_posts.view")
def list_posts() -> Response:
    return list_page(
        "social/list.html", queries.POSTS, title="Social posts", empty=EMPTY, standing=queries.standing,
        row_url=lambda row: url_for("social.show_post", record_id=row.id),
    )  # fmt: skip


@bp.get("/social/<int:record_id>")
@needs("social_posts.view")
def show_post(record_id: int) -> Response:
    return _show(record_id)


def _show(
    record_id: int, status: int = 200, published_form: Form | None = None, picture_form: Form | None = None
) -> Response:
    post = queries.post(g.actor, record_id)
    campaign = post.campaign.utm_campaign if post.campaign else ""
    shown = []
    for one in post.publications:
        link = link_for(post.link, one.account.network, campaign)
        shown.append((one, words_for(post.text, link), length(post.text, link, one.account.network)))
    return page(
        "social/post.html",
        status=status,
        title="Post",
        crumbs=[("Social posts", url_for(".list_posts"))],
        post=post,
        shown=shown,
        standing=queries.standing(post),
        networks=NETWORK_NAMES,
        longest=LONGEST,
        act_form=ActForm(formdata=None),
        published_form=published_form or PublishedForm(formdata=None),
        picture_form=picture_form or PictureForm(formdata=None),
        most_pictures=MOST_PICTURES,
    )


@bp.get("/social/new")
@needs("social_posts.edit")
def new_post() -> Response:
    return _edit(PostForm(formdata=None), "New post")


@bp.post("/social/new")
@needs("social_posts.edit")
def create_post() -> Any:
    form = PostForm()
    done = submit(form, lambda: services.write_post(g.actor, None, **form.values()))
    if done is None:
        return _edit(form, "New post")
    flash("Kept as a draft. Look at it as each network gets it, then schedule it.", "success")
    return go(url_for(".show_post", record_id=done.result))


@bp.get("/social/<int:record_id>/edit")
@needs("social_posts.edit")
def edit_post(record_id: int) -> Response:
    return _edit(PostForm(formdata=None, data=_stored(queries.post(g.actor, record_id))), "Edit post", record_id)


@bp.post("/social/<int:record_id>/edit")
@needs("social_posts.edit")
def change_post(record_id: int) -> Any:
    queries.post(g.actor, record_id)
    form = PostForm()
    done = submit(
        form,
        lambda: services.write_post(g.actor, record_id, form.version.data, **form.values()),
        current=lambda: _stored(queries.post(g.actor, record_id)),
    )
    if done is None:
        return _edit(form, "Edit post", record_id)
    flash("Saved", "success")
    return go(url_for(".show_post", record_id=record_id))


def _stored(post: SocialPost) -> dict[str, Any]:
    plain = {name: getattr(post, name) for name in ("text", "link", "campaign_id", "publish_at", "version")}
    return plain | {"account_ids": [one.account_id for one in post.publications]}


def _edit(form: Form, title: str, record_id: int | None = None) -> Response:
    crumbs = [("Social posts", url_for(".list_posts"))]
    if record_id:
        crumbs.append(("Post", url_for(".show_post", record_id=record_id)))
    status = form.status if form.errors or getattr(form, "conflict", None) else 200
    return page("layout/edit.html", status=status, title=title, crumbs=crumbs, form=form, save="Save post")


def _act(do: Any, said: str, record_id: int) -> Any:
    return act(
        do,
        said,
        then=lambda: see(show_post, record_id=record_id),
        again=lambda status: _show(record_id, status),
    )


@bp.post("/social/<int:record_id>/schedule")
@needs("social_posts.edit")
def schedule_post(record_id: int) -> Any:
    return _act(lambda: services.schedule(g.actor, record_id), "Scheduled", record_id)


@bp.post("/social/<int:record_id>/draft")
@needs("social_posts.edit")
def unschedule_post(record_id: int) -> Any:
    return _act(lambda: services.unschedule(g.actor, record_id), "Back to a draft", record_id)


@bp.post("/social/<int:record_id>/publications/<int:publication_id>/retry")
@needs("social_posts.edit")
def retry_publication(record_id: int, publication_id: int) -> Any:
    return _act(lambda: services.retry(g.actor, record_id, publication_id), "Publishing again", record_id)


@bp.post("/social/<int:record_id>/publications/<int:publication_id>/published")
@needs("social_posts.edit")
def mark_published(record_id: int, publication_id: int) -> Any:
    form = PublishedForm()
    url = form.url.data or ""
    if submit(form, lambda: services.mark_published(g.actor, record_id, publication_id, url)) is None:
        return _show(record_id, form.status, form)
    flash("Published", "success")
    return see(show_post, record_id=record_id)


@bp.post("/social/<int:record_id>/pictures")
@needs("social_posts.edit")
def add_picture(record_id: int) -> Any:
    queries.post(g.actor, record_id)
    form = PictureForm()

    def add() -> int:
        return services.add_picture(g.actor, record_id, form.file.data.read(), form.alt.data)

    if submit(form, add) is None:
        return _show(record_id, form.status, picture_form=form)
    flash("Picture added", "success")
    return see(show_post, record_id=record_id)


@bp.post("/social/<int:record_id>/pictures/<int:picture_id>/removal")
@needs("social_posts.edit")
def remove_picture(record_id: int, picture_id: int) -> Any:
    return _act(lambda: services.remove_picture(g.actor, record_id, picture_id), "Picture removed", record_id)


@bp.get("/social/<int:record_id>/pictures/<int:picture_id>")
@needs("social_posts.view")
def show_picture(record_id: int, picture_id: int) -> Response:
    """To look at, and to download for a network that people post on by hand."""
    return _file(queries.picture(g.actor, record_id, picture_id))


@bp.get("/social-pictures/<token>")
@public
def fetch_picture(token: str) -> Response:
    """For the webhook that was handed the post."""
    return _file(queries.picture_at(token))


def _file(one: SocialPicture) -> Response:
    policy = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(files.read(one.key), mimetype=one.media_type, headers=policy)


@bp.get("/social/accounts")
@needs("social_accounts.view")
def list_accounts() -> Response:
    return page(
        "social/accounts.html", title="Social accounts", crumbs=[("Social posts", url_for(".list_posts"))],
        accounts=queries.accounts(), networks=NETWORK_NAMES,
    )  # fmt: skip


@bp.get("/social/accounts/new")
@needs("social_accounts.edit")
def new_account() -> Response:
    return _edit_account(AccountForm(formdata=None), "New account")


@bp.post("/social/accounts/new")
@needs("social_accounts.edit")
def create_account() -> Any:
    form = AccountForm()
    if submit(form, lambda: services.save_account(g.actor, None, **_account_values(form))) is None:
        return _edit_account(form, "New account")
    flash("Account added", "success")
    return go(url_for(".list_accounts"))


@bp.get("/social/accounts/<int:record_id>")
@needs("social_accounts.edit")
def edit_account(record_id: int) -> Response:
    found = queries.account(g.actor, record_id)
    return _edit_account(AccountForm(formdata=None, obj=found), found.name)


@bp.post("/social/accounts/<int:record_id>")
@needs("social_accounts.edit")
def change_account(record_id: int) -> Any:
    title, form = queries.account(g.actor, record_id).name, AccountForm()

    def current() -> dict[str, Any]:
        stored = queries.account(g.actor, record_id)
        return {name: getattr(stored, name) for name in ("version", *form.values("secret"))}

    def change() -> int:
        return services.save_account(g.actor, record_id, form.version.data, **_account_values(form))

    if submit(form, change, current=current) is None:
        return _edit_account(form, title)
    flash("Account saved", "success")
    return go(url_for(".list_accounts"))


def _account_values(form: AccountForm) -> dict[str, Any]:
    return form.values() | {"secret": seal(current_app.extensions["settings"], form.secret.data or "")}


def _edit_account(form: Form, title: str) -> Response:
    crumbs = [("Social posts", url_for(".list_posts")), ("Accounts", url_for(".list_accounts"))]
    status = form.status if form.errors or getattr(form, "conflict", None) else 200
    return page("layout/edit.html", status=status, title=title, crumbs=crumbs, form=form, save="Save account")
