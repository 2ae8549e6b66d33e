"""/dev/outbox: how a demo user receives mail and SMS. These routes exist in demo mode only.

Whoever reaches a demo may read every captured message, password resets included: no more than its sign-in page gives,
which lets anybody in as anybody. Outside demo mode the addresses are not even routed.
"""

from flask import Response, abort
from flask.blueprints import BlueprintSetupState

from portal.consent.states import Channel
from portal.messages import queries
from portal.messages.rules import CHANNEL_NAMES
from portal.web.auth import public
from portal.web.framed import body_response, framing
from portal.web.htmx import page

from .pages import attachment, opened


def add_outbox(state: BlueprintSetupState) -> None:
    """Add the routes to an app whose settings say demo."""
    if state.app.extensions["settings"].demo:
        for rule, view in (
            ("/dev/outbox", list_captured),
            ("/dev/outbox/<int:captured_id>", show_captured),
            ("/dev/outbox/<int:captured_id>/body", show_captured_body),
            ("/dev/outbox/<int:captured_id>/files/<int:number>", show_captured_file),
        ):
            state.add_url_rule(rule, view.__name__, view)


@public
def list_captured() -> Response:
    return page(
        "messages/list_captured.html",
        "captured",
        title="Captured mail and SMS",
        messages=queries.captured(),
        names=CHANNEL_NAMES,
    )


@public
def show_captured(captured_id: int) -> Response:
    message = queries.captured_message(captured_id)
    return framing(
        page(
            "messages/show_captured.html",
            title=message.subject or CHANNEL_NAMES[message.channel],
            message=message,
            opened=opened(message.raw, is_email=message.channel == Channel.EMAIL),
            channel_name=CHANNEL_NAMES[message.channel],
        )
    )


@public
def show_captured_body(captured_id: int) -> Response:
    message = queries.captured_message(captured_id)
    return body_response(opened(message.raw, is_email=message.channel == Channel.EMAIL).html)


@public
def show_captured_file(captured_id: int, number: int) -> Response:
    message = queries.captured_message(captured_id)
    found = attachment(message.raw, number) if message.channel == Channel.EMAIL else None
    if found is None:
        abort(404)
    name, content = found
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
