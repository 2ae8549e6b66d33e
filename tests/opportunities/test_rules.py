"""Gates and health, over plain facts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.opportunities.rules import Facts, gate, grade, health, is_back, missing
from portal.opportunities.states import Stage

TODAY = date(2026, 6, 1)
NOTHING = Facts(
    contact=False, need=False, worth=False, close_on=None, today=TODAY, decision_maker=False, quote_sent=False,
    quote_accepted=False,
)  # fmt: skip
ALL = Facts(
    contact=True, need=True, worth=True, close_on=TODAY, today=TODAY, decision_maker=True, quote_sent=True,
    quote_accepted=True,
)  # fmt: skip
WELL = {
    "close_on": TODAY + timedelta(days=30),
    "next_step": "Call",
    "next_step_on": TODAY,
    "last_activity": TODAY,
    "contacts": 2,
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("stage", "fact"),
    [
        (Stage.QUALIFY, {"contact": False}),
        (Stage.QUALIFY, {"need": False}),
        (Stage.DEVELOP, {"worth": False}),
        (Stage.DEVELOP, {"decision_maker": False}),
        (Stage.DEVELOP, {"close_on": TODAY - timedelta(days=1)}),
        (Stage.DEVELOP, {"close_on": None}),
        (Stage.PROPOSE, {"quote_sent": False}),
        (Stage.CLOSE, {"quote_accepted": False}),
    ],
)
def test_each_fact_holds_its_gate(stage, fact):
    assert all(step.done for step in gate(stage, ALL))
    assert [step.done for step in gate(stage, replace(ALL, **fact))].count(False) == 1


def test_a_jump_must_meet_every_gate_it_passes():
    assert [stage for stage, _ in missing(Stage.QUALIFY, Stage.CLOSE, NOTHING)] == [
        *[Stage.QUALIFY] * 2, *[Stage.DEVELOP] * 3, Stage.PROPOSE,
    ]  # fmt: skip
    assert missing(Stage.QUALIFY, Stage.CLOSE, ALL) == []
    assert missing(Stage.PROPOSE, Stage.DEVELOP, NOTHING) == []
    assert is_back(Stage.PROPOSE, Stage.DEVELOP)
    assert not is_back(Stage.DEVELOP, Stage.DEVELOP)


@pytest.mark.parametrize(
    ("change", "text", "bad"),
    [
        ({"close_on": TODAY - timedelta(days=3)}, "Close date passed 3 days ago", True),
        ({"next_step_on": TODAY - timedelta(days=1)}, "Next step 1 day overdue", True),
        ({"next_step": "", "next_step_on": None}, "No next step", False),
        ({"last_activity": TODAY - timedelta(days=21)}, "Silent for 21 days", False),
        ({"last_activity": None}, "Nothing happened yet", False),
        ({"contacts": 1}, "Only one contact known", False),
        ({"contacts": 0}, "No contact known", False),
    ],
)
def test_health_names_what_is_wrong(change, text, bad):
    flags = health(**WELL | change)
    assert [(flag.text, flag.bad) for flag in flags] == [(text, bad)]
    assert grade(flags)[1] == ("bad" if bad else "good")


def test_a_well_deal_has_no_flags_and_many_small_ones_are_a_risk():
    assert health(**WELL) == []
    two = health(**WELL | {"next_step": "", "next_step_on": None, "contacts": 1})
    three = health(**WELL | {"next_step": "", "next_step_on": None, "contacts": 1, "last_activity": None})
    assert grade(two) == ("Watch", "warn")
    assert grade(three) == ("At risk", "bad")
