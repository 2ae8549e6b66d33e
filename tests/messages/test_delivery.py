"""Delivery to a real mail server: every answer it can give, and what becomes of the message."""

import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import psycopg as postgresql

from portal.consent.models import Suppression
from portal.consent.services import suppress
from portal.consent.states import SENT_FOR, Channel, ConsentState, Purpose, SuppressionReason
from portal.kernel import clock, settings
from portal.kernel.actor import act_as
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.messages.models import CapturedMessage, Message, MessageEvent
from portal.messages.queries import due, paused
from portal.messages.rules import ACCEPTED, ATTEMPTS, LEASE, Kind, Outcome, Pace, read_reply, wait_after
from portal.messages.services import Capture, Letter, Way, hold, recover, release, resend
from portal.messages.services.claims import claim
from portal.messages.services.delivery import MARK, SETTLE
from portal.messages.services.ways import Sender
from portal.messages.states import EventKind
from portal.messages.states import MessageState as S
from portal.web import transport
from portal.web.desk import desk
from portal.web.servers import parse_smtp
from portal.web.transport import SmtpTransport
from tests.messages.makers import SETTINGS, MailServer, agree, email, free_port, mail_server, stored
from tests.messages.makers import send_by as send

COMMERCIAL = Purpose.COMMERCIAL


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp("mail")) as running:
        yield running


@pytest.fixture
def smtp(server: MailServer) -> SmtpTransport:
    return SmtpTransport(parse_smtp(server.url))


def take(worker: str, **pace: Any) -> list[int]:
    """Claim a slice and do nothing with it, as a worker that is lost."""
    way = Way(Recording())
    held = claim(Sender(Channel.EMAIL, [way], worker, desk(SETTINGS), Pace(**pace)), way, None)
    return list(held.ids) if held else []


class Recording(Capture):
    """A capture that remembers the letters and can do something in the middle of its work."""

    def __init__(self, meanwhile: Any = None, answer: Outcome = ACCEPTED) -> None:
        self.letters: list[Letter] = []
        self.meanwhile, self.answer = meanwhile, answer

    def hand_over(self, letter: Letter, renew: Any) -> Outcome:
        self.letters.append(letter)
        if self.meanwhile:
            self.meanwhile(letter)
        return self.answer


def times_accepted(server: MailServer, number: int) -> int:
    return sum(line.endswith(stored(number).message_id) for line in server.accepted())


def test_a_message_arrives_once(app: Flask, smtp: SmtpTransport, server: MailServer) -> None:
    number = email()
    assert send(smtp) == 1
    message = stored(number)
    assert (message.state, message.attempt, message.lease_until) == (S.SENT, 1, None)
    assert message.sent_at
    assert send(smtp) == 0
    assert times_accepted(server, number) == 1


@pytest.mark.parametrize(
    ("word", "state", "suppressed"),
    [
        ("nouser", S.FAILED, True),
        ("policy", S.FAILED, False),
        ("full", S.DEFERRED, False),
        ("greylisted", S.DEFERRED, False),
        ("busy", S.DEFERRED, False),
        ("spam", S.FAILED, False),
        ("gone", S.DEFERRED, False),
        ("slow", S.SENT, False),
    ],
)
def test_answers(app: Flask, smtp: SmtpTransport, word: str, state: S, suppressed: bool) -> None:
    number, after = email(f"{word}@example.com"), email("bea@example.com")
    send(smtp)
    message = stored(number)
    assert message.state == state
    assert message.state == S.SENT or message.state_reason
    assert bool(db.session.scalar(select(Suppression))) == suppressed
    assert stored(after).state == S.SENT, "the next message must not suffer"


def test_the_envelope_goes_in_one_go_where_the_server_can(app: Flask, tmp_path: Path) -> None:
    people = ["ann@example.com", "nouser@example.com", "greylisted@example.com", "bea@example.com"]
    numbers = [email(one) for one in people]
    with mail_server(tmp_path, "pipelining") as quick:
        send(SmtpTransport(parse_smtp(quick.url)))
        assert [line.split()[0] for line in quick.accepted()] == ["ann@example.com", "bea@example.com"]
    assert [stored(one).state for one in numbers] == [S.SENT, S.FAILED, S.DEFERRED, S.SENT]


