"""Sending hours by the recipient's clock, and where the recipient is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consent.queries import Waiting, timing
from portal.consent.rules import Place, hours_at, next_slot, place_by, windows_for, windows_in
from portal.consent.rules.hours import SMS_HOURS
from portal.consent.rules.places import US_STATES
from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.errors import Refused
from tests import world
from tests.accounts.makers import make_account

from .makers import person

US_SMS = windows_in(SMS_HOURS)
STATES = st.sampled_from(sorted(US_STATES))
TIMES = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("state", "local", "opened"),
    [
        ("CA", "2026-06-03 07:59", False), ("CA", "2026-06-03 08:00", True), ("CA", "2026-06-03 20:59", True),
        ("CA", "2026-06-03 21:00", False), ("FL", "2026-06-03 20:30", False), ("OK", "2026-06-03 20:30", False),
        ("MD", "2026-06-03 20:30", False), ("CT", "2026-06-03 08:30", False), ("CT", "2026-06-03 20:30", False),
        ("TX", "2026-06-06 08:30", False), ("TX", "2026-06-07 11:30", False), ("TX", "2026-06-07 12:30", True),
        ("RI", "2026-06-03 18:30", False), ("RI", "2026-06-06 16:30", True), ("RI", "2026-06-07 12:00", False),
    ],
)  # fmt: skip
def test_text_messages_keep_the_hours_of_the_state(state: str, local: str, opened: bool) -> None:
    place = place_by("", "US", state, "UTC")
    assert hours_at(place, US_SMS, at(local, place.zone)).open == opened


@settings(deadline=None, max_examples=200)
@given(STATES, TIMES)
def test_whatever_is_shut_opens_and_whatever_is_open_shuts(state: str, now: datetime) -> None:
    place = place_by("", "US", state, "UTC")
    found = hours_at(place, US_SMS, now)
    assert found.until
    assert now < found.until <= now + timedelta(days=3)
    assert hours_at(place, US_SMS, found.until).open != found.open
    assert hours_at(place, US_SMS, found.until - timedelta(seconds=1)).open == found.open


def test_the_smallest_place_counts() -> None:
    windows = windows_in("* Mon-Sun 6:00-22:00\nDE Mon-Fri 9:00-18:00\nUS-TX Sun 12:00-21:00")
    found = [windows_for(Place("UTC", country, region, ""), windows) for country, region in
             (("FR", ""), ("DE", "BY"), ("US", "TX"), ("US", "CA"))]  # fmt: skip
    assert [windows[0].place for windows in found] == ["*", "DE", "US-TX", "*"]
    assert hours_at(Place("UTC", "FR", "", ""), [], clock.now()) == (True, None)


@pytest.mark.parametrize(
    "text",
    ["nonsense", "US Mon-Sun", "XX Mon-Sun 8:00-9:00", "US-ZZ Mon 8:00-9:00", "US Sun-Mon 8:00-9:00",
     "US Mon 9:00-8:00", "US Mon 8:00-25:00", "US Mon 8:75-9:00", "* Mon 8:00-9:99"],
)  # fmt: skip
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        windows_in(text)


@pytest.mark.parametrize(
    ("given_", "zone"),
    [
        (("Asia/Kathmandu", "US", "TX"), "Asia/Kathmandu"), (("", "US", "tx"), "America/Chicago"),
        (("", "US", "US-HI"), "Pacific/Honolulu"), (("", "US", "Elsewhere"), "America/New_York"),
        (("", "AU", "WA"), "Australia/Perth"), (("", "CA", "BC"), "America/Vancouver"), (("", "DE", "Bayern"), "Europe/Berlin"),
        (("", "BR", ""), "America/Sao_Paulo"), (("", "", ""), "Europe/Vienna"), (("Mars/Base", "", ""), "Europe/Vienna"),
    ],
)  # fmt: skip
def test_where_somebody_is(given_: tuple[str, str, str], zone: str) -> None:
    assert place_by(*given_, "Europe/Vienna").zone == zone


def test_a_slice_costs_a_few_statements_and_knows_each_ones_clock(app: Flask, count_queries: list[str]) -> None:
    people = []
    for state in ("CA", "FL", "NY"):
        account = world.add(make_account(state, country="US", region=state))
        people.append(person(account_id=account.id, last_name=state).id)
    rows = [Waiting(i, Channel.SMS, f"+1206555010{i}", Purpose.COMMERCIAL, key, None) for i, key in enumerate(people)]
    with clock.frozen(at("2026-06-03 20:30", "America/New_York").astimezone(UTC)):
        count_queries.clear()
        found = timing([*rows, Waiting(9, Channel.SMS, "+12065550109", Purpose.TRANSACTIONAL, people[1], None)])
    assert len([one for one in count_queries if one.startswith("SELECT")]) == 3, "policy, places, company"
    assert found.goes == {0, 2, 9}, "Florida sleeps; an answer about an order wakes nobody who did not ask"
    assert found.waits[1].until == at("2026-06-04 08:00", "America/New_York")
    assert found.closes[2] == at("2026-06-03 21:00", "America/New_York")


DAY = timedelta(days=1)
NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)


@settings(deadline=None)
@given(st.lists(st.integers(0, 30 * 24 * 60), max_size=20), *[st.one_of(st.none(), st.integers(1, 6))] * 3)
def test_the_next_slot_is_the_first_moment_in_which_every_cap_has_room(
    ago: list[int], day: int | None, week: int | None, month: int | None
) -> None:
    sent = [NOW - timedelta(minutes=minutes) for minutes in ago]
    limits = {"per_day": day, "per_week": week, "per_month": month}

    def room(when: datetime) -> bool:
        spans = ((day, DAY), (week, 7 * DAY), (month, 30 * DAY))
        return all(limit is None or sum(one > when - span for one in sent) < limit for limit, span in spans)

    slot = next_slot(sent, limits, NOW)
    assert room(slot or NOW)
    if slot:
        assert not room(slot - timedelta(microseconds=1))
