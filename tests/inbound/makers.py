"""Mails as servers and people send them back."""

from datetime import timedelta
from email.message import EmailMessage

from portal.accounts.models import Contact
from portal.inbound.models import InboundMail, Mailbox
from portal.inbound.services import take_in
from portal.kernel import clock
from portal.kernel.db import db, transact
from portal.messages.models import Message
from tests.messages.makers import email

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<{recipient}>: host mx.example.net said: {said} (in reply to RCPT TO command)

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: text/rfc822-headers

Message-ID: {key}
Subject: Hello

--b--
"""
HARD, SOFT, BLOCKED = "550 5.1.1 User unknown", "452 4.2.2 Mailbox full", "554 5.7.1 blocked using a blocklist"


def sent(to: str = "ann@example.com", *, contact: Contact | None = None, hours: float = 1) -> Message:
    """A message that has left the house."""
    number = email(to)

    def leave() -> None:
        message = db.session.get_one(Message, number)
        message.sent_at = clock.now() - timedelta(hours=hours)
        message.contact_id = contact.id if contact else None

    transact(leave)
    return db.session.get_one(Message, number)


def report(
    message: Message, said: str = HARD, *, to: str = "bounce@portal.test", action: str = "failed", key: str = ""
) -> bytes:
    values = {"recipient": message.address, "said": said, "status": said.split()[1], "action": action, "to": to}
    return REPORT.format(**values, key=key or message.message_id).encode()


def answer(to: Message, text: str, *, sender: str = "Ann Ash <ann@example.com>", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["In-Reply-To"] = (
        sender,
        "us@portal.test",
        "Re: Hello",
        to.message_id,
    )
    for name, value in headers.items():
        del mail[name]
        mail[name.replace("_", "-")] = value
    mail.set_content(f"{text}\n\nOn Mon, Jun 1, 2026 at 10:00 AM Test Cycles <us@portal.test> wrote:\n> Hello Ann\n")
    return mail.as_bytes()


def arrived(raw: bytes, **more: str) -> InboundMail:
    kept = transact(lambda: take_in(raw, "test", **more))
    assert kept
    db.session.expire_all()
    return kept


def contact(address: str = "ann@example.com") -> Contact:
    from tests.opportunities import makers

    person = makers.contact(makers.account())
    transact(lambda: setattr(db.session.get_one(Contact, person.id), "email", address))
    return db.session.get_one(Contact, person.id)


def mailbox(name: str = "Replies") -> Mailbox:
    box = Mailbox(name=name, url="sealed")
    transact(lambda: db.session.add(box))
    return box