@pytest.mark.parametrize(
    ("word", "kind", "status"),
    [
        ("nouser", EventKind.HARD_BOUNCED, "5.1.1"),
        ("policy", EventKind.BLOCKED, "5.7.1"),
        ("spam", EventKind.BLOCKED, "5.6.0"),
    ],
)
def test_a_refusal_is_a_bounce_like_any_other(
    app: Flask, smtp: SmtpTransport, word: str, kind: EventKind, status: str
) -> None:
    number = email(f"{word}.event@example.com")
    send(smtp)
    kept = db.session.scalars(select(MessageEvent).where(MessageEvent.message_id == number)).one()
    assert (kept.kind, kept.status, kept.source) == (kind, status, "smtp")
    assert stored(number).bounced_at == kept.at


def test_who_is_refused_for_now_until_we_give_up_bounced_softly_and_is_given_up_after_three(
    app: Flask, smtp: SmtpTransport
) -> None:
    for round_ in range(3):
        assert not db.session.scalars(select(Suppression)).all()
        number = email("full.soft@example.com")
        with unit_of_work():
            db.session.execute(update(Message).where(Message.id == number).values(attempt=ATTEMPTS - 1))
        send(smtp)
        assert stored(number).state == S.FAILED, round_
        kept = db.session.scalars(select(MessageEvent).where(MessageEvent.message_id == number)).one()
        assert (kept.kind, kept.status) == (EventKind.SOFT_BOUNCED, "5.2.2")
    assert db.session.scalars(select(Suppression.reason)).one() == SuppressionReason.HARD_BOUNCE


def test_a_deferred_message_waits_longer_each_time_and_gives_up_in_the_end(app: Flask, smtp: SmtpTransport) -> None:
    number = email("greylisted@example.com")
    waits = []
    for _ in range(ATTEMPTS):
        send(smtp)
        waits.append(stored(number).due_at - clock.now())
        with unit_of_work():
            db.session.execute(update(Message).values(due_at=clock.now()))
    assert stored(number).state == S.FAILED
    assert timedelta(minutes=3.9) < waits[0] < timedelta(minutes=6)
    assert waits[3] > timedelta(hours=1)


@pytest.mark.parametrize("attempt", range(1, ATTEMPTS))
def test_waits_are_between_four_minutes_and_29_hours(attempt: int) -> None:
    wait = wait_after(attempt)
    assert wait
    assert timedelta(minutes=4) <= wait <= timedelta(hours=28.8)


def test_a_lost_answer_parks_marketing(app: Flask, smtp: SmtpTransport, server: MailServer) -> None:
    agree("lost@example.com")
    number = email("lost@example.com", purpose=COMMERCIAL)
    send(smtp)
    assert stored(number).state == S.UNCERTAIN
    assert "no answer came" in stored(number).state_reason
    assert times_accepted(server, number) == 1


def test_a_lost_answer_resends_an_invoice_once_with_the_same_bytes(app: Flask, server: MailServer) -> None:
    number = email("lost.invoice@example.com")
    way = Recording(answer=Outcome(Kind.UNKNOWN, "no answer came"))
    send(way)
    assert (stored(number).state, stored(number).resent) == (S.QUEUED, True)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        send(way)
    assert stored(number).state == S.UNCERTAIN
    assert [letter.raw for letter in way.letters] == [way.letters[0].raw] * 2


def test_a_silent_server_ends_in_uncertain(app: Flask, smtp: SmtpTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "FINAL", 0.5)
    monkeypatch.setattr(transport, "RENEW_AFTER", 0.2)
    agree("mute@example.com")
    number = email("mute@example.com", purpose=COMMERCIAL)
    send(smtp)
    assert stored(number).state == S.UNCERTAIN


def test_waiting_for_an_answer_renews_the_lease(app: Flask) -> None:
    number = email()
    later: list[datetime] = []

    class Slow(Recording):
        def hand_over(self, letter: Letter, renew: Any) -> Outcome:
            with clock.frozen(clock.now() + timedelta(seconds=40)):
                renew()
            later.append(stored(number).lease_until or clock.now())
            return ACCEPTED

    send(Slow())
    assert later[0] > clock.now() + LEASE


