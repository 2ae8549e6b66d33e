"""The list of emails, and how one begins."""

from typing import Any

from flask import flash, g, request, url_for

from portal.emails import queries, services
from portal.emails.rules import gallery
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page
from portal.web.listing import list_page
from portal.web.records import record_url

from ..forms import NewEmail
from ..pages import FRAMED
from . import bp


@bp.get("/emails")
@needs("emails.view")
def list_emails() -> Any:
    return list_page(
        "emails/list.html",
        queries.EMAILS,
        title="Emails",
        row_url=lambda row: record_url("emails", row.id),
        empty="Begin with one of our templates, with an empty sheet, or bring your own HTML.",
    )


@bp.get("/emails/new")
@needs("emails.edit")
def new_email() -> Any:
    form = NewEmail(formdata=None)
    form.template.data = request.args.get("template", "")
    return _new(form)


@bp.post("/emails/new")
@needs("emails.edit")
def create_email() -> Any:
    form = NewEmail()

    def act() -> int:
        begun = gallery.begin(form.template.data or "")
        content = {"source": form.source.data} if form.source.data else begun
        return services.add_email(g.actor, name=form.name.data, language=form.language.data, **content).id

    done = submit(form, act)
    if done is None:
        return _new(form, form.status)
    flash("The email is a draft: nothing is sent yet.", "success")
    return go(url_for(".show_email", record_id=done.result))


def _new(form: NewEmail, status: int = 200) -> Any:
    chosen = gallery.TEMPLATES.get(form.template.data or "")
    answer = page(
        "emails/new.html",
        status=status,
        title="New email",
        crumbs=[("Emails", url_for(".list_emails"))],
        form=form,
        templates=gallery.TEMPLATES,
        chosen=chosen,
    )
    answer.headers["Content-Security-Policy"] = FRAMED
    return answer
