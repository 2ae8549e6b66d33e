"""What is counted is what a plain count of messages and events gives, after whatever happened to them."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from portal.broadcasts import services
from portal.broadcasts.models import SLICE, Tally, TallyBatch, TallyDue, TallySlice
from portal.broadcasts.services import tallies
from portal.broadcasts.states import Dimension as D
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageEvent, MessageLink
from portal.messages.rules.devices import device_of
from portal.messages.services.events import settle
from portal.messages.states import EventKind, MessageState, Verdict

from .results import NINE, Mailed, anything, clicked, mailed, opened, tell

Place = tuple[int, str, str]
Found = dict[Place, dict[str, int]]
Roles = dict[tuple[int | None, int], str]
Add = Callable[[Place, str], None]


def counted(made: Mailed) -> Found:
    """As it is in the tallies."""
    db.session.rollback()
    total: dict[tuple[int, str, str], Counter[str]] = {}
    for row in db.session.scalars(select(Tally).where(Tally.batch_id.in_(made.batches.values()))):
        place = total.setdefault((row.batch_id, row.dimension.value, row.key), Counter())
        place.update({name: getattr(row, name) for name in tallies.FIGURES})
    db.session.rollback()
    return {place: {name: n for name, n in found.items() if n} for place, found in total.items()}


def _events(m: Message, roles: Roles, add: Add) -> set[tuple[Place, str]]:
    b, uniques = m.batch_id or 0, set()
    for e in db.session.scalars(select(MessageEvent).where(MessageEvent.message_id == m.id)):
        if e.kind not in (EventKind.OPENED, EventKind.CLICKED) or (e.link or 0) < 0:
            continue
        click, way_out = e.kind == EventKind.CLICKED, roles.get((m.content_id, e.link or 0)) != ""
        device, link = (b, "device", device_of(e.user_agent)), (b, "link", f"{m.content_id}:{e.link}")
        for who in ("", "human_") if e.verdict == Verdict.HUMAN else ("",):
            uniques.add((device, who + "opened"))
            if not click:
                add((b, "all", ""), who + "opens")
                add(device, who + "opens")
                continue
            uniques.add((link, who + "clicked"))
            add(link, who + "clicks")
            if not way_out:
                uniques.add((device, who + "clicked"))
                add((b, "all", ""), who + "clicks")
                add(device, who + "clicks")
    return uniques


def plainly(made: Mailed) -> Found:
    """Message by message and event by event, without any of the program's own counting."""
    total: dict[tuple[int, str, str], Counter[str]] = {}

    def add(place: tuple[int, str, str], name: str) -> None:
        total.setdefault(place, Counter())[name] += 1

    roles: Roles = {(link.content_id, link.position): link.role for link in db.session.scalars(select(MessageLink))}
    for m in db.session.scalars(select(Message).where(Message.batch_id.in_(made.batches.values()))):
        b = m.batch_id or 0
        facts: dict[str, Any] = {name: getattr(m, f"{name}_at") for name in tallies.FACTS}
        facts["sent"] = m.sent_at or m.bounced_at
        names = ["recipients", *(name for name, at in facts.items() if at)]
        if not facts["sent"] and m.state.value in ("suppressed", "failed", "uncertain", "cancelled"):
            names.append(m.state.value)
        for name in names:
            add((b, "all", ""), name)
            add((b, "domain", m.domain), name)
        for name, at in facts.items():
            if at:
                add((b, "hour", at.strftime("%Y-%m-%d %H")), name)
        uniques = _events(m, roles, add)
        for place, name in uniques:
            add(place, name)
    db.session.rollback()
    return {place: dict(found) for place, found in total.items()}


def due() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(TallyDue.id)).all())


