"""What came in, where it is fetched from, and who tells us."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import get, visible_to

from .models import InboundMail, Mailbox, Webhook
from .states import Provider, Verdict

NAMES: Mapping[Verdict, str] = {
    Verdict.HARD: "Hard bounce", Verdict.SOFT: "Soft bounce", Verdict.BLOCK: "Block", Verdict.COMPLAINT: "Complaint",
    Verdict.AUTO_REPLY: "Automatic reply", Verdict.REPLY: "Reply", Verdict.DELIVERED: "Delivered", Verdict.NONE: "Other mail",
}  # fmt: skip


def inbound_mail(actor: Actor, inbound_id: int) -> InboundMail:
    """Raises NotFound."""
    return get(actor, InboundMail, inbound_id)


def active_mailboxes() -> Sequence[Mailbox]:
    return db.session.scalars(select(Mailbox).where(Mailbox.active).order_by(Mailbox.id)).all()


def mailboxes() -> Sequence[Mailbox]:
    return db.session.scalars(select(Mailbox).order_by(Mailbox.name)).all()


def webhooks() -> Mapping[Provider, Webhook]:
    return {one.provider: one for one in db.session.scalars(select(Webhook))}


def webhook_of(provider: Provider) -> Webhook | None:
    return db.session.scalar(select(Webhook).where(Webhook.provider == provider, Webhook.active))


def known_of(mailbox_id: int, marks: Collection[str]) -> set[str]:
    """Which mails of a mailbox were taken in already."""
    ids = {f"mailbox:{mailbox_id}:{mark}": mark for mark in marks}
    found = db.session.scalars(select(InboundMail.external_id).where(InboundMail.external_id.in_(ids)))
    return {ids[one] for one in found}


LISTING = Listing(
    name="inbound",
    query=lambda actor: visible_to(actor, InboundMail),
    identity=InboundMail.id,
    fields=(
        Field("subject", "Subject", value=lambda mail: mail.subject or "Without a subject"),
        Field("sender", "From", InboundMail.sender, filter="contains"),
        Field(
            "verdict", "Kind", InboundMail.verdict, kind="state", filter="choice",
            choices=lambda actor: [(verdict.value, NAMES[verdict]) for verdict in Verdict],
        ),
        Field("why", "Belongs to", InboundMail.why, value=lambda mail: "A message of ours" if mail.message_id else mail.why),
        Field("source", "Through", InboundMail.source),
        Field("received_at", "Received", InboundMail.received_at, kind="datetime", filter="range"),
    ),
    sort="-received_at",
    words=(InboundMail.sender, InboundMail.subject),
)  # fmt: skip
