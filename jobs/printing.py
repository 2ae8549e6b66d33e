"""Frozen documents become PDFs and mails: what the jobs of quotes, orders and invoices share."""

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, cast

from flask import current_app

from portal.kernel import files
from portal.kernel.db import db, transact
from portal.kernel.paper import Brand, DocumentSnapshot
from portal.messages.services import queue_email
from portal.organization.documents import brand_of
from portal.quotes.queries import seller
from portal.web import pdf
from portal.web.language import formats, locale_of
from portal.web.mail import write_mail

log = logging.getLogger(__name__)

WAITS_FOR_PANGO = "PDF needs Pango"


class Printed(NamedTuple):
    """The key of the stored PDF, or what stood in the way."""

    key: str | None
    problem: str


class Letter(NamedTuple):
    """A mail with the document attached. `reason` names it once and for all."""

    reason: str
    template: str
    to: str
    recipient: str
    noun: str
    record_id: int
    owner_id: int | None
    territory_id: int | None


def public_url(path: str) -> str:
    return f"{current_app.extensions['settings'].public_url}{path}"


def brand(language: str) -> Brand:
    return brand_of(seller(), public_url(""), language)


def print_paper(template: str, document: DocumentSnapshot) -> Printed:
    """Print and store. A document that cannot be printed is a problem to show, not a job to repeat."""
    if missing := pdf.available():
        return Printed(None, missing)
    logo_key = seller().logo_key
    seen_by = brand(document["language"])
    size = "Letter" if document["language"].endswith(("-US", "-CA")) else "A4"
    try:
        logo = files.read(logo_key) if logo_key else None
        db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
        content = pdf.render_limited(template, document, seen_by, size=size, logo=logo)
    except (ValueError, pdf.PrintFailed) as error:
        log.warning("%s: %s", document["number"], error)
        return Printed(None, str(error)[:500])
    return Printed(files.put(content), "")


def post(letter: Letter, document: DocumentSnapshot, pdf_key: str, values: Mapping[str, Any]) -> None:
    """Queue the mail inside the caller's unit of work."""
    contact = document["contact"]
    filled = {
        "number": document["number"],
        "person": letter.recipient,
        "subject": document["subject"],
        "total": money(document, document["totals"]["total"]),
        "your_reference": document.get("your_reference", ""),
        "company": document["to"]["name"],
        "owner_name": contact["name"],
        "owner_role": contact["role"],
        "owner_phone": contact["phone"],
        **values,
    }
    mail = write_mail(letter.template, brand(document["language"]), document["language"], filled)
    queue_email(
        letter.reason,
        to=letter.to,
        recipient=letter.recipient,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        attachments=[{"name": f"{document['number']}.pdf", "media_type": "application/pdf", "key": pdf_key}],
        noun_of=letter.noun,
        record_id=letter.record_id,
        owner_id=letter.owner_id,
        territory_id=letter.territory_id,
    )


def money(document: DocumentSnapshot, amount: str) -> str:
    """As the recipient writes it."""
    return str(formats(locale_of(document["language"]))["money"](amount, document["currency"]))


def day(document: DocumentSnapshot, value: str | date) -> str:
    return str(formats(locale_of(document["language"]))["day"](str(value)))


def frozen(snapshot: Mapping[str, Any] | None) -> DocumentSnapshot:
    assert snapshot is not None, "only frozen documents are printed"
    return cast(DocumentSnapshot, dict(snapshot))


def retry(ids: list[int], emit_again: Any) -> None:
    """Owe the printing again, once it can be done. Who has nothing to print does not load what prints."""
    if ids and pdf.available() is None:
        transact(lambda: [emit_again(record_id) for record_id in ids])