def test_a_kept_connection_that_the_server_ended_is_opened_again(app: Flask, smtp: SmtpTransport) -> None:
    first, second = email("ann@example.com"), email("bea@example.com")

    class Cutting(SmtpTransport):
        def hand_over(self, letter: Letter, renew: Any) -> Outcome:
            answer = super().hand_over(letter, renew)
            assert self._smtp
            assert self._smtp.sock
            self._smtp.sock.shutdown(2)
            return answer

    send(Cutting(smtp.server))
    assert (stored(first).state, stored(second).state) == (S.SENT, S.SENT)


def test_no_server_pauses_the_channel_and_burns_no_attempt(app: Flask, smtp: SmtpTransport) -> None:
    number = email()
    assert send(SmtpTransport(parse_smtp(f"smtp://127.0.0.1:{free_port()}"))) == 0
    assert (stored(number).state, stored(number).attempt) == (S.QUEUED, 0)
    assert paused(Channel.EMAIL)
    assert send(smtp) == 0, "paused means paused"
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        assert send(smtp) == 1


def test_a_wrong_password_pauses_and_the_right_one_sends(app: Flask, tmp_path: Path) -> None:
    number = email()
    with mail_server(tmp_path, "auth") as locked:
        address = locked.url.removeprefix("smtp://")
        send(SmtpTransport(parse_smtp(f"smtp://portal:wrong@{address}")))
        stop = paused(Channel.EMAIL)
        assert stop
        assert stop.why.startswith("535")
        assert stored(number).attempt == 0
        with clock.frozen(clock.now() + timedelta(minutes=3)):
            assert send(SmtpTransport(parse_smtp(f"smtp://portal:right@{address}"))) == 1


def test_starttls_is_never_given_up_silently(app: Flask, server: MailServer) -> None:
    number = email()
    send(SmtpTransport(parse_smtp(f"{server.url}?starttls=1")))
    assert stored(number).state == S.QUEUED
    assert paused(Channel.EMAIL)


def test_a_server_that_goes_away_in_the_middle_gives_the_rest_back(app: Flask) -> None:
    numbers = [email() for _ in range(3)]
    send(Recording(answer=Outcome(Kind.AWAY, "421 closing")))
    assert [(stored(n).state, stored(n).attempt, stored(n).lease_until) for n in numbers] == [(S.QUEUED, 0, None)] * 3


@pytest.mark.parametrize(
    ("say", "purpose", "state"),
    [
        (None, COMMERCIAL, S.SUPPRESSED),
        (ConsentState.OPTED_IN, COMMERCIAL, S.SENT),
        (ConsentState.OPTED_OUT, COMMERCIAL, S.SUPPRESSED),
        (ConsentState.OPTED_OUT, Purpose.TRANSACTIONAL, S.SENT),
        (None, Purpose.TRANSACTIONAL, S.SENT),
    ],
)
def test_consent_is_a_condition_of_sending(app: Flask, say: ConsentState | None, purpose: Purpose, state: S) -> None:
    if say:
        agree("ann@example.com", state=say)
    number = email(purpose=purpose)
    send(Recording())
    assert stored(number).state == state


@pytest.mark.parametrize("reason", list(SuppressionReason))
@pytest.mark.parametrize("purpose", SENT_FOR)
def test_suppression_is_a_condition_of_sending(app: Flask, reason: SuppressionReason, purpose: Purpose) -> None:
    agree("ann@example.com")
    with unit_of_work():
        suppress(Channel.EMAIL, "Ann@Example.com", reason)
    number = email(purpose=purpose)
    send(Recording())
    marketing_only = reason in (SuppressionReason.UNSUBSCRIBED, SuppressionReason.COMPLAINT)
    goes = marketing_only and purpose == Purpose.TRANSACTIONAL
    assert stored(number).state == (S.SENT if goes else S.SUPPRESSED)
    assert stored(number).state_reason == ("" if goes else reason.value)


