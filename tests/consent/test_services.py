"""The ledger, blocks, and the verdict that follows from both."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.consent.models import ConsentEvent, Suppression, SuppressionEvent
from portal.consent.queries import may_send, preference_token, reader_behind, standing, unsubscribe_token
from portal.consent.rules import Reader
from portal.consent.services import record, release, suppress
from portal.consent.states import Channel, ConsentState, Purpose, SuppressionReason
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import NotFound, Refused

MAIL, YES, NO = Channel.EMAIL, ConsentState.OPTED_IN, ConsentState.OPTED_OUT
R = SuppressionReason


def say(state: ConsentState, address: str = "ann@example.com", purpose: Purpose = Purpose.COMMERCIAL) -> None:
    with unit_of_work():
        record(MAIL, address, purpose, state, source="test", wording="News, please", ip="192.0.2.1")


def block(reason: R, address: str = "ann@example.com") -> None:
    with unit_of_work():
        suppress(MAIL, address, reason, "because")


def test_silence_allows_only_the_persons_own_business(app: Flask) -> None:
    assert not may_send(MAIL, "ann@example.com", Purpose.COMMERCIAL).allowed
    assert may_send(MAIL, "ann@example.com", Purpose.TRANSACTIONAL).allowed


def test_the_last_word_counts_and_every_word_is_kept(app: Flask) -> None:
    say(YES)
    say(NO)
    say(YES, " ANN@Example.com ")
    assert may_send(MAIL, "ann@example.com", Purpose.COMMERCIAL).allowed
    kept = standing(MAIL, "Ann@example.com")
    assert [event.state for event in kept.evidence] == [YES, NO, YES]
    assert [consent.state for consent in kept.consents] == [YES]
    assert (kept.evidence[0].wording, kept.evidence[0].ip) == ("News, please", "192.0.2.1")


def test_a_no_to_transactional_messages_is_heard(app: Flask) -> None:
    say(NO, purpose=Purpose.TRANSACTIONAL)
    verdict = may_send(MAIL, "ann@example.com", Purpose.TRANSACTIONAL)
    assert verdict == (False, "The person said no.")


@pytest.mark.parametrize("table", ["consent_event", "suppression_event"])
@pytest.mark.parametrize("act", ["UPDATE {} SET actor_or_source = 'x'", "DELETE FROM {}"])
def test_evidence_cannot_be_changed(app: Flask, table: str, act: str) -> None:
    say(YES)
    block(R.MANUAL)
    column = "source" if table == "consent_event" else "actor"
    with pytest.raises(DBAPIError, match="append only"), unit_of_work():
        db.session.execute(text(act.format(table).replace("actor_or_source", column)))
    assert db.session.scalar(select(ConsentEvent.source)) == "test"


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        (R.UNSUBSCRIBED, R.HARD_BOUNCE, R.HARD_BOUNCE),
        (R.HARD_BOUNCE, R.UNSUBSCRIBED, R.HARD_BOUNCE),
        (R.UNSUBSCRIBED, R.COMPLAINT, R.UNSUBSCRIBED),
        (R.MANUAL, R.STOP, R.MANUAL),
    ],
)
def test_the_wider_block_stands(app: Flask, first: R, second: R, stands: R) -> None:
    block(first)
    block(second)
    assert [s.reason for s in db.session.scalars(select(Suppression))] == [stands]


def test_a_yes_ends_an_unsubscription_and_nothing_else(app: Flask) -> None:
    block(R.UNSUBSCRIBED)
    say(YES)
    assert may_send(MAIL, "ann@example.com", Purpose.COMMERCIAL).allowed
    block(R.COMPLAINT)
    say(YES)
    assert "spam" in may_send(MAIL, "ann@example.com", Purpose.COMMERCIAL).why


def test_release_says_who_and_why(app: Flask) -> None:
    block(R.HARD_BOUNCE)
    with unit_of_work():
        assert release(MAIL, "ann@example.com", "typo mended")
        assert not release(MAIL, "bea@example.com", "nothing to end")
    events = db.session.scalars(select(SuppressionEvent).order_by(SuppressionEvent.id)).all()
    assert [(e.released, e.note, e.actor) for e in events] == [
        (False, "because", "Throughline"),
        (True, "typo mended", "Throughline"),
    ]
    assert may_send(MAIL, "ann@example.com", Purpose.TRANSACTIONAL).allowed


def test_channels_do_not_mix(app: Flask) -> None:
    with unit_of_work():
        record(Channel.SMS, "425 555 0100", Purpose.COMMERCIAL, YES, source="test")
        suppress(Channel.SMS, "(206) 555-0100", R.STOP)
    assert may_send(Channel.SMS, "+14255550100", Purpose.COMMERCIAL).allowed
    assert not may_send(Channel.SMS, "+12065550100", Purpose.TRANSACTIONAL).allowed


def test_a_link_stays_the_same_and_cannot_be_guessed(app: Flask) -> None:
    token = preference_token(MAIL, "Ann@example.com")
    assert token == preference_token(MAIL, " ann@example.com"), "whatever was said, and also before anything was"
    assert reader_behind(token) == Reader(MAIL, "ann@example.com")
    assert "ann" not in token
    of_message = unsubscribe_token(MAIL, "ann@example.com", topic_id=3, message_id=7)
    assert reader_behind(of_message) == Reader(MAIL, "ann@example.com", 3, 7)
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    for wrong in ("", "1", token[:-4], f"{token}AAAA", changed, "é-é", "x" * 2000):
        with pytest.raises(NotFound):
            reader_behind(wrong)


def test_the_link_of_an_erased_person_has_ended(app: Flask) -> None:
    token = preference_token(MAIL, "ann@example.com")
    block(R.ERASED)
    with pytest.raises(NotFound):
        reader_behind(token)


def test_bad_addresses_are_refused(app: Flask) -> None:
    with pytest.raises(Refused):
        say(YES, "not an address")
    with pytest.raises(Refused):
        may_send(Channel.SMS, "hello", Purpose.COMMERCIAL)