def test_a_mailing_is_counted_by_everything(app: Flask) -> None:
    made = mailed(7, ("A", "B"))
    a = made.messages["A"]
    opened(a[:4])
    clicked(a[:2], link=0)
    clicked(a[:1], link=1, verdict=Verdict.SCANNER, hours=2)
    clicked(a[3:4], link=2)  # the way out
    assert services.count_due(10) > 0
    found, batch = counted(made), made.batches["A"]
    assert found == plainly(made)
    assert found[batch, "all", ""] == {
        "recipients": 7, "sent": 7, "opened": 4, "human_opened": 4, "clicked": 2, "human_clicked": 2,
        "opens": 4, "human_opens": 4, "clicks": 3, "human_clicks": 2,
    }  # fmt: skip
    content = db.session.get_one(Message, a[0]).content_id
    assert found[batch, "link", f"{content}:2"] == {"clicked": 1, "human_clicked": 1, "clicks": 1, "human_clicks": 1}
    assert (batch, "hour", "2026-06-01 11") not in found  # the scanner came later, but was not the first to click
    assert found[made.batches["B"], "all", ""] == {"recipients": 7, "sent": 7}
    assert due() == 0


def test_counts_are_exact_after_anything_in_any_order(app: Flask) -> None:
    rng = random.Random(7)
    made = mailed(25, ("A", "B", ""))
    ids = made.everybody
    for _ in range(12):
        tell(*(anything(ids, rng) for _ in range(rng.randrange(1, 40))))
        if rng.random() < 0.5:
            services.count_due(10)
        with unit_of_work():
            some = rng.sample(ids, 5)
            state = rng.choice(
                (MessageState.UNCERTAIN, MessageState.FAILED, MessageState.SUPPRESSED, MessageState.SENT)
            )
            sent = NINE + timedelta(hours=rng.randrange(3)) if state == MessageState.SENT else None
            db.session.execute(update(Message).where(Message.id.in_(some)).values(state=state, sent_at=sent))
        with unit_of_work():  # a rule improves, and verdicts with it
            some = rng.sample(ids, 5)
            db.session.execute(
                update(MessageEvent).where(MessageEvent.message_id.in_(some)).values(verdict=Verdict.HUMAN)
            )
            settle(some)
    with unit_of_work():
        gone = rng.sample(ids, 3)
        db.session.execute(delete(MessageEvent).where(MessageEvent.message_id.in_(gone)))
        db.session.execute(delete(Message).where(Message.id.in_(gone[:1])))
    services.count_due(20)
    assert counted(made) == plainly(made)
    assert due() == 0


def test_a_count_that_is_lost_half_way_is_made_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made = mailed(5)
    opened(made.messages["A"])
    with monkeypatch.context() as broken:
        broken.setattr(tallies, "insert_rows", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            services.count_due(10)
    assert due() > 0
    services.count_due(10)
    assert counted(made) == plainly(made)


def test_of_two_counts_at_once_the_older_one_gives_way(app: Flask) -> None:
    made = mailed(5)
    opened(made.messages["A"][:1])
    services.count_due(10)
    part = made.messages["A"][0] // SLICE
    opened(made.messages["A"][1:])
    with unit_of_work():
        number = db.session.get_one(TallySlice, part).number
        assert tallies._is_latest(part, number)
        assert not tallies._is_latest(part, number)
    assert due() > 0


def test_messages_written_without_a_trigger_are_counted_when_asked_for(app: Flask) -> None:
    made = mailed(4)
    assert due() == 0
    with unit_of_work():
        services.recount(made.batches.values())
    services.count_due(10)
    assert counted(made) == plainly(made)


def test_a_transactional_mail_is_no_work(app: Flask) -> None:
    made = mailed(2, batch_id=None)
    db.session.rollback()
    ids = list(db.session.scalars(select(Message.id).where(Message.record_id == made.id)))
    opened(ids)
    assert due() == 0


def test_small_domains_are_counted_together(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "DOMAINS", 1)
    made = mailed(14, ("A", "B"))
    with unit_of_work():  # A alone would have another one
        others = made.messages["B"][:4]
        db.session.execute(update(Message).where(Message.id.in_(others)).values(domain="example.org"))
    opened(made.everybody)
    services.count_due(10)
    found = counted(made)
    assert {key for _, dimension, key in found if dimension == D.DOMAIN} == {"example.org", ""}
    both = [figures["opened"] for (_, dimension, _), figures in found.items() if dimension == D.DOMAIN]
    assert sum(both) == 28
    assert [db.session.get_one(TallyBatch, key).domains for key in made.batches.values()] == [["example.org"]] * 2
