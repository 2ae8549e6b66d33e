"""The visitor's page and form at /p/SLUG; making, publishing and reading pages for staff."""

from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState

from portal.kernel import clock
from portal.kernel.db import transact
from portal.kernel.errors import Stale
from portal.landing import queries, services
from portal.landing.models import AlreadyReceived
from portal.landing.queries import PublicPage
from portal.leads.queries import leads_of
from portal.organization.queries import company
from portal.web import seal, visitor
from portal.web.auth import needs, public
from portal.web.forms import submit
from portal.web.htmx import go, page
from portal.web.http import client_ip, user_agent
from portal.web.listing import list_page
from portal.web.records import record_url

from .forms import EditPage, PublishPage, VisitForm

bp = Blueprint("landing", __name__)


@bp.record_once
def _without_session(state: BlueprintSetupState) -> None:
    """Visitors have no session to forge requests with: the signed token of the form stands in for CSRF protection."""
    state.app.extensions["csrf"].exempt(receive)


@bp.get("/p/<slug>")
@public
def show_public(slug: str) -> Any:
    found = _spoken(queries.public_page(slug))
    form = VisitForm().fit(found, request.args | {"referrer": request.referrer or ""})
    return _visit(found, form, token=seal.issue(_subject(found)))


@bp.post("/p/<slug>")
@public
def receive(slug: str) -> Any:
    """With the page as this process knows it; once more with the page as it is when that is not so any more."""
    try:
        return _receive(_spoken(queries.known_page(slug)))
    except Stale:
        return _receive(_spoken(queries.public_page(slug)))


def _receive(known: PublicPage) -> Any:
    form = VisitForm(request.form).fit(known, request.form)
    thanks = url_for(".show_thanks", slug=known.slug)
    if request.form.get("website"):  # nobody sees this field; whoever fills it in is a machine
        return redirect(thanks, 303)
    opened = seal.open_seal(request.form.get("token", ""), _subject(known))
    status = visitor.check(form, opened, lambda: visitor.usual_limits(str(known.id), form.email.data))
    if status or opened is None:
        return _refuse(known, form, opened, status=status)
    take = partial(services.receive_submission, nonce=opened.nonce, payload=form.payload(), ip=client_ip())
    with suppress(AlreadyReceived):  # the second click of a double click
        transact(lambda: take(known, user_agent=user_agent(), at=clock.now()))
    return redirect(thanks, 303)


def _refuse(known: PublicPage, form: VisitForm, opened: seal.Seal | None, *, status: int) -> Any:
    """What was typed, and what is wrong with it. Raises Stale when the page is not any more what is known."""
    found = queries.public_page(known.slug)
    if found != known:
        raise Stale("landing.changed", "This page was changed. Please look again.")
    good = opened and opened.age <= visitor.MOST
    return _visit(found, form, status=status, token=request.form["token"] if good else seal.issue(_subject(found)))


@bp.get("/p/<slug>/thanks")
@public
def show_thanks(slug: str) -> Any:
    found = _spoken(queries.public_page(slug))
    return page("landing/thanks.html", found=found, title=found.title, company=company())


def _visit(found: PublicPage, form: VisitForm, *, token: str, status: int = 200, preview: bool = False) -> Any:
    context = {"title": found.title, "company": company(), "preview": preview, "token": token}
    return page("landing/public.html", status=status, found=found, form=form, **context)


def _subject(found: PublicPage) -> str:
    """The page with the words that are agreed to: who was shown others reads these first."""
    words = sha256("\0".join((found.consent_wording, found.news_wording)).encode()).hexdigest()[:12]
    return f"landing:{found.id}:{words}"


def _spoken(found: PublicPage) -> PublicPage:
    """From here on this request speaks the language of the page, whatever the browser asks for."""
    g.locale = found.language
    return found


@bp.get("/landing")
@needs("landing.view")
def list_pages() -> Any:
    return list_page("landing/list.html", queries.PAGES, title="Forms and pages", row_url=_page_url)


def _page_url(row: Any) -> str:
    return record_url("landing", row.id)