def test_a_block_that_arrives_while_the_slice_goes_out_is_honoured(app: Flask) -> None:
    people = [f"person{n}@example.com" for n in range(10)]
    for address in people:
        agree(address)
    numbers = [email(address, purpose=COMMERCIAL) for address in people]

    def meanwhile(letter: Letter) -> None:
        if letter.address == people[3]:
            with unit_of_work():
                suppress(Channel.EMAIL, people[7], SuppressionReason.COMPLAINT)
            agree(people[8], state=ConsentState.OPTED_OUT)

    way = Recording(meanwhile)
    send(way)
    assert [letter.address for letter in way.letters] == [p for p in people if p not in (people[7], people[8])]
    assert (stored(numbers[7]).state, stored(numbers[7]).state_reason) == (S.SUPPRESSED, "complaint")
    assert (stored(numbers[8]).state, stored(numbers[8]).state_reason) == (S.SUPPRESSED, "opted_out")


def test_a_hold_stops_at_once_and_its_end_goes_on(app: Flask, actor: Any) -> None:
    numbers = [email() for _ in range(3)]

    def meanwhile(letter: Letter) -> None:
        with unit_of_work(), act_as(actor("admin")):
            hold(actor("admin"), "wrong price list")

    send(Recording(meanwhile))
    assert [stored(n).state for n in numbers] == [S.SENT, S.QUEUED, S.QUEUED]
    assert not due(Channel.EMAIL)
    with unit_of_work():
        release(actor("admin"))
    assert send(Recording()) == 2


def test_a_restored_backup_sends_nothing(app: Flask) -> None:
    email()
    with unit_of_work():
        settings.put("hold_sending", "restored")
    assert send(Recording()) == 0


def test_urgent_mail_overtakes_a_blast(app: Flask) -> None:
    blast = [email(priority=9) for _ in range(5)]
    urgent = email(priority=1)
    way = Recording()
    send(way, slice=2)
    assert [letter.id for letter in way.letters] == [urgent, *blast]


def test_a_lost_worker_in_flight(app: Flask) -> None:
    agree("ann@example.com")
    invoice, news, held = email(), email(purpose=COMMERCIAL), email()

    class Dies(BaseException):
        pass

    def die(letter: Letter) -> None:
        raise Dies

    for number in (invoice, news):
        with unit_of_work():
            db.session.execute(update(Message).values(priority=5))
            db.session.execute(update(Message).where(Message.id == number).values(priority=1))
        with pytest.raises(Dies):
            send(Recording(die), worker=f"dead{number}", slice=1)
    assert take("dead too") == [held]
    assert [stored(n).state for n in (invoice, news)] == [S.SENDING, S.SENDING]
    assert send(Recording(), worker="w2") == 0, "its lease still runs"
    with clock.frozen(clock.now() + LEASE + timedelta(seconds=1)):
        assert due(Channel.EMAIL)
        way = Recording()
        send(way, worker="w2")
    assert (stored(invoice).state, stored(invoice).resent) == (S.SENT, True)
    assert stored(news).state == S.UNCERTAIN
    assert stored(held).state == S.SENT
    assert news not in [letter.id for letter in way.letters]


def test_a_late_yes_is_still_a_yes(app: Flask) -> None:
    agree("ann@example.com")
    number = email(purpose=COMMERCIAL)

    def meanwhile(letter: Letter) -> None:
        with clock.frozen(clock.now() + LEASE * 2):
            recover(Channel.EMAIL)
        assert stored(number).state == S.UNCERTAIN

    send(Recording(meanwhile))
    assert stored(number).state == S.SENT


def test_a_worker_that_lost_its_lease_writes_nothing(app: Flask) -> None:
    number = email()

    def meanwhile(letter: Letter) -> None:
        if letter.resent:
            return
        with clock.frozen(clock.now() + LEASE * 2):
            send(Recording(), worker="w2")

    send(Recording(meanwhile, Outcome(Kind.REFUSED, "no", SuppressionReason.HARD_BOUNCE)), worker="w1")
    assert (stored(number).state, stored(number).worker, stored(number).attempt) == (S.SENT, "w2", 2)


def test_a_slice_that_takes_too_long_is_dropped_not_sent_late(app: Flask) -> None:
    first, second = email(), email()
    take("w1", lease=timedelta(seconds=-1))
    way = Recording()
    send(way, worker="w1", lease=timedelta(seconds=-1), turn=0.2)
    assert not way.letters
    assert send(way, worker="w2") == 2
    assert {stored(first).worker, stored(second).worker} == {"w2"}


