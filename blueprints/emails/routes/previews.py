"""Previews: filled for a chosen contact, narrow or wide, light or dark; and tests to oneself."""

import re
from typing import Any

from flask import Response, flash, g, request, url_for
from flask_security import current_user

from portal.emails import queries, services
from portal.emails.models import Email, EmailVersion
from portal.emails.rules import gallery
from portal.emails.rules.compile import Compiled, compile_document
from portal.kernel import liquid
from portal.kernel.errors import Refused
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go

from ..forms import SendTest
from ..pages import FRAMED, MAIL_CSP, email_page
from . import bp

DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
SAMPLE = {
    "id": 0,
    "first_name": "Jo",
    "last_name": "Doe",
    "name": "Jo Doe",
    "email": "jo@example.com",
    "language": "en",
}


@bp.get("/emails/<int:record_id>/preview")
@needs("emails.view")
def show_preview(record_id: int) -> Any:
    return _preview(queries.email(g.actor, record_id))


@bp.get("/emails/<int:record_id>/render")
@needs("emails.view")
def render_email(record_id: int) -> Any:
    """The HTML alone, for the frame."""
    draft = queries.email(g.actor, record_id)
    number = request.args.get("version", type=int)
    source: Email | EmailVersion = queries.version(g.actor, record_id, number) if number else draft
    mail = queries.compile_draft(source) if isinstance(source, Email) else Compiled(source.html, source.text)
    html, _ = _filled(mail.html, request.args.get("contact", type=int), draft.language)
    return sent_as_mail(html, dark=request.args.get("theme") == "dark")


@bp.get("/emails/templates/<key>")
@needs("emails.view")
def render_template_mail(key: str) -> Any:
    """A template of the gallery in our own colours."""
    found = gallery.begin(key)
    html = compile_document(found["document"], queries.look_of()).html
    return sent_as_mail(_filled(html, None, "en")[0])


@bp.post("/emails/<int:record_id>/test")
@needs("emails.edit")
def send_test(record_id: int) -> Any:
    form, draft = SendTest(), queries.email(g.actor, record_id)
    contact = request.args.get("contact", type=int)

    def act() -> int:
        return services.send_test(g.actor, record_id, to=form.to.data, values=_values(contact, draft.language))

    if submit(form, act) is None:
        return _preview(draft, form)
    flash(f"A test is on its way to {form.to.data}. Its links work.", "success")
    return go(url_for(".show_preview", record_id=record_id, contact=contact))


def _preview(draft: Email, test: SendTest | None = None) -> Any:
    words, contact = request.args.get("q", ""), request.args.get("contact", type=int)
    people = queries.people_named(g.actor, words)
    try:
        mail = queries.compile_draft(draft)
    except Refused:
        mail = Compiled("", "")
    form = test or SendTest(formdata=None, data={"to": current_user.email})
    subject, problem = _filled(draft.subject, contact, draft.language, escapes=False)
    answer = email_page(
        "emails/preview.html",
        draft,
        "Preview",
        status=form.status if test else 200,
        people=people,
        branches=_branches(mail.html, draft, people) if not words else {},
        contact=contact,
        q=words,
        theme="dark" if request.args.get("theme") == "dark" else "light",
        width="phone" if request.args.get("width") == "phone" else "desk",
        subject=subject,
        problem=problem or _filled(mail.html, contact, draft.language)[1],
        preheader=_filled(draft.preheader, contact, draft.language, escapes=False)[0],
        text=_filled(mail.text, contact, draft.language, escapes=False)[0],
        test=form,
        link=lambda **changes: url_for(".show_preview", record_id=draft.id, **(request.args.to_dict() | changes)),
    )
    answer.headers["Content-Security-Policy"] = FRAMED
    return answer


def _branches(html: str, draft: Email, people: Any) -> dict[int, int]:
    """Contact -> how many of the people listed get the same mail but for their values: one for each distinct branch."""
    try:
        template = liquid.parse(html)
    except liquid.LiquidError:
        return {}
    found: dict[tuple[int, ...], list[int]] = {}
    for contact_id, values in queries.values_of([one.id for one in people], draft.language).items():
        try:
            found.setdefault(template.branches(values), []).append(contact_id)
        except liquid.LiquidError:
            continue
    return {ids[0]: len(ids) for ids in found.values()} if len(found) > 1 else {}


def _values(contact_id: int | None, language: str) -> dict[str, Any]:
    """Of a contact the actor may see; else of nobody in particular."""
    if contact_id:
        queries.contact(g.actor, contact_id)
        return queries.values_of([contact_id], language)[contact_id]
    return {"contact": SAMPLE | {"language": language}, "account": {}, "company": queries.house_values(language)}


def _filled(template: str, contact_id: int | None, language: str, *, escapes: bool = True) -> tuple[str, str]:
    """The template filled, or as it is with the words why it cannot be."""
    values = _values(contact_id, language) | {"links": dict.fromkeys(queries.LINKS, "#")}
    try:
        return liquid.personalise(template, values, escapes=escapes), ""
    except liquid.LiquidError as error:
        return template, str(error)


def sent_as_mail(html: str, *, dark: bool | None = None) -> Response:
    """`dark`: as in a mail program that is set to dark, or to light; None: as the reader has it."""
    shown = html if dark is None else DARK.sub("@media all" if dark else "@media not all", html)
    return Response(
        shown, mimetype="text/html", headers={"Content-Security-Policy": MAIL_CSP, "Referrer-Policy": "no-referrer"}
    )
