"""Mailings that went out, and what came back of them."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.broadcasts.models import Broadcast, BroadcastVariant
from portal.broadcasts.states import BroadcastState
from portal.consent.rules import address_hash
from portal.consent.states import Channel, Purpose
from portal.kernel.db import db, unit_of_work
from portal.kernel.upsert import insert_rows
from portal.messages.models import Message, MessageBatch, MessageContent, MessageLink
from portal.messages.services import News, record_events
from portal.messages.states import BatchState, EventKind, MessageState, Verdict

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
DOMAINS = ("example.com", "example.org", "mail.example", "post.example")
AGENTS = ("Mozilla/5.0 (iPhone) Mobile", "Mozilla/5.0 (Windows NT 10.0)", "Mozilla/5.0", "")
HTML = (
    '<!doctype html><html><head><title>News</title></head><body><div data-block="top"><a href="\x1f0 https://shop.example/\x1f">Shop</a></div>'
    '<div data-block="offer"><p>Now</p><a href="\x1f1 https://shop.example/\x1f"><img src="data:," alt="Offer"></a></div>'
    '<div data-block="foot"><a href="\x1f2! {{ links.unsubscribe }}\x1f">Unsubscribe</a></div>\x1fp \x1f</body></html>'
)
LINKS = (
    ("https://shop.example/", "top", ""),
    ("https://shop.example/", "offer", ""),
    ("{{ links.unsubscribe }}", "foot", "unsubscribe"),
)


@dataclass
class Mailed:
    """`messages`: ids by the label of their variant; "" is the rest."""

    id: int
    batches: dict[str, int]
    messages: dict[str, list[int]]

    @property
    def everybody(self) -> list[int]:
        return [key for ids in self.messages.values() for key in ids]


def mailed(people: int = 6, labels: Sequence[str] = ("A",), owner_id: int | None = None, **values: Any) -> Mailed:
    """So many messages per variant, sent at nine o'clock unless `values` of the message say otherwise."""
    with unit_of_work():
        broadcast = Broadcast(name="June news", state=BroadcastState.SENDING, starts_at=NINE, owner_id=owner_id)
        db.session.add(broadcast)
        db.session.flush()
        made = Mailed(broadcast.id, {}, {})
        for label in labels:
            content = MessageContent(subject=f"News {label}", text="News", html=HTML)
            db.session.add(content)
            db.session.flush()
            batch = MessageBatch(
                channel=Channel.EMAIL,
                noun_of="broadcasts",
                record_id=broadcast.id,
                content_id=content.id,
                state=BatchState.RUNNING,
            )
            db.session.add(batch)
            for place, (url, block, role) in enumerate(LINKS):
                db.session.add(MessageLink(content_id=content.id, position=place, url=url, block=block, role=role))
            db.session.flush()
            made.batches[label] = batch.id
            if label:
                db.session.add(BroadcastVariant(broadcast_id=broadcast.id, label=label, batch_id=batch.id))
            insert_rows(Message, [_row(made.id, batch.id, content.id, number, values) for number in range(people)])
    for label, batch_id in made.batches.items():
        made.messages[label] = [
            key for (key,) in db.session.query(Message.id).filter_by(batch_id=batch_id).order_by(Message.id)
        ]
    db.session.rollback()
    return made


def _row(broadcast: int, batch: int, content: int, number: int, values: dict[str, Any]) -> dict[str, Any]:
    domain = DOMAINS[number % 7 % len(DOMAINS)]
    address = f"p{batch}-{number}@{domain}"
    return {
        "reason": f"test:{batch}:{number}:{secrets.token_hex(3)}", "channel": Channel.EMAIL, "purpose": Purpose.COMMERCIAL,
        "priority": 9, "address": address, "address_hash": address_hash(Channel.EMAIL, address), "domain": domain,
        "recipient": f"Person {number}", "content_id": content, "message_id": f"<{batch}.{number}@test.example>",
        "state": MessageState.SENT, "state_reason": "", "due_at": NINE, "attempt": 1, "resent": False, "sent_at": NINE,
        "created_at": NINE, "noun_of": "broadcasts", "record_id": broadcast, "batch_id": batch,
    } | values  # fmt: skip


def tell(*news: News) -> int:
    with unit_of_work():
        return record_events(news)


def clicked(ids: Sequence[int], link: int = 0, verdict: Verdict = Verdict.HUMAN, hours: int = 1) -> None:
    at = NINE + timedelta(hours=hours)
    tell(*(News(key, EventKind.CLICKED, at, link=link, verdict=verdict, user_agent=AGENTS[1]) for key in ids))


def opened(ids: Sequence[int], verdict: Verdict = Verdict.HUMAN, hours: int = 1) -> None:
    at = NINE + timedelta(hours=hours)
    tell(*(News(key, EventKind.OPENED, at, verdict=verdict, user_agent=AGENTS[0]) for key in ids))


def anything(ids: Sequence[int], rng: random.Random) -> News:
    """Something that may come back, about any of the messages, sometimes twice under one name."""
    kind = rng.choice(list(EventKind))
    seen = kind in (EventKind.OPENED, EventKind.CLICKED)
    return News(
        rng.choice(ids),
        kind,
        NINE + timedelta(minutes=rng.randrange(60 * 30)),
        link=rng.choice((-1, 0, 1, 2)) if kind == EventKind.CLICKED else None,
        verdict=rng.choice((*Verdict, None)) if seen else None,
        user_agent=rng.choice(AGENTS) if seen else "",
        external_id=f"x{rng.randrange(300)}",
    )
