"""Can we send? Every gate before one contact or address."""

from typing import Any

from flask import g, request

from portal.accounts.models import Contact
from portal.consent import queries
from portal.consent.rules import normal_address
from portal.consent.states import SENT_FOR, Channel, Purpose
from portal.kernel.errors import Refused
from portal.messages.queries import obstacles
from portal.organization.queries import get
from portal.web.auth import needs
from portal.web.htmx import page

from ..forms import CHANNELS
from ..pages import asked_channel, parts
from . import bp


@bp.get("/consent/check")
@needs("consent.view")
def show_check() -> Any:
    """Asked by contact (its address on the channel) or by address (its contact, if there is one)."""
    channel = asked_channel(request.args.get("channel"))
    purpose = Purpose.TRANSACTIONAL if request.args.get("purpose") == Purpose.TRANSACTIONAL else Purpose.COMMERCIAL
    topic_id, contact = request.args.get("topic", type=int), _asked_contact()
    asked = request.args.get("q", "")[:254].strip() or (_address_of(contact, channel) if contact else "")
    refusal, found = "", []
    if asked:
        try:
            plain = asked = normal_address(channel, asked, queries.home_region())
        except Refused as error:
            refusal = error.message
        else:
            known = [contact] if contact else queries.contacts_at(channel, plain)
            found = queries.checks(channel, plain, purpose, topic_id, known[0].id if known else None)
            found += [queries.Check(title, not why, "", why or fine) for title, why, fine in obstacles(channel)]
    elif contact:
        refusal = "This contact has no address on the channel."
    return page(
        "consent/show_check.html",
        status=422 if refusal else 200,
        title="Can we send?",
        parts=parts(),
        channels=CHANNELS,
        purposes=[(one.value, one.value.capitalize()) for one in SENT_FOR],
        topics=[("", "No topic"), *queries.topic_choices()],
        chosen={"channel": channel.value, "purpose": purpose.value, "topic": topic_id or "", "q": asked},
        contact=contact,
        refusal=refusal,
        checks=found,
        shut=queries.first_shut(found),
    )


def _asked_contact() -> Contact | None:
    contact_id = request.args.get("contact", type=int)
    return get(g.actor, Contact, contact_id) if contact_id else None


def _address_of(contact: Contact, channel: Channel) -> str:
    return (contact.email or "") if channel == Channel.EMAIL else contact.mobile_e164
