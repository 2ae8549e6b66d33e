"""The ledger of messages: list, one message, the uncertain ones, holding and releasing."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, url_for

from portal.consent.rules import WHY
from portal.consent.states import Channel
from portal.emails.queries import as_read
from portal.kernel.liquid import LiquidError
from portal.messages import queries, services
from portal.messages.models import Message
from portal.messages.queries.visits import happened_to
from portal.messages.rules import CHANNEL_NAMES
from portal.messages.rules.tracking import unmarked
from portal.messages.rules.words import Words
from portal.messages.states import MOVES, MessageState
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.framed import body_response, framing
from portal.web.htmx import page, see
from portal.web.listing import list_page
from portal.web.transport import transports

from .forms import CancelMessage, HoldSending, ReleaseSending, ResolveMessage
from .pages import BADGES, EVENT_BADGES, VERDICT_BADGES, explain

bp = Blueprint("messages", __name__)


@bp.get("/messages")
@needs("messages.view")
def list_messages() -> Response:
    return list_page(
        "messages/list_messages.html",
        queries.LISTING,
        title="Messages",
        empty="Confirmations, quotes and invoices appear here as soon as something is to be sent.",
        row_url=lambda message: url_for(".show_message", record_id=message.id),
        **_traffic(),
    )


def _traffic() -> dict[str, Any]:
    with_server = transports(current_app.extensions["settings"])
    return {
        "traffic": queries.traffic(g.actor),
        "badges": BADGES,
        "names": CHANNEL_NAMES,
        "missing": [CHANNEL_NAMES[c] for c in Channel if c not in with_server],
        "hold_form": HoldSending(formdata=None),
        "release_form": ReleaseSending(formdata=None),
    }


def _crumbs() -> list[tuple[str, str]]:
    return [("Messages", url_for(".list_messages"))]


@bp.get("/messages/<int:record_id>")
@needs("messages.view")
def show_message(record_id: int) -> Response:
    return _message_page(record_id, ResolveMessage(formdata=None))


def _words(message: Message) -> Words:
    """As its recipient reads it; as it was written where that cannot be told."""
    content = queries.content_for(message)
    try:
        return as_read(message, content)
    except LiquidError:
        return Words(content.subject, content.text, unmarked(content.html))


def _message_page(record_id: int, form: ResolveMessage, status: int = 200) -> Response:
    message = queries.message(g.actor, record_id)
    words = _words(message)
    subject = words.subject or words.text[:80]
    answer = page(
        "messages/show_message.html",
        "message",
        status=status,
        title=subject,
        crumbs=_crumbs(),
        message=message,
        words=words,
        attachments=queries.content_of(message).attachments or [],
        happened=happened_to(message),
        event_badges=EVENT_BADGES,
        verdict_badges=VERDICT_BADGES,
        subject=subject,
        suppressed_because=WHY.get(message.state_reason, ""),
        channel_name=CHANNEL_NAMES[message.channel],
        badge_kind=BADGES[message.state],
        explained=explain(message),
        form=form,
        cancel_form=CancelMessage(formdata=None),
        can_cancel=MessageState.CANCELLED in MOVES.get(message.state, ()),
    )
    return framing(answer)


@bp.get("/messages/<int:record_id>/body")
@needs("messages.view")
def show_body(record_id: int) -> Response:
    """The mail as its recipient sees it, in a sandbox."""
    return body_response(_words(queries.message(g.actor, record_id)).html)


@bp.get("/messages/uncertain")
@needs("messages.resolve")
def show_uncertain() -> Response:
    return page(
        "messages/show_uncertain.html",
        "uncertain",
        title="Uncertain messages",
        crumbs=_crumbs(),
        messages=queries.uncertain(g.actor),
        subject_of=queries.subject_of,
        form=ResolveMessage(formdata=None),
    )


@bp.post("/messages/<int:record_id>/resolution")
@needs("messages.resolve")
def resolve_message(record_id: int) -> Any:
    form = ResolveMessage()
    again = form.decision.data == "resend"
    act = services.resend if again else services.treat_as_sent
    if not submit(form, lambda: act(g.actor, record_id)):
        return _message_page(record_id, form, form.status)
    flash("The message goes out again." if again else "The message counts as sent.", "success")
    return see(show_uncertain)


@bp.post("/messages/<int:record_id>/cancellation")
@needs("messages.resolve")
def cancel_message(record_id: int) -> Any:
    form = CancelMessage()
    if not submit(form, lambda: services.cancel(g.actor, record_id)):
        return _message_page(record_id, form, form.status)
    flash("The message will not be sent.", "success")
    return see(show_message, record_id=record_id)


@bp.post("/messages/hold")
@needs("messages.hold")
def hold_sending() -> Any:
    form = HoldSending()
    if not submit(form, lambda: services.hold(g.actor, (form.why.data or "").strip())):
        flash("The reason is too long.", "bad")
    else:
        flash("Nothing is sent until you release it.", "success")
    return see(list_messages)


@bp.post("/messages/release")
@needs("messages.hold")
def release_sending() -> Any:
    if submit(ReleaseSending(), lambda: services.release(g.actor)):
        flash("Messages go out again.", "success")
    return see(list_messages)
