"""The ledger: may we write to this address, what was said, what blocks it."""

from typing import Any

from flask import Response, flash, g, request, url_for

from portal.consent import queries, services
from portal.consent.rules import WHY
from portal.consent.states import Channel, ConsentState, Purpose, SuppressionReason
from portal.kernel.errors import Refused
from portal.web.auth import needs
from portal.web.forms import Form, submit
from portal.web.htmx import go, page

from ..forms import CHANNELS, ReleaseAddress, SuppressAddress, WithdrawConsent
from ..pages import asked_channel, parts
from . import bp


@bp.get("/consent")
@needs("consent.view")
def show_ledger() -> Response:
    asked = "".join(letter for letter in request.args.get("q", "")[:254] if letter.isprintable()).strip()
    return _ledger_page(asked_channel(request.args.get("channel")), asked)


def _ledger_page(channel: Channel, address: str, *sent: Form) -> Response:
    """The address looked up; `sent` is the form that was refused, shown again with what was typed."""
    refusal, found = "", None
    if address:
        try:
            found = queries.standing(channel, address)
        except Refused as error:
            refusal = error.message
    status = sent[0].status if sent else 422 if refusal else 200
    about = {"channel": channel.value, "address": found.address if found else address}
    forms = {
        kind.__name__: next((form for form in sent if isinstance(form, kind)), None) or kind(formdata=None, data=about)
        for kind in (WithdrawConsent, SuppressAddress, ReleaseAddress)
    }
    return page(
        "consent/show_ledger.html",
        status=status,
        title="Consent",
        parts=parts(),
        channel=channel.value,
        channels=CHANNELS,
        asked=address,
        refusal=refusal,
        found=found,
        forms=forms,
        reasons=WHY,
        topics=queries.topic_names(),
        recent=queries.recent_events() if not address else [],
    )


def _done(form: Any, act: Any, said: str) -> Any:
    """One act about the address in the form, then its ledger again."""
    channel, address = asked_channel(form.channel.data), form.address.data or ""
    if not submit(form, lambda: act(channel, address)):
        return _ledger_page(channel, address, form)
    flash(said, "success")
    return go(url_for(".show_ledger", channel=channel.value, q=address))


@bp.post("/consent/withdrawal")
@needs("consent.edit")
def withdraw_consent() -> Any:
    form = WithdrawConsent()

    def act(channel: Channel, address: str) -> None:
        source = f"staff: {g.actor.name}, {form.source.data}"
        services.record(channel, address, Purpose(form.purpose.data), ConsentState.OPTED_OUT, source=source)

    return _done(form, act, "Written down. Such messages no longer go out.")


@bp.post("/consent/suppression")
@needs("consent.edit")
def suppress_address() -> Any:
    form = SuppressAddress()

    def act(channel: Channel, address: str) -> None:
        services.suppress(channel, address, SuppressionReason(form.reason.data), form.note.data or "")

    return _done(form, act, "The address is on the suppression list.")


@bp.post("/consent/release")
@needs("consent.edit")
def release_address() -> Any:
    form = ReleaseAddress()

    def act(channel: Channel, address: str) -> None:
        services.release(channel, address, form.note.data or "")

    return _done(form, act, "The address is off the suppression list.")
