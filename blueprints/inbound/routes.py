"""Mail that came in: the list, one mail, and reading it again."""

from typing import Any

from flask import Blueprint, Response, flash, g, url_for

from portal.inbound import queries, services
from portal.inbound.states import Verdict
from portal.kernel import files
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see
from portal.web.listing import list_page
from portal.web.records import record_url

bp = Blueprint("inbound", __name__)

BADGES = {
    Verdict.HARD: "bad", Verdict.SOFT: "warn", Verdict.BLOCK: "warn", Verdict.COMPLAINT: "bad", Verdict.REPLY: "good",
    Verdict.AUTO_REPLY: "none", Verdict.DELIVERED: "good", Verdict.NONE: "none",
}  # fmt: skip
SHOWN = 30_000  # characters of the raw mail on its page


@bp.get("/inbound")
@needs("inbound.view")
def list_mails() -> Response:
    return list_page(
        "inbound/list_mails.html",
        queries.LISTING,
        title="Inbound mail",
        empty="Answers, bounces and complaints appear here once a mailbox is fetched.",
        row_url=lambda mail: url_for(".show_mail", record_id=mail.id),
        badges=BADGES,
        names=queries.NAMES,
    )


@bp.get("/inbound/<int:record_id>")
@needs("inbound.view")
def show_mail(record_id: int) -> Response:
    return _page(record_id, ActForm(formdata=None))


def _page(record_id: int, form: ActForm) -> Response:
    mail = queries.inbound_mail(g.actor, record_id)
    raw = files.read(mail.key).decode("utf-8", "replace") if mail.key else ""  # "": its person was erased
    return page(
        "inbound/show_mail.html",
        "mail",
        status=form.status if form.errors else 200,
        title=mail.subject or "Without a subject",
        crumbs=[("Inbound mail", url_for(".list_mails"))],
        mail=mail,
        badge_kind=BADGES[mail.verdict],
        names=queries.NAMES,
        message_url=record_url("messages", mail.message_id) if mail.message_id else "",
        contact_url=record_url("contacts", mail.contact_id) if mail.contact_id else "",
        raw=raw[:SHOWN],
        cut=len(raw) > SHOWN,
        form=form,
    )


@bp.get("/inbound/<int:record_id>/raw")
@needs("inbound.view")
def show_raw(record_id: int) -> Response:
    """The bytes as they came, to keep: no browser shows them."""
    mail = queries.inbound_mail(g.actor, record_id)
    answer = Response(files.read(mail.key), mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="inbound-{mail.id}.eml"'
    return answer


@bp.post("/inbound/<int:record_id>/reading")
@needs("inbound.edit")
def read_again(record_id: int) -> Any:
    form = ActForm()
    if submit(form, lambda: services.reclassify(g.actor, record_id).id) is None:
        return _page(record_id, form)
    flash("Read again by the rules of today.", "success")
    return see(show_mail, record_id=record_id)
