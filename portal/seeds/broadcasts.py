"""Four mailings of the demo company that went out, what came back of them, and a test of two subjects."""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.broadcasts.models import Broadcast, BroadcastLook, BroadcastTest, BroadcastVariant
from portal.broadcasts.rules.trials import in_words
from portal.broadcasts.services import recount
from portal.broadcasts.states import BroadcastState, Metric
from portal.consent.models import Topic
from portal.consent.rules import address_hash
from portal.consent.states import Channel, Purpose
from portal.emails.models import Email, EmailVersion
from portal.emails.services import publish
from portal.experiments.rules import Arm, judge
from portal.experiments.states import Method
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db
from portal.kernel.upsert import insert_rows
from portal.messages.models import Message, MessageBatch, MessageEvent, MessageLink
from portal.messages.rules.devices import device_of
from portal.messages.rules.tracking import mark_links
from portal.messages.services import host_of_ids, write_content
from portal.messages.states import BatchState, EventKind, MessageState, Verdict

from .world import World

# name, email, days ago, subjects with the share of people who open and who click
MAILINGS: tuple[tuple[str, str, int, tuple[tuple[str, float, float], ...]], ...] = (
    ("Workshop letter, September", "Workshop letter, November", 72, (("The stand is free again", 0.31, 0.05),)),
    ("Fair: come and see us", "Trail and Trade Days, invitation", 44, (("Trail and Trade Days", 0.38, 0.11),)),
    ("Workshop letter, October", "Workshop letter, November", 37, (("Chains before winter", 0.29, 0.04),)),
    ("Touring bicycle, launch", "Touring bicycle, launch", 8,
     (("The new touring bicycle", 0.34, 0.05), ("It carries what you carry", 0.51, 0.42))),
)  # fmt: skip
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Safari/605.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile",
)
HOURS = tuple(range(48))
FADES = tuple(1 / (hour + 1.5) for hour in HOURS)  # most of what comes back comes soon


