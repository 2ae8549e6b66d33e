"""A person, a proxy or a scanner: each sign by itself, and what says more wins."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.messages.rules.tracking import HONEYPOT
from portal.messages.rules.verdicts import Visit, judge
from portal.messages.states import EventKind as K
from portal.messages.states import Verdict as V

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def visit(kind: K = K.OPENED, after: float = 3600, link: int | None = None, **more: str) -> Visit:
    given = {"network": "192.0.2.0/24", "method": "GET", "user_agent": FIREFOX} | more
    return Visit(kind, NOON + timedelta(seconds=after), link, **given)


@pytest.mark.parametrize(
    ("one", "verdict", "why"),
    [
        (visit(), V.HUMAN, "Nothing speaks for a machine"),
        (visit(user_agent="Mozilla/5.0"), V.PROXY, "Apple's mail privacy fetches every picture on arrival"),
        (visit(network="17.58.1.0/24"), V.PROXY, "Apple's network"),
        (visit(user_agent="Mozilla/5.0 (via ggpht.com GoogleImageProxy)"), V.HUMAN, "Gmail loads the pictures for somebody"),
        (visit(method="HEAD"), V.SCANNER, "Only looked ahead (HEAD)"),
        (visit(method="PREFETCH"), V.SCANNER, "Only looked ahead (PREFETCH)"),
        (visit(K.CLICKED, after=1.5, link=0), V.SCANNER, "Within 2 seconds of delivery"),
        (visit(K.CLICKED, link=HONEYPOT), V.SCANNER, "Followed a link that nobody sees"),
        (visit(user_agent="curl/8.1"), V.SCANNER, "a program"),
        (visit(user_agent=""), V.SCANNER, "Says nothing about its browser"),
        (visit(network="2001:db8:1::/48"), V.HUMAN, "Nothing speaks for a machine"),
    ],
)  # fmt: skip
def test_one_visit(one: Visit, verdict: V, why: str) -> None:
    judged = judge([one], NOON)[0]
    assert judged.verdict == verdict
    assert judged.why.startswith(why)


def test_many_links_within_seconds_are_no_reader() -> None:
    burst = [visit(K.CLICKED, 60 + n, link=n) for n in range(3)]
    assert {one.verdict for one in judge(burst, NOON)} == {V.SCANNER}
    slow = [visit(K.CLICKED, 60 + 20 * n, link=n) for n in range(3)]
    assert {one.verdict for one in judge(slow, NOON)} == {V.HUMAN}
    again = [visit(K.CLICKED, 60 + n, link=1) for n in range(4)]  # a person who clicks twice
    assert {one.verdict for one in judge(again, NOON)} == {V.HUMAN}


def test_the_hidden_link_voids_its_neighbours_only() -> None:
    visits = [visit(K.CLICKED, 100, link=0), visit(K.CLICKED, 108, link=HONEYPOT), visit(K.CLICKED, 119, link=0)]
    assert [one.verdict for one in judge(visits, NOON)] == [V.SCANNER, V.SCANNER, V.HUMAN]
