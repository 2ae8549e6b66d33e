"""Can we send? The screen and the sender agree, whatever was said, blocked, paused, sent before, and whatever the hour."""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from portal.accounts.models import Account
from portal.consent.models import ChannelPolicy, Consent, ContactPoint, Suppression
from portal.consent.queries import checks, first_shut, may_track
from portal.consent.rules import LATER, address_hash
from portal.consent.services import ask, record, suppress
from portal.consent.states import SENT_FOR, Channel, ConsentState, Enforcement, OverCap, Purpose, SuppressionReason
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message
from portal.messages.states import MessageState
from tests import world as people
from tests.messages.makers import email
from tests.messages.test_delivery import Recording, send

from .makers import person, policy, topic

ANN, MAIL = "ann@example.com", Channel.EMAIL
NOON = datetime(2026, 6, 3, 16, 0, tzinfo=UTC)  # a Wednesday; noon in New York
WORDS = (None, *ConsentState)
HOURS = "US-FL Mon-Fri 9:00-11:00\n* Mon-Sun 0:00-24:00"


def worlds(number: int) -> Iterator[dict[str, Any]]:
    """Every state of each thing with every state of each other would be 600,000; these are drawn evenly, the same each time."""
    parts = {
        "purpose": SENT_FOR,
        "said": WORDS,
        "topic_said": ("no topic", *WORDS),
        "blocked": (None, *SuppressionReason),
        "model": (None, Enforcement.RESTRICTIVE, Enforcement.NON_RESTRICTIVE),
        "paused": (None, timedelta(days=-1), timedelta(days=1)),
        "sent": (0, 1, 2),
        "over_cap": (None, OverCap.DROP, OverCap.WAIT),
        "region": ("", "FL", "GA"),
    }
    draw = random.Random(7)
    for _ in range(number):
        yield {name: draw.choice(states) for name, states in parts.items()}
    # Evenly drawn worlds are mostly shut at the first gate, so each later gate is also met alone.
    free = dict.fromkeys(parts) | {
        "purpose": Purpose.COMMERCIAL,
        "said": ConsentState.OPTED_IN,
        "sent": 0,
        "region": "",
    }
    free["topic_said"] = "no topic"
    for name, states in parts.items():
        yield from ({**free, name: state} for state in states)
    for over_cap, sent, region in itertools.product(parts["over_cap"], parts["sent"], parts["region"]):  # type: ignore[call-overload]
        yield {**free, "over_cap": over_cap, "sent": sent, "region": region}


def build(world: dict[str, Any], topic_id: int) -> int:
    """Make it so; the id of the message that waits."""
    with unit_of_work():
        for model in (Message, Consent, ContactPoint, Suppression, ChannelPolicy):
            db.session.execute(delete(model))
    model, cap = world["model"], world["over_cap"]
    if model or cap or world["region"]:
        given: dict[str, Any] = {"hours": HOURS if world["region"] else ""}
        if model:
            given |= {"commercial": model, "transactional": model}
        if cap:
            given |= {"per_day": 2, "per_week": 5, "over_cap": cap}
        policy(**given)
    mine = None if world["topic_said"] == "no topic" else topic_id
    with unit_of_work():
        for word, about in ((world["said"], None), (world["topic_said"] if mine else None, mine)):
            if word:
                record(MAIL, ANN, world["purpose"], word, source="test", topic_id=about)
        if world["blocked"]:
            suppress(MAIL, ANN, world["blocked"])
        if world["paused"]:
            db.session.add(ContactPoint(channel=MAIL, address=ANN, paused_until=clock.now() + world["paused"]))
    for hours in range(world["sent"]):
        number = email(ANN, purpose=Purpose.COMMERCIAL)
        with unit_of_work():
            sent = db.session.get_one(Message, number)
            sent.state, sent.sent_at = MessageState.SENT, clock.now() - timedelta(hours=hours + 1)
    return email(ANN, purpose=world["purpose"])


