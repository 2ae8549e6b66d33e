"""Members come and go by rule and by hand; what is kept up step by step is what a full count would find."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from portal.accounts.models import Account, Contact
from portal.consent.services import record
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from portal.kernel.outbox import OutboxEntry, subscribe
from portal.messages.models import Message
from portal.messages.states import EventKind, Verdict
from portal.segments import services
from portal.segments.events import ContactEnteredSegment, ContactLeftSegment
from portal.segments.models import Segment, SegmentMember
from portal.segments.queries import members, touched, uses_of, wholes
from portal.segments.states import SegmentKind
from tests.accounts.makers import make_account, make_contact
from tests.segments.makers import mail, make_broadcast, make_segment, note

INDIA = {"field": "contact.country", "op": "is", "value": "IN"}
People = Callable[[str], Actor]


def inside(segment: Segment) -> set[str]:
    stays = SegmentMember.segment_id == segment.id, SegmentMember.left_at.is_(None)
    return set(db.session.scalars(select(Contact.last_name).join(SegmentMember).where(*stays)))


def make(actor: People, name: str, rule: dict[str, Any] | None = None) -> Segment:
    kind = SegmentKind.STATIC if rule is None else SegmentKind.DYNAMIC
    with unit_of_work():
        return services.create_segment(actor("marketer"), name=name, kind=kind, rule=rule)


def change(contact: Contact, **values: Any) -> None:
    with unit_of_work():
        for name, value in values.items():
            setattr(db.session.get_one(Contact, contact.id), name, value)


def test_a_new_segment_is_worked_out_and_follows_its_contacts(actor: People, run_jobs: Callable[[], int]) -> None:
    account = make_account("Pune", country="IN")
    inherits, moves = make_contact("Inherits", account_id=account.id), make_contact("Moves", country="DE")
    segment = make(actor, "India", INDIA)
    assert segment.pending
    run_jobs()
    assert inside(segment) == {"Inherits"}
    assert (segment.size, segment.pending) == (1, False)
    change(moves, country="IN")
    assert touched()
    run_jobs()
    assert inside(segment) == {"Inherits", "Moves"}
    with unit_of_work():
        db.session.get_one(Account, account.id).country = "FR"
    run_jobs()
    assert inside(segment) == {"Moves"}
    assert segment.size == 1
    assert db.session.scalar(select(SegmentMember.left_at).where(SegmentMember.contact_id == inherits.id)) is not None
    assert not touched()


def test_entering_and_leaving_are_told_in_slices(actor: People, run_jobs: Callable[[], int], monkeypatch: Any) -> None:
    for event in (ContactEnteredSegment, ContactLeftSegment):
        monkeypatch.setattr("portal.segments.services.upkeep.TOLD", 2)
        subscribe(event, "jobs.segments.refresh_segment", "pdf")  # nobody works this queue off here
    first = make_contact("First", country="IN")
    segment = make(actor, "India", INDIA)
    with unit_of_work():
        services.refresh(segment.id)
    assert told() == []  # who is in it from the start has not entered it
    more = [make_contact(f"More {n}") for n in range(3)]
    for contact in more:
        change(contact, country="IN")
    change(first, country="DE")
    with unit_of_work():
        services.follow()
    ids = [contact.id for contact in more]
    assert told() == [
        ("ContactEnteredSegment", ids[:2]), ("ContactEnteredSegment", ids[2:]), ("ContactLeftSegment", [first.id]),
    ]  # fmt: skip
    with unit_of_work():
        assert services.follow() == 0
        services.refresh(segment.id)
    assert len(told()) == 3


def told() -> list[tuple[str, list[int]]]:
    rows = db.session.scalars(select(OutboxEntry).where(OutboxEntry.queue == "pdf").order_by(OutboxEntry.id))
    return [(row.topic, row.payload["contact_ids"]) for row in rows]


@pytest.fixture(autouse=True)
def _no_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import defaultdict

    from portal.kernel import outbox

    kept = defaultdict(list, {key: list(value) for key, value in outbox._subscribers.items()})
    monkeypatch.setattr(outbox, "_subscribers", kept)


def test_many_segments_cost_no_more_questions(actor: People, count_queries: list[str]) -> None:
    contact = make_contact("Moves")
    with unit_of_work():
        services.follow()
    asked = []
    for name in ("One", "Two", "Three"):
        segment = make(actor, name, INDIA)
        with unit_of_work():
            services.refresh(segment.id)
        change(contact, job_title=name)
        count_queries.clear()
        with unit_of_work():
            services.follow()
        asked.append(len([one for one in count_queries if "SAVEPOINT" not in one]))
    assert asked == [7, 7, 7]


def test_by_hand_beats_the_rule_and_stays(actor: People, run_jobs: Callable[[], int]) -> None:
    indian, german = make_contact("Indian", country="IN"), make_contact("German", country="DE")
    segment = make(actor, "India", INDIA)
    run_jobs()
    marketer = actor("marketer")
    with unit_of_work():
        assert services.add_members(marketer, segment.id, [german.id]) == 1
        assert services.remove_members(marketer, segment.id, [indian.id]) == 1
    for _ in range(2):
        assert inside(segment) == {"German"}
        assert segment.size == 1
        assert set(db.session.scalars(members(segment))) == {german.id}
        with unit_of_work():
            services.touch([indian.id, german.id])
            services.refresh(segment.id)
        run_jobs()
    assert db.session.scalars(select(SegmentMember.source).where(SegmentMember.left_at.is_(None))).all() == ["manual"]
    with unit_of_work():
        services.let_rule_decide(marketer, segment.id, indian.id)
        services.let_rule_decide(marketer, segment.id, german.id)
    run_jobs()
    assert inside(segment) == {"Indian"}


def test_lists_take_whoever_is_put_in(actor: People) -> None:
    one, two = make_contact("One", email="one@test.example"), make_contact("Two", email="two@test.example")
    fair = make(actor, "Fair")
    with unit_of_work():
        assert services.add_members(actor("marketer"), fair.id, [one.id]) == 1
        assert services.add_members(actor("marketer"), fair.id, [one.id]) == 0
        rows = [{"list": "Fair", "email": mail} for mail in ("ONE@test.example", "two@test.example", "no@test.example")]
        outcome = services.import_members(actor("marketer"), [*rows, {"list": "Nix", "email": "one@test.example"}])
    assert (outcome.added, [refusal.row for refusal in outcome.refused]) == (1, [3, 4])
    assert inside(fair) == {"One", "Two"}
    with unit_of_work():
        services.remove_members(actor("marketer"), fair.id, [one.id])
    assert inside(fair) == {"Two"}
    assert fair.size == 1
    assert set(db.session.scalars(members(fair))) == {two.id}


def test_a_snapshot_stays_as_it_was_taken(actor: People, run_jobs: Callable[[], int]) -> None:
    contact = make_contact("Moves", country="IN")
    segment = make(actor, "India", INDIA)
    with unit_of_work():
        taken = services.take_snapshot(actor("marketer"), segment.id, name="India in June")
    change(contact, country="DE")
    run_jobs()
    assert inside(taken) == {"Moves"}
    assert (taken.size, taken.rule) == (1, segment.rule)
    with pytest.raises(Refused), unit_of_work():
        services.add_members(actor("marketer"), taken.id, [contact.id])


def test_no_circle_closes(actor: People) -> None:
    first = make(actor, "First", INDIA)
    second = make(actor, "Second", {"all": [{"segment": first.id}]})
    third = make(actor, "Third", {"not": {"segment": second.id}})
    with pytest.raises(Refused, match="First → Third → Second → First"), unit_of_work():
        services.update_segment(
            actor("marketer"), first.id, version=None, name="First", note="", rule={"segment": third.id}
        )
    assert db.session.get_one(Segment, first.id).rule == INDIA


def test_what_is_used_cannot_be_deleted(actor: People, person: Any) -> None:
    used, free = make(actor, "Used", INDIA), make(actor, "Free", INDIA)
    make(actor, "Whole", {"all": [{"segment": used.id}]})
    broadcast = make_broadcast("Spring news")
    with unit_of_work():
        broadcast.segment_id = used.id
    assert {use.name for use in uses_of([used.id])[used.id]} == {"Whole", "Spring news"}
    with pytest.raises(Refused, match="Whole"), unit_of_work():
        services.delete_segment(actor("marketer"), used.id)
    with unit_of_work():
        services.delete_segment(actor("marketer"), free.id)
    assert db.session.get(Segment, free.id) is None


def test_who_may(actor: People) -> None:
    segment = make(actor, "India", INDIA)
    contact = make_contact("One")
    with pytest.raises(Forbidden), unit_of_work():
        services.create_segment(actor("rep"), name="Mine", rule=INDIA)
    with pytest.raises(Forbidden), unit_of_work():
        services.add_members(actor("leader"), segment.id, [contact.id])
    with pytest.raises(NotFound), unit_of_work():
        services.add_members(actor("marketer"), segment.id, [contact.id + 1000])
    with pytest.raises(NotFound), unit_of_work():
        services.delete_segment(actor("finance"), segment.id)
    with pytest.raises(Stale), unit_of_work():
        services.update_segment(actor("marketer"), segment.id, version=99, name="X", note="", rule=INDIA)


def test_time_alone_brings_people_in_and_out(actor: People, run_jobs: Callable[[], int]) -> None:
    make_contact("New")
    fresh = make(actor, "Fresh", {"field": "contact.created", "op": "last", "value": 3})
    through = make(actor, "Not fresh", {"not": {"segment": fresh.id}})
    still = make(actor, "India", INDIA)
    run_jobs()
    assert inside(fresh) == {"New"}
    with clock.frozen(clock.now() + timedelta(days=4)):
        with unit_of_work():
            services.sweep(everything=False)
        assert pending_segments() == {fresh.id, through.id}
        run_jobs()
        assert inside(fresh) == set()
        assert inside(through) == {"New"}
        with unit_of_work():
            services.sweep(everything=True)
        assert pending_segments() == {fresh.id, through.id, still.id}


def pending_segments() -> set[int]:
    due = select(OutboxEntry.payload).where(OutboxEntry.topic == "SegmentChanged", OutboxEntry.state == "due")
    return {payload["segment_id"] for payload in db.session.scalars(due)}


RULES: list[dict[str, Any]] = [
    INDIA,
    {"not": INDIA},
    {"field": "account.industry", "op": "is_not", "value": "Retail"},
    {"event": "mail.opened", "which": "last"},
    {"event": "mail.opened", "which": "last", "exactly": 0},
    {"event": "mail.opened", "within_days": 30, "at_least": 2},
    {"any": [{"field": "consent.email", "op": "is", "value": "opted_in"}, {"event": "deal.won"}]},
    {"all": [INDIA, {"not": {"event": "mail.clicked"}}, {"field": "contact.email", "op": "known"}]},
]
ACTS = (
    "country",
    "account",
    "industry",
    "mail",
    "open",
    "machine",
    "consent",
    "bounce",
    "add",
    "remove",
    "forget",
    "rule",
)
STEP = st.tuples(st.sampled_from(ACTS), st.integers(0, 4), st.integers(0, 7))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
@given(steps=st.lists(STEP, min_size=1, max_size=12))
def test_step_by_step_is_what_a_full_count_finds(actor: People, steps: list[tuple[str, int, int]]) -> None:
    shops = [make_account(f"Shop {n} {id(steps)}", country=("IN", "DE")[n], industry="Retail") for n in range(2)]
    people = [
        make_contact(f"P{n}", account_id=shops[n % 2].id, email=f"p{n}-{id(steps)}@test.example") for n in range(5)
    ]
    marketer, kept = actor("marketer"), [make_segment(f"S{n} {id(steps)}", rule) for n, rule in enumerate(RULES)]
    with unit_of_work():
        whole = {"all": [{"segment": kept[0].id}, {"not": {"segment": kept[3].id}}]}
        kept.append(services.create_segment(marketer, name=f"Whole {id(steps)}", rule=whole))
    with unit_of_work():
        for segment in kept:
            services.refresh(segment.id)
    for kind, who, what in steps:
        act(kind, people[who], what, kept, marketer)
        with unit_of_work():
            while services.follow():
                pass
        for segment in kept:
            written = set(db.session.scalars(
                select(SegmentMember.contact_id)
                .where(SegmentMember.segment_id == segment.id, SegmentMember.left_at.is_(None))
            ))  # fmt: skip
            assert written == set(db.session.scalars(members(segment))), (segment.rule, kind)
            assert db.session.scalar(select(Segment.size).where(Segment.id == segment.id)) == len(written)
    with unit_of_work():
        for segment in reversed(kept):
            services.delete_segment(marketer, segment.id)


def act(kind: str, contact: Contact, what: int, kept: list[Segment], marketer: Actor) -> None:
    """One random change, made as the portal makes it."""
    if kind == "country":
        change(contact, country=("IN", "DE", "")[what % 3])
    elif kind == "account":
        change(contact, account_id=None if what % 2 else contact.account_id)
    elif kind == "mail":
        mail(contact, what)
        with unit_of_work():
            services.touch([contact.id])
    elif kind in ("open", "machine", "bounce"):
        answered(kind, contact)
    with unit_of_work():
        if kind == "industry" and contact.account_id:
            db.session.get_one(Account, contact.account_id).industry = ("Retail", "Sports")[what % 2]
        elif kind == "consent":
            said = (ConsentState.OPTED_IN, ConsentState.OPTED_OUT)[what % 2]
            record(Channel.EMAIL, contact.email or "", Purpose.COMMERCIAL, said, source="test")
        elif kind == "add":
            services.add_members(marketer, kept[what].id, [contact.id])
        elif kind == "remove":
            services.remove_members(marketer, kept[what].id, [contact.id])
        elif kind == "forget":
            services.let_rule_decide(marketer, kept[what].id, contact.id)
        elif kind == "rule":
            changed = db.session.get_one(Segment, kept[what].id)
            services.update_segment(
                marketer, changed.id, version=None, name=changed.name, note="", rule=RULES[(what + 1) % len(RULES)]
            )
            for key in wholes({changed.id}):
                services.refresh(key)


def answered(kind: str, contact: Contact) -> None:
    """Somebody or something opens the latest mail, or it bounces."""
    latest = db.session.scalar(select(Message).where(Message.contact_id == contact.id).order_by(Message.id.desc()))
    if latest is None:
        return
    if kind == "bounce":
        with unit_of_work():
            db.session.execute(update(Message).where(Message.id == latest.id).values(bounced_at=clock.now()))
    else:
        note(latest, EventKind.OPENED, clock.now(), Verdict.HUMAN if kind == "open" else Verdict.PROXY)
    with unit_of_work():
        services.touch([contact.id])