@bp.get("/landing/<int:record_id>")
@needs("landing.view")
def show_page(record_id: int) -> Any:
    found = queries.landing_page(g.actor, record_id)
    before = request.args.get("before", type=int)
    sent = queries.submissions(g.actor, record_id, before=before, limit=51)
    per_day = queries.submissions_per_day(record_id, g.timezone)
    return page(
        "landing/page.html",
        title=found.title,
        crumbs=[("Forms and pages", url_for(".list_pages"))],
        found=found,
        sent=sent[:50],
        older=sent[49].id if len(sent) > 50 else None,
        total=queries.count_submissions(record_id),
        per_day=per_day,
        lead_of=leads_of([one.id for one in sent]),
        form=PublishPage(formdata=None),
    )


@bp.get("/landing/<int:record_id>/preview")
@needs("landing.view")
def show_preview(record_id: int) -> Any:
    found = _spoken(queries.preview(g.actor, record_id))
    return _visit(found, VisitForm().fit(found, {}), token="", preview=True)


@bp.get("/landing/<int:record_id>/versions/<int:version>")
@needs("landing.view")
def show_version(record_id: int, version: int) -> Any:
    """What somebody saw who agreed to it."""
    found = _spoken(queries.page_as_of(g.actor, record_id, version))
    return _visit(found, VisitForm().fit(found, {}), token="", preview=True)


@bp.get("/landing/new")
@needs("landing.edit")
def new_page() -> Any:
    return _edit_page(EditPage(formdata=None), "New page")


@bp.post("/landing/new")
@needs("landing.edit")
def create_page() -> Any:
    form = EditPage()
    done = submit(form, lambda: services.add_page(g.actor, **form.values()).id)
    if done is None:
        return _edit_page(form, "New page", status=form.status)
    flash("The page is a draft. Look at it, then publish it.", "success")
    return go(url_for(".show_page", record_id=done.result))


@bp.get("/landing/<int:record_id>/edit")
@needs("landing.edit")
def edit_page(record_id: int) -> Any:
    found = queries.landing_page(g.actor, record_id)
    return _edit_page(EditPage(formdata=None, obj=found), found.title, record_id)


@bp.post("/landing/<int:record_id>/edit")
@needs("landing.edit")
def change_page(record_id: int) -> Any:
    found = queries.landing_page(g.actor, record_id)
    form, title = EditPage(), found.title

    def current() -> dict[str, Any]:
        stored = queries.landing_page(g.actor, record_id)
        return {name: getattr(stored, name) for name in ("version", *form.values())}

    def act() -> int:
        return services.change_page(g.actor, record_id, form.version.data, **form.values()).id

    if submit(form, act, current=current) is None:
        return _edit_page(form, title, record_id, status=form.status)
    flash("Saved.", "success")
    return go(url_for(".show_page", record_id=record_id))


def _edit_page(form: EditPage, title: str, record_id: int | None = None, status: int = 200) -> Any:
    crumbs = [("Forms and pages", url_for(".list_pages"))]
    if record_id:
        crumbs.append((title, url_for(".show_page", record_id=record_id)))
    back = crumbs[-1][1]
    return page(
        "landing/edit.html", status=status, form=form, title="Edit" if record_id else title, crumbs=crumbs, back=back
    )


@bp.post("/landing/<int:record_id>/publication")
@needs("landing.edit")
def publish_page(record_id: int) -> Any:
    return _switch(record_id, services.publish_page, "Published. Visitors find it now.")


@bp.post("/landing/<int:record_id>/withdrawal")
@needs("landing.edit")
def withdraw_page(record_id: int) -> Any:
    return _switch(record_id, services.withdraw_page, "Withdrawn. Its address answers “not found”.")


def _switch(record_id: int, act: Any, said: str) -> Any:
    form = PublishPage()
    if submit(form, lambda: act(g.actor, record_id).id) is None:
        flash(" ".join(str(error) for error in form.form_errors) or "Please try again.", "warn")
    else:
        flash(said, "success")
    return go(url_for(".show_page", record_id=record_id))