def test_the_screen_and_the_sender_agree(app: Flask) -> None:
    topic_id, seen = topic("Events"), dict[str, int]()
    places = {"": None, "FL": _in("FL"), "GA": _in("GA")}
    with clock.frozen(NOON):
        for world in worlds(150):
            number = build(world, topic_id)
            mine = None if world["topic_said"] == "no topic" else topic_id
            region = places[world["region"]]
            with unit_of_work():
                waiting = db.session.get_one(Message, number)
                waiting.contact_id, waiting.topic_id = region, mine
            shut = first_shut(checks(MAIL, ANN, world["purpose"], mine, region))
            send(Recording())
            db.session.rollback()
            after = db.session.get_one(Message, number, populate_existing=True)
            if shut is None:
                assert after.state == MessageState.SENT, world
            elif shut.code in LATER:
                assert (after.state, after.state_reason, after.due_at) == (
                    MessageState.QUEUED,
                    shut.code,
                    shut.until,
                ), world
            else:
                assert (after.state, after.state_reason) == (MessageState.SUPPRESSED, shut.code), world
            code = shut.code if shut else "sent"
            seen[code] = seen.get(code, 0) + 1
    reasons = {reason.value for reason in SuppressionReason}
    assert seen.keys() == reasons | {
        "sent", "opted_out", "topic_out", "no_consent", "unconfirmed", "paused", "capped", "cap_waits", "quiet_hours"
    }, seen  # fmt: skip


def _in(state: str) -> int:
    """A contact whose account is in that state."""
    account = people.add(Account(number=f"T-{state}", name=state, region=state, country="US"))
    return int(person(last_name=state, account_id=account.id).id)


def test_a_topic_never_overrules_a_no_to_everything(app: Flask) -> None:
    number = topic("Events")
    with unit_of_work():
        record(MAIL, ANN, Purpose.COMMERCIAL, ConsentState.OPTED_OUT, source="test")
        record(MAIL, ANN, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="test", topic_id=number)
    shut = first_shut(checks(MAIL, ANN, Purpose.COMMERCIAL, number))
    assert shut
    assert shut.code == "opted_out"


@pytest.mark.parametrize("model", [Enforcement.RESTRICTIVE, Enforcement.NON_RESTRICTIVE])
@pytest.mark.parametrize("about_topic", [False, True])
def test_a_form_that_anybody_may_send_takes_back_no_earlier_no(
    app: Flask, model: Enforcement, about_topic: bool
) -> None:
    policy(commercial=model)
    number = topic("Events") if about_topic else None
    with unit_of_work():
        if about_topic:
            record(MAIL, ANN, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="test")
        record(MAIL, ANN, Purpose.COMMERCIAL, ConsentState.OPTED_OUT, source="test", topic_id=number)
        ask(" Ann@EXAMPLE.com", source="form", wording="News", ip=None, language="en", topic_id=number)
    shut = first_shut(checks(MAIL, ANN, Purpose.COMMERCIAL, number))
    assert shut
    assert shut.code == ("topic_out" if about_topic else "opted_out")
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 1 + about_topic, "one spelling, one address"


def test_a_topic_is_told_from_no_topic_by_the_database(app: Flask) -> None:
    number = topic("Events")
    with unit_of_work():
        for topic_id in (None, number, None, number):
            record(MAIL, ANN, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="test", topic_id=topic_id)
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 2


@pytest.mark.parametrize(
    ("model", "said", "tracked"),
    [
        (None, None, True),
        (None, ConsentState.OPTED_OUT, False),
        (Enforcement.RESTRICTIVE, None, False),
        (Enforcement.RESTRICTIVE, ConsentState.OPTED_IN, True),
        (Enforcement.DISABLED, ConsentState.OPTED_OUT, True),
    ],
)
def test_tracking_is_a_purpose_of_its_own(
    app: Flask, model: Enforcement | None, said: ConsentState | None, tracked: bool
) -> None:
    if model:
        policy(tracking=model)
    with unit_of_work():
        record(MAIL, ANN, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="test")
        if said:
            record(MAIL, ANN, Purpose.TRACKING, said, source="test")
    email(ANN)
    found = db.session.scalars(select(may_track(Message.channel, Message.address)).select_from(Message)).all()
    assert found == [tracked]


def test_a_message_waits_for_the_next_slot_of_the_cap(app: Flask) -> None:
    policy(per_day=1, over_cap=OverCap.WAIT)
    with unit_of_work():
        record(MAIL, ANN, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="test")
    with clock.frozen(NOON):
        first, second = (email(ANN, purpose=Purpose.COMMERCIAL) for _ in range(2))
        way = Recording()
        send(way)
        assert len(way.letters) == 1, "both were due in the same slice"
        waiting = db.session.get_one(Message, second, populate_existing=True)
        assert (waiting.state, waiting.due_at) == (MessageState.QUEUED, NOON + timedelta(days=1))
    with clock.frozen(NOON + timedelta(hours=24, seconds=1)):
        send(way)
    assert {letter.id for letter in way.letters} == {first, second}


def test_the_hash_is_of_the_address_that_the_gates_ask_for(app: Flask) -> None:
    with unit_of_work():
        suppress(MAIL, ANN, SuppressionReason.MANUAL)
    assert db.session.scalar(select(Suppression.address_hash)) == address_hash(MAIL, ANN)