def load(world: World) -> None:
    rng = random.Random(2014)
    topic_id = db.session.scalars(select(Topic.id).order_by(Topic.order).limit(1)).first()
    people = [one for _, one in sorted(world.contacts.items()) if one.email]
    for name, email, days, subjects in MAILINGS:
        at = datetime.combine(world.today - timedelta(days), time(9), ZoneInfo(world.company["timezone"]))
        broadcast = Broadcast(
            name=name, topic_id=topic_id, state=BroadcastState.SENT, starts_at=at, frozen_at=at, ended_at=at,
            owner_id=world.positions["david-bradley"].id, created_at=at - timedelta(days=2),
        )  # fmt: skip
        db.session.add(broadcast)
        db.session.flush()
        found = db.session.scalars(select(Email.id).where(Email.name == email).order_by(Email.id)).first()
        version = publish(SYSTEM, found or db.session.scalars(select(Email.id).limit(1)).one())
        held_out = people[::10] if len(subjects) > 1 else []
        going = [one for one in people if one not in held_out]
        for place, (subject, opens, clicks) in enumerate(subjects):
            links = _variant(broadcast, "ABC"[place], subject, 100 // len(subjects), version)
            batch = broadcast.variants[-1].batch
            assert batch is not None
            _send(broadcast, batch, going[place :: len(subjects)], opens, clicks, links, rng)
        if len(subjects) > 1:
            _test(broadcast, len(held_out))
            _hold_out(broadcast, held_out)
        recount([variant.batch_id for variant in broadcast.variants if variant.batch_id])
    letter = db.session.scalars(
        select(Email.id).where(Email.name == "Workshop letter, November").order_by(Email.id)
    ).first()
    draft = Broadcast(name="Workshop letter, November", topic_id=topic_id, owner_id=world.positions["david-bradley"].id)
    draft.variants.append(BroadcastVariant(label="A", email_id=letter))
    db.session.add(draft)
    db.session.flush()


def _variant(broadcast: Broadcast, label: str, subject: str, share: int, version: EmailVersion) -> list[int]:
    """What it says and its batch; the positions of the links that count."""
    html, links = mark_links(version.html)
    content = write_content(subject=subject, text=version.text, html=html, is_template=True, language=version.language)
    db.session.add_all(MessageLink(content_id=content.id, **link._asdict()) for link in links)
    batch = MessageBatch(
        channel=Channel.EMAIL,
        noun_of=Broadcast.noun,
        record_id=broadcast.id,
        content_id=content.id,
        state=BatchState.DONE,
    )
    db.session.add(batch)
    db.session.flush()
    broadcast.variants.append(
        BroadcastVariant(
            label=label, subject=subject, share=share, batch=batch, email_id=version.email_id, version_id=version.id
        )
    )
    db.session.flush()
    return [link.position for link in links if not link.role] or [0]


def _send(
    broadcast: Broadcast,
    batch: MessageBatch,
    people: list[Any],
    opens: float,
    clicks: float,
    links: list[int],
    rng: random.Random,
) -> None:
    """One message for each, with all its times, and the events they come from."""
    before = db.session.scalar(select(Message.id).order_by(Message.id.desc()).limit(1)) or 0
    insert_rows(Message, [_row(broadcast, batch, one, opens, clicks, rng) for one in people])
    sent = select(Message).where(Message.id > before, Message.batch_id == batch.id)
    insert_rows(MessageEvent, [event for one in db.session.scalars(sent) for event in _events(one, links, rng)])


def _row(
    broadcast: Broadcast, batch: MessageBatch, person: Any, opens: float, clicks: float, rng: random.Random
) -> dict[str, Any]:
    at = broadcast.starts_at
    assert at is not None

    def later() -> datetime:
        return at + timedelta(hours=rng.choices(HOURS, FADES)[0], minutes=rng.randrange(1, 59))

    bounced = rng.random() < 0.012
    opened = None if bounced or rng.random() > opens else later()
    clicked = opened + timedelta(minutes=2) if opened and rng.random() < clicks / opens else None
    machine = None if bounced or opened or rng.random() > 0.12 else at + timedelta(minutes=1)
    email = person.email.lower()
    return {
        "reason": f"broadcast:{broadcast.id}:contact:{person.id}", "channel": Channel.EMAIL, "purpose": Purpose.COMMERCIAL,
        "priority": 9, "address": email, "address_hash": address_hash(Channel.EMAIL, email), "domain": email.rpartition("@")[2],
        "recipient": person.name, "content_id": batch.content_id, "state": MessageState.SENT, "state_reason": "",
        "message_id": f"<b{broadcast.id}.{person.id}@{host_of_ids()}>", "due_at": at, "attempt": 1, "resent": False,
        "sent_at": at, "created_at": at, "noun_of": Broadcast.noun, "record_id": broadcast.id, "contact_id": person.id,
        "owner_id": person.owner_id, "territory_id": person.territory_id, "batch_id": batch.id, "topic_id": broadcast.topic_id,
        "bounced_at": at if bounced else None, "opened_at": opened or machine, "human_opened_at": opened,
        "clicked_at": clicked, "human_clicked_at": clicked, "replied_at": clicked if clicked and rng.random() < 0.08 else None,
        "unsubscribed_at": opened if opened and rng.random() < 0.01 else None,
    }  # fmt: skip


def _events(one: Message, links: list[int], rng: random.Random) -> Iterator[dict[str, Any]]:
    agent = rng.choice(AGENTS)
    seen = {
        "message_id": one.id,
        "contact_id": one.contact_id,
        "why": "",
        "status": "",
        "source": "",
        "network": "",
        "method": "GET",
    }
    human = {"link": None, "verdict": Verdict.HUMAN, "user_agent": agent, "device": device_of(agent)}
    nobody = {"link": None, "verdict": None, "user_agent": "", "device": "unknown"}
    if one.human_opened_at:
        yield {**seen, **human, "kind": EventKind.OPENED, "at": one.human_opened_at}
    elif one.opened_at:
        proxy = {"verdict": Verdict.PROXY, "why": "Calls itself what privacy proxies do", "user_agent": "Mozilla/5.0"}
        yield {**seen, **nobody, **proxy, "device": "hidden", "kind": EventKind.OPENED, "at": one.opened_at}
    if one.human_clicked_at:
        weights = [1 / (place + 1) for place in range(len(links))]
        for link in {*rng.choices(links, weights, k=rng.choice((1, 1, 1, 2)))}:
            yield {**seen, **human, "kind": EventKind.CLICKED, "at": one.human_clicked_at, "link": link}
    for kind, at in (
        (EventKind.HARD_BOUNCED, one.bounced_at), (EventKind.REPLIED, one.replied_at),
        (EventKind.UNSUBSCRIBED, one.unsubscribed_at),
    ):  # fmt: skip
        if at:
            yield {**seen, **nobody, "kind": kind, "at": at}


def _hold_out(broadcast: Broadcast, people: list[Any]) -> None:
    """Who got nothing, to compare with."""
    nothing = {
        "state": MessageState.SUPPRESSED, "state_reason": "hold_out", "batch_id": None, "content_id": None,
        **dict.fromkeys(("sent_at", "bounced_at", "opened_at", "human_opened_at", "clicked_at"), None),
        **dict.fromkeys(("human_clicked_at", "replied_at", "unsubscribed_at"), None),
    }  # fmt: skip
    batch, rng = broadcast.variants[0].batch, random.Random(0)
    assert batch is not None
    insert_rows(Message, [_row(broadcast, batch, one, 0.1, 0.1, rng) | nothing for one in people])


def _test(broadcast: Broadcast, held_out: int) -> None:
    """Looked at every half hour until it was clear, as the running portal would have."""
    start = broadcast.starts_at
    assert start is not None
    test = BroadcastTest(
        metric=Metric.CLICKS, method=Method.SEQUENTIAL, hours=24, minimum=50, share=90, hold_out=10, default_label="A",
        held_out=held_out,
    )  # fmt: skip
    for half_hours in range(1, 49):
        now = start + timedelta(minutes=30 * half_hours)
        arms = [_arm(variant, now) for variant in broadcast.variants]
        db.session.add(
            BroadcastLook(broadcast_id=broadcast.id, at=now, arms=[[a.label, a.people, a.hits] for a in arms])
        )
        verdict = judge(arms, test.method, minimum=test.minimum, final=half_hours == 48)
        if verdict.outcome:
            test.outcome, test.winner, test.decided_at = verdict.outcome, verdict.pick("A"), now
            test.why = in_words(verdict, arms, test.metric, test.method, test.minimum)
            break
    broadcast.test = test


def _arm(variant: BroadcastVariant, now: datetime) -> Arm:
    mine = select(Message.bounced_at, Message.human_clicked_at).where(Message.batch_id == variant.batch_id)
    delivered = [clicked for bounced, clicked in db.session.execute(mine) if not bounced]
    return Arm(variant.label, len(delivered), sum(1 for clicked in delivered if clicked and clicked <= now))
