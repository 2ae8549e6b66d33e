"""What comes back stops what must stop, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.activities.models import Activity
from portal.consent.queries import may_send
from portal.consent.states import Channel, Purpose
from portal.inbound.models import InboundMail
from portal.inbound.services import reclassify, take_in
from portal.inbound.states import Verdict
from portal.kernel.db import db, transact
from portal.kernel.outbox import OutboxEntry
from portal.messages.models import Message, MessageEvent
from portal.messages.rules.headers import return_path
from portal.workspace.models import Notification

from .makers import BLOCKED, SOFT, answer, arrived, contact, report, sent

pytestmark = pytest.mark.usefixtures("app")


def may(purpose: Purpose, address: str = "ann@example.com") -> bool:
    return may_send(Channel.EMAIL, address, purpose).allowed


def kinds() -> list[str]:
    return list(db.session.scalars(select(MessageEvent.kind).order_by(MessageEvent.id)))


def test_a_hard_bounce_blocks_the_address_once() -> None:
    message = sent()
    kept = arrived(report(message))
    assert (kept.verdict, kept.message_id) == (Verdict.HARD, message.id)
    assert not may(Purpose.TRANSACTIONAL)
    assert db.session.get_one(Message, message.id).bounced_at
    assert transact(lambda: take_in(report(message), "test")) is None
    assert kinds() == ["hard_bounced"]


@pytest.mark.parametrize("said", [BLOCKED, SOFT])
def test_one_soft_bounce_or_a_block_ends_nothing(said: str) -> None:
    arrived(report(sent(), said))
    assert may(Purpose.TRANSACTIONAL)
    assert len(kinds()) == 1


def test_three_of_the_last_five_end_it() -> None:
    old, *mails = [sent(hours=10 - n) for n in range(6)]
    for message in (old, mails[0], mails[2]):
        arrived(report(message, SOFT))
    assert may(Purpose.TRANSACTIONAL)  # the oldest is not among the last five
    arrived(report(mails[4], SOFT))
    assert not may(Purpose.TRANSACTIONAL)


def test_a_delay_is_no_bounce() -> None:
    arrived(report(sent(), "451 4.4.1 No answer from host", action="delayed"))
    assert kinds() == []


def test_a_report_about_somebody_elses_mail_changes_nothing_but_is_kept() -> None:
    kept = arrived(report(sent(), key="<other@elsewhere.example>"))
    assert (kept.verdict, kept.message_id, kept.why) == (
        Verdict.HARD, None, "It names none of our messages, so it changes nothing.",
    )  # fmt: skip
    assert may(Purpose.TRANSACTIONAL)


def test_the_return_path_is_enough(app: Any) -> None:
    message = sent()
    back = return_path(message.id, message.message_id, "bounces.portal.test")
    kept = arrived(report(message, key="<lost@elsewhere.example>"), envelope=back.upper())
    assert kept.message_id == message.id


def test_a_complaint_ends_news_but_not_business() -> None:
    message = sent()
    raw = (
        'Subject: FW: Hello\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message.message_id}\nSubject: Hello\n\nHello\n--b--\n"
    )
    assert arrived(raw.encode()).verdict == Verdict.COMPLAINT
    assert (may(Purpose.COMMERCIAL), may(Purpose.TRANSACTIONAL)) == (False, True)


def test_an_answer_reaches_timeline_and_owner_and_ends_sequences() -> None:
    person = contact()
    message = sent(contact=person)
    kept = arrived(answer(message, "Please call me on Monday."))
    assert (kept.verdict, kept.text, kept.contact_id) == (Verdict.REPLY, "Please call me on Monday.", person.id)
    entry = db.session.scalars(select(Activity).where(Activity.body == kept.text)).one()
    assert entry.author == person.name
    url = f"/contacts/{person.id}?tab=timeline"
    assert db.session.scalar(select(func.count(Notification.id)).where(Notification.url == url)) == 1
    assert db.session.get_one(Message, message.id).replied_at


def test_machines_that_answer_are_not_people() -> None:
    message = sent(contact=contact())
    for subject, headers in (
        ("Re: Hello", {"Auto-Submitted": "auto-replied"}),
        ("Automatische Antwort: Hello", {}),
        ("Réponse automatique : Hello", {}),
        ("Out of Office: Hello", {}),
    ):
        raw = answer(message, f"Back on Monday {subject} {headers}", **{"Subject": subject, **headers})
        assert arrived(raw).verdict == Verdict.AUTO_REPLY
    assert db.session.get_one(Message, message.id).replied_at is None


def test_an_answer_that_only_wants_out_is_heeded() -> None:
    message = sent(contact=contact())
    arrived(answer(message, "Please unsubscribe me"))
    assert not may(Purpose.COMMERCIAL)
    assert db.session.get_one(Message, message.id).unsubscribed_at


def test_it_is_read_again_without_doing_it_twice(actor: Callable[[str], Any]) -> None:
    kept = arrived(answer(sent(contact=contact()), "Yes, please."))
    before = kinds(), db.session.scalar(select(func.count(OutboxEntry.id)))
    transact(lambda: reclassify(actor("marketer"), kept.id))
    assert (kinds(), db.session.scalar(select(func.count(OutboxEntry.id)))) == before


@pytest.mark.parametrize(
    "raw", [b"", b"\0\0\xff", b"From: \xff\xfe\n\n\xff", b"Content-Type: multipart/report\n\n", b"A" * 9000]
)
def test_whatever_comes_is_kept(raw: bytes) -> None:
    kept = arrived(raw)
    assert kept.verdict == Verdict.NONE
    assert db.session.scalar(select(func.count(InboundMail.id))) == 1
