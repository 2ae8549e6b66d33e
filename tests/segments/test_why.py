"""Why Jane is in or out: the explanation and the membership are the same answer, for every kind of rule."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.consent.services import record
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.messages.states import Verdict
from portal.segments.models import Segment
from portal.segments.queries import explain, members
from portal.segments.queries.why import Reason
from portal.segments.rules import check
from portal.segments.services import add_members, remove_members
from tests.accounts.makers import make_account, make_contact
from tests.segments.makers import mail, make_broadcast, make_segment

FIELDS: list[dict[str, Any]] = [
    {"field": "contact.country", "op": "is", "value": "IN"},
    {"field": "contact.country", "op": "is_not", "value": "IN"},
    {"field": "contact.job_title", "op": "contains_not", "value": "buyer"},
    {"field": "contact.email", "op": "empty"},
    {"field": "account.employees", "op": "least", "value": "10"},
    {"field": "contact.created", "op": "last", "value": 30},
    {"field": "consent.email", "op": "is", "value": "opted_in"},
    {"field": "topic.email", "op": "empty"},
]
ASKED: list[dict[str, Any]] = [
    {}, {"which": "last"}, {"which": "specific"}, {"exactly": 0}, {"which": "last", "exactly": 0}, {"within_days": 7},
    {"which": "specific", "exactly": 0}, {"exactly": 0, "within_days": 7}, {"at_least": 2}, {"human": "no"},
]  # fmt: skip
EVENTS = st.builds(lambda key, asked: {"event": f"mail.{key}", **asked}, st.sampled_from(["opened", "clicked", "sent"]),
                   st.sampled_from(ASKED))  # fmt: skip
LEAF = st.one_of(st.sampled_from(FIELDS), EVENTS, st.sampled_from([{"segment": "list"}, {"segment": "rule"}]))
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.builds(lambda some: {"all": some}, st.lists(inner, max_size=3)),
        st.builds(lambda some: {"any": some}, st.lists(inner, max_size=3)),
        st.builds(lambda one: {"not": one}, inner),
    ),
    max_leaves=5,
)


@pytest.fixture
def why_world(actor: Callable[[str], Actor]) -> tuple[list[int], dict[str, int], int, int, Actor]:
    """Contacts that differ in everything the rules ask, the segments they name, a mailing, and a segment to ask about."""
    admin = actor("marketer")
    spring, shop = make_broadcast("Spring"), make_account("Shop", country="IN", employees=20)
    people = [
        make_contact("Reader", email="reader@test.example", account_id=shop.id, job_title="Buyer"),
        make_contact(
            "Sleeper", email="sleeper@test.example", country="DE", created_at=clock.now() - timedelta(days=90)
        ),
        make_contact("Machine", email="machine@test.example", country="IN"),
        make_contact("Never", country="IN", account_id=shop.id),
    ]
    for days in (2, 20):
        mail(people[0], days, spring, opened=Verdict.HUMAN, clicked=Verdict.HUMAN)
    mail(people[1], 20, spring)
    mail(people[2], 3, spring, opened=Verdict.PROXY)
    with unit_of_work():
        record(Channel.EMAIL, "reader@test.example", Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="test")
    fair, india = make_segment("Fair"), make_segment("India", {"all": [FIELDS[0]]})
    with unit_of_work():
        add_members(admin, fair.id, [people[1].id])
        add_members(admin, india.id, [people[1].id])
        remove_members(admin, india.id, [people[3].id])
    asked = make_segment("Asked", {"all": []})
    return [one.id for one in people], {"list": fair.id, "rule": india.id}, spring.id, asked.id, admin


def named(tree: Any, parts: dict[str, int], mailing: int) -> Any:
    if isinstance(tree, list):
        return [named(one, parts, mailing) for one in tree]
    if "segment" in tree:
        return {"segment": parts[tree["segment"]]}
    if tree.get("which") == "specific":
        return tree | {"id": mailing}
    return {key: named(one, parts, mailing) if isinstance(one, (dict, list)) else one for key, one in tree.items()}


def follows(node: Any, reasons: list[Reason]) -> bool:
    """What the lines say together, worked out by the meaning of all, any and not; takes the lines off one by one."""
    line = reasons.pop(0)
    if "all" in node:
        told = all([follows(one, reasons) for one in node["all"]])
    elif "any" in node:
        told = any([follows(one, reasons) for one in node["any"]])
    elif "not" in node:
        told = not follows(node["not"], reasons)
    else:
        return line.met
    assert line.met == told, line
    return told


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
@given(tree=TREE)
def test_the_explanation_is_the_membership(why_world: Any, tree: Any) -> None:
    people, parts, mailing, segment_id, admin = why_world
    with unit_of_work():
        segment = db.session.get_one(Segment, segment_id)
        segment.rule = check(named(tree, parts, mailing))
    segment = db.session.get_one(Segment, segment_id)
    inside = set(db.session.scalars(members(segment)))
    for contact_id in people:
        told = explain(admin, segment, contact_id)
        assert told.inside == (contact_id in inside)
        lines = list(told.reasons)
        assert follows(segment.rule, lines) == told.inside
        assert not lines
        for line in told.reasons:
            if line.kind == "event" and line.met:
                assert line.happenings or "not" in line.text, line
