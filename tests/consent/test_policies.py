"""Topics, policies and suppression lists from files, through the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.consent.models import ChannelPolicy, Suppression, SuppressionEvent, Topic
from portal.consent.queries import may_send, policy_of
from portal.consent.services import import_block_rows, suppress
from portal.consent.states import Channel, Enforcement, OverCap, Purpose, SuppressionReason
from portal.kernel.audit import AuditEntry
from portal.kernel.db import db, unit_of_work
from tests.conftest import Client
from tests.messages.makers import agree

from .makers import person, topic

ClientOf = Callable[[str], Client]
POLICY = {
    "commercial": "restrictive", "transactional": "non_restrictive", "tracking": "restrictive", "per_week": "3",
    "over_cap": "wait", "hours": "* Mon-Fri 8:00-18:00",
}  # fmt: skip


def test_a_policy_is_set_and_leaves_its_trace(client_of: ClientOf) -> None:
    marketer = client_of("marketer")
    assert marketer.post("/consent/policies/email", data=POLICY).status_code == 303
    kept = db.session.scalars(select(ChannelPolicy)).one()
    assert (kept.tracking, kept.per_week, kept.per_day, kept.over_cap) == (
        Enforcement.RESTRICTIVE,
        3,
        None,
        OverCap.WAIT,
    )
    assert "3 in 7 days; one more waits" in marketer.get("/consent/policies").text
    assert db.session.scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.noun_of == "channel_policies")
    )
    stale = marketer.post("/consent/policies/email", data=POLICY | {"version": 9, "per_week": "4"})
    assert stale.status_code == 409


@pytest.mark.parametrize(
    ("channel", "bad"),
    [
        ("email", {"commercial": "disabled"}), ("sms", {"commercial": "non_restrictive"}), ("email", {"per_day": "0"}),
        ("email", {"hours": "whenever"}), ("email", {"over_cap": "x"}), ("sms", {"hours": "US-XX Mon 8:00-9:00"}),
    ],
)  # fmt: skip
def test_what_no_policy_may_say(client_of: ClientOf, channel: str, bad: dict[str, str]) -> None:
    assert client_of("marketer").post(f"/consent/policies/{channel}", data=POLICY | bad).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(ChannelPolicy)) == 0


def test_text_messages_keep_lawful_hours_until_somebody_chooses_others(app: Flask) -> None:
    assert "US-TX Sun 12:00-21:00" in policy_of(Channel.SMS).hours
    assert policy_of(Channel.EMAIL).hours == ""


def test_topics_are_made_changed_and_archived(client_of: ClientOf) -> None:
    marketer = client_of("marketer")
    marketer.post("/consent/topics/new", data={"name": "Events", "public": "y", "order": ""})
    made = db.session.scalars(select(Topic)).one()
    assert (made.name, made.public, made.order) == ("Events", True, 0)
    again = marketer.post("/consent/topics/new", data={"name": "Events"})
    assert (again.status_code, "Another topic has this name" in again.text) == (422, True)
    data = {"name": "Fairs", "version": made.version, "archived": "y", "order": "3"}
    assert marketer.post(f"/consent/topics/{made.id}", data=data).status_code == 303
    assert "archived" in marketer.get("/consent/topics").text
    assert client_of("rep").post("/consent/topics/new", data={"name": "X"}).status_code == 403


@pytest.mark.parametrize("asked", ["contact", "address"])
def test_can_we_send(client_of: ClientOf, asked: str) -> None:
    agree("ann@example.com")
    number, ann = topic("Events"), person(email="ann@example.com", timezone="Asia/Kathmandu")
    who: dict[str, Any] = {"contact": ann.id} if asked == "contact" else {"q": " Ann@Example.com "}
    rep = client_of("rep") if asked == "address" else client_of("marketer")
    page = rep.get("/consent/check", query_string=who | {"topic": number}).text
    assert "Yes, we can send to ann@example.com" in page
    assert "Asia/Kathmandu" in page
    assert page.count("Open</span>") == 8
    page = rep.get("/consent/check", query_string=who | {"channel": "sms", "q": "+1 206 555 0100"}).text
    assert "commercial messages need a yes" in page
    assert rep.get("/consent/check", query_string={"q": "nonsense"}).status_code == 422


def test_a_suppression_list_comes_from_a_file(app: Flask, actor: Any) -> None:
    rows = [
        {"address": "Ann@Example.com", "reason": "Unsubscribed"}, {"address": "+1 206 555 0100", "note": "asked"},
        {"address": "ann@example.com"}, {"address": "nonsense"}, {"address": "hard@example.com", "reason": "bounced"},
    ]  # fmt: skip
    with unit_of_work():
        suppress(Channel.EMAIL, "hard@example.com", SuppressionReason.COMPLAINT)
    agree("ann@example.com")
    for added in (2, 0):
        with unit_of_work():
            found = import_block_rows(actor("marketer"), rows)
        assert (found.added, [refusal.row for refusal in found.refused]) == (added, [4])
    reasons = {s.address: s.reason for s in db.session.scalars(select(Suppression))}
    assert reasons == {
        "ann@example.com": SuppressionReason.UNSUBSCRIBED,
        "+12065550100": SuppressionReason.MANUAL,
        "hard@example.com": SuppressionReason.HARD_BOUNCE,
    }
    assert db.session.scalar(select(func.count()).select_from(SuppressionEvent)) == 4
    assert not may_send(Channel.EMAIL, "ann@example.com", Purpose.COMMERCIAL).allowed
