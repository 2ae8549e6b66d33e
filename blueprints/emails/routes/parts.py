"""The other tabs of an email: text part, check, settings with its translations, and the HTML of one that was brought."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, url_for

from portal.emails import queries, services
from portal.emails.models import Email
from portal.emails.rules import document as tree
from portal.emails.rules.blocks import name_of
from portal.kernel.db import transact
from portal.kernel.errors import Refused
from portal.web.auth import needs
from portal.web.forms import ActForm, EditForm, submit
from portal.web.htmx import go

from ..forms import EditSettings, EditSource, EditText, Translate
from ..pages import email_page
from . import bp


@bp.get("/emails/<int:record_id>/text")
@needs("emails.view")
def show_text(record_id: int) -> Any:
    draft = queries.email(g.actor, record_id)
    return _text(draft, EditText(formdata=None, obj=draft))


@bp.post("/emails/<int:record_id>/text")
@needs("emails.edit")
def save_text(record_id: int) -> Any:
    form = EditText()
    return _save(record_id, form, ("text",), "changed the text part", _text, ".show_text")


@bp.get("/emails/<int:record_id>/source")
@needs("emails.view")
def show_source(record_id: int) -> Any:
    draft = queries.email(g.actor, record_id)
    return _source(draft, EditSource(formdata=None, obj=draft))


@bp.post("/emails/<int:record_id>/source")
@needs("emails.edit")
def save_source(record_id: int) -> Any:
    return _save(record_id, EditSource(), ("source",), "changed the HTML", _source, ".show_source")


@bp.get("/emails/<int:record_id>/check")
@needs("emails.view")
def show_check(record_id: int) -> Any:
    draft = queries.email(g.actor, record_id)
    names = {block["id"]: name_of(block) for block, _ in tree.walk(draft.document)}
    try:
        size = len(queries.compile_draft(draft).html.encode())
    except Refused:
        size = 0
    return email_page("emails/check.html", draft, "Check", names=names, size=size)


@bp.get("/emails/<int:record_id>/settings")
@needs("emails.view")
def show_settings(record_id: int) -> Any:
    draft = queries.email(g.actor, record_id)
    return _settings(draft, EditSettings(formdata=None, obj=draft))


@bp.post("/emails/<int:record_id>/settings")
@needs("emails.edit")
def save_settings(record_id: int) -> Any:
    form = EditSettings()

    def current() -> dict[str, Any]:
        stored = queries.email(g.actor, record_id)
        return {name: getattr(stored, name) for name in ("version", *form.values())}

    def act() -> int:
        return services.rename(g.actor, record_id, form.version.data, **form.values()).id

    if submit(form, act, current=current) is None:
        return _settings(queries.email(g.actor, record_id), form)
    flash("Saved.", "success")
    return go(url_for(".show_settings", record_id=record_id))


@bp.post("/emails/<int:record_id>/translations")
@needs("emails.edit")
def add_translation(record_id: int) -> Any:
    form = Translate()
    done = submit(form, lambda: services.translate(g.actor, record_id, form.language.data).id)
    if done is None:
        draft = queries.email(g.actor, record_id)
        return _settings(draft, EditSettings(formdata=None, obj=draft), form)
    flash("The translation begins with the words of the original.", "success")
    return go(url_for(".show_email", record_id=done.result))


@bp.post("/emails/<int:record_id>/copy")
@needs("emails.edit")
def copy_email(record_id: int) -> Any:
    done = submit(ActForm(), lambda: services.copy_email(g.actor, record_id).id)
    flash("Copied.", "success")
    return go(url_for(".show_email", record_id=done.result if done else record_id))


@bp.post("/emails/<int:record_id>/archive")
@needs("emails.edit")
def archive_email(record_id: int) -> Any:
    return _switch(record_id, services.archive, "Archived. What was sent stays.", "restore_archived")


@bp.post("/emails/<int:record_id>/archive/restoration")
@needs("emails.edit")
def restore_archived(record_id: int) -> Any:
    return _switch(record_id, services.restore_email, "The email is back.", "archive_email")


def _switch(record_id: int, act: Callable[..., Email], said: str, undo: str) -> Any:
    transact(lambda: act(g.actor, record_id).id)
    flash({"text": said, "undo": url_for(f".{undo}", record_id=record_id)}, "success")  # type: ignore[arg-type]
    return go(url_for(".show_settings", record_id=record_id))


def _save(
    record_id: int, form: EditForm, names: tuple[str, ...], what: str, again: Callable[..., Any], view: str
) -> Any:
    def current() -> dict[str, Any]:
        stored = queries.email(g.actor, record_id)
        return {name: getattr(stored, name) for name in ("version", *names)}

    def act() -> int:
        return services.edit_email(g.actor, record_id, form.version.data, what, **form.values()).id

    if submit(form, act, current=current) is None:
        return again(queries.email(g.actor, record_id), form)
    flash("Saved.", "success")
    return go(url_for(view, record_id=record_id))


def _text(draft: Email, form: EditForm) -> Any:
    try:
        made = queries.compile_draft(draft, own_text=False).text
    except Refused:
        made = ""
    return email_page("emails/text.html", draft, "Text part", status=_status(form), form=form, made=made)


def _source(draft: Email, form: EditForm) -> Any:
    return email_page("emails/source.html", draft, "Design", status=_status(form), form=form)


def _settings(draft: Email, form: EditForm, adding: Translate | None = None) -> Any:
    adding = adding or Translate(formdata=None)
    taken = set(queries.languages(draft))
    adding.language.choices = [choice for choice in adding.language.choices if choice.value not in taken]
    status = adding.status if adding.errors else _status(form)
    return email_page("emails/settings.html", draft, "Settings", status=status, form=form, adding=adding)


def _status(form: EditForm) -> int:
    return form.status if form.errors or form.conflict else 200