def test_two_workers_send_each_message_once(live_app: Flask, tmp_path: Path) -> None:
    numbers = [email(f"person{n}@example.com") for n in range(120)]
    with mail_server(tmp_path) as running:

        def work(name: str) -> None:
            with live_app.app_context():
                send(SmtpTransport(parse_smtp(running.url)), worker=name, slice=7)
                db.session.remove()

        threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        accepted = [line.split()[1] for line in running.accepted()]
    assert sorted(accepted) == sorted(stored(n).message_id for n in numbers)
    assert {stored(n).worker for n in numbers} == {"w0", "w1"}, "both must have worked, or nothing was proved"


def test_marketing_says_how_to_end_it_and_an_invoice_does_not(app: Flask) -> None:
    agree("ann@example.com")
    email(purpose=COMMERCIAL), email()
    way = Recording()
    send(way)
    news, invoice = (message_from_bytes(letter.raw, policy=policy.default) for letter in way.letters)
    assert re.fullmatch(r"<https://portal\.test/c/[\w-]{40,}/one-click>", news["List-Unsubscribe"])
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert invoice["List-Unsubscribe"] is None
    assert news["From"].addresses[0].addr_spec == "sales@test-cycles.example"
    assert news["Message-ID"].endswith("@test-cycles.example>")


def test_what_cannot_be_built_fails_alone(app: Flask) -> None:
    broken, fine = email(subject="one\nBcc: all@example.com"), email()
    send(Recording())
    assert stored(broken).state == S.FAILED
    assert "control character" in stored(broken).state_reason
    assert stored(fine).state == S.SENT


def test_dots_at_line_starts_survive(app: Flask, smtp: SmtpTransport, server: MailServer) -> None:
    number = email(text=".\r\n.hidden\r\n..\r\n", subject="dots")
    send(smtp)
    assert stored(number).state == S.SENT


def test_the_same_reason_is_one_message(app: Flask) -> None:
    assert email(reason="invoice:1:v1:send") == email(reason="invoice:1:v1:send", subject="Other")


@pytest.mark.parametrize(
    "address", ["", "ann", "a@b@c.example", "ann@example.com, evil@example.com", "a\r\nb@example.com"]
)
def test_a_bad_address_is_refused(app: Flask, address: str) -> None:
    with pytest.raises(Refused):
        email(address)


def test_a_resend_by_hand_goes_out(app: Flask, actor: Any) -> None:
    agree("ann@example.com")
    number = email(purpose=COMMERCIAL)
    send(Recording(answer=Outcome(Kind.UNKNOWN, "lost")))
    with unit_of_work():
        resend(actor("marketer"), number)
    send(Recording())
    assert stored(number).state == S.SENT


def test_a_capture_keeps_what_it_got(app: Flask) -> None:
    email(subject="Captured")
    send(Capture())
    kept = db.session.scalars(select(CapturedMessage)).one()
    assert kept.subject == "Captured"
    assert b"Hello Ann" in kept.raw


@pytest.mark.parametrize(
    ("verb", "code", "text", "kind", "blocks"),
    [
        ("connect", 421, "busy", Kind.AWAY, False),
        ("mail", 550, "5.7.1 sender refused", Kind.AWAY, False),
        ("mail", 451, "try later", Kind.DEFERRED, False),
        ("rcpt", 550, "no such user", Kind.REFUSED, True),
        ("rcpt", 550, "5.7.23 SPF", Kind.REFUSED, False),
        ("rcpt", 530, "authenticate first", Kind.AWAY, False),
        ("rcpt", 450, "greylisted", Kind.DEFERRED, False),
        ("body", 552, "too large", Kind.REFUSED, False),
        ("body", 250, "ok", Kind.ACCEPTED, False),
        ("data", 354, "go ahead", Kind.ACCEPTED, False),
    ],
)
def test_replies(verb: str, code: int, text: str, kind: Kind, blocks: bool) -> None:
    outcome = read_reply(verb, code, text)
    assert (outcome.kind, outcome.suppress is not None) == (kind, blocks)


def test_psycopg_keeps_its_reading_of_the_statements_of_each_message() -> None:
    """It reads longer ones anew at every run, which takes as long as running them."""
    for statement in (MARK, SETTLE):
        assert len(statement.written_for(postgresql.dialect()).sql) < 4096
