"""Audit, guards, links, nonces, numbers, search, files."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from portal.accounts.models import Account
from portal.catalog.models import Product
from portal.consent.models import ConsentEvent
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import audit, clock, files, links, numbering, search
from portal.kernel.actor import Actor, act_as
from portal.kernel.audit import AuditEntry
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import NotFound
from tests import world


def test_a_change_leaves_who_what_before_and_after(app):
    with act_as(Actor("Ann", user_id=7)):
        product = world.add(Product(sku="A", name="Old"))
        with unit_of_work():
            db.session.get(Product, product.id).name = "New"

    latest, first = audit.history("catalog", product.id)
    assert (latest.actor, latest.user_id, latest.action, latest.changes) == (
        "Ann",
        7,
        "changed",
        {"name": ["Old", "New"]},
    )
    assert first.action == "created"


def test_a_rolled_back_change_leaves_no_entry(app):
    with pytest.raises(RuntimeError), unit_of_work():
        db.session.add(Product(sku="A", name="A"))
        db.session.flush()
        raise RuntimeError

    assert db.session.scalars(select(AuditEntry).where(AuditEntry.noun_of == "catalog")).all() == []


@pytest.mark.parametrize("verb", ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry"])
def test_nobody_edits_the_audit(app, verb):
    world.add(Product(sku="A", name="A"))

    with pytest.raises(DBAPIError, match="append only"), unit_of_work():
        db.session.execute(text(verb))


def test_evidence_of_consent_cannot_be_changed(app):
    event = world.add(
        ConsentEvent(
            channel=Channel.EMAIL,
            address="a@b.example",
            purpose=Purpose.COMMERCIAL,
            state=ConsentState.OPTED_IN,
            source="x",
        )
    )

    with pytest.raises(DBAPIError, match="append only"), unit_of_work():
        db.session.execute(update(ConsentEvent).where(ConsentEvent.id == event.id).values(source="y"))


def issued(**kw):
    with unit_of_work():
        return links.issue("quote", 5, 1, expires_at=clock.now() + timedelta(days=1), **kw)


def test_a_link_opens_its_own_record_only(app):
    token = issued()

    assert links.resolve("quote", token).record_id == 5
    for purpose, wrong in (("invoice", token), ("quote", token[:-1] + "x"), ("quote", "")):
        with pytest.raises(NotFound):
            links.resolve(purpose, wrong)


def test_a_link_ends_by_time_and_by_revocation(app):
    token = issued()
    with clock.frozen(clock.now() + timedelta(days=2)), pytest.raises(NotFound):
        links.resolve("quote", token)
    with unit_of_work():
        links.revoke("quote", 5)

    with pytest.raises(NotFound):
        links.resolve("quote", token)


def test_only_the_hash_of_a_token_is_stored(app):
    token = issued()

    stored = db.session.execute(text("SELECT token_hash FROM link")).scalar()
    assert token not in stored


def test_numbers_run_per_series_and_year(app):
    with unit_of_work():
        taken = [numbering.take(*at) for at in (("INV", 2026), ("INV", 2026), ("INV", 2027), ("Q", 2026))]

    assert taken == ["INV-2026-00001", "INV-2026-00002", "INV-2027-00001", "Q-2026-00001"]


def test_numbers_have_no_gaps_when_a_third_of_the_work_rolls_back(live_app):
    kept, lock = [], threading.Lock()

    def work(n):
        with live_app.app_context():
            for i in range(6):
                try:
                    with unit_of_work():
                        number = numbering.take("T", 2026)
                        if (i + n) % 3 == 0:
                            raise RuntimeError
                    with lock:
                        kept.append(number)
                except RuntimeError:
                    pass
            db.session.remove()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert sorted(kept) == [f"T-2026-{n:05d}" for n in range(1, len(kept) + 1)]
    assert len(kept) == 24


def test_search_finds_words_beginnings_and_accents(app):
    world.add(Account(number="1", name="Café Müller Zürich", city="Bern"))
    world.add(Account(number="2", name="Other"))

    found = [h.title for h in search.find("zür", nouns=["accounts"])]
    assert found == ["Café Müller Zürich"]
    assert search.find("café bern", nouns=["accounts"])
    assert search.find("zürich", nouns=["leads"]) == []


def test_search_follows_changes_and_survives_any_input(app):
    account = world.add(Account(number="1", name="Before"))
    with unit_of_work():
        db.session.get(Account, account.id).name = "After"

    assert search.find("before", nouns=["accounts"]) == []
    assert search.find("after", nouns=["accounts"])
    for odd in ('"', "a' OR 1=1 --", "NEAR(", "*", "a AND", "\x00", "(((", "😀", "after:*"):
        search.find(odd, nouns=["accounts"])


def test_files_come_back_whole_and_names_are_not_paths(app):
    key = files.put(b"content")

    assert files.read(key) == b"content"
    for odd in ("../../etc/passwd", "0" * 32, "", key.upper() + "x"):
        with pytest.raises(NotFound):
            files.read(odd)
