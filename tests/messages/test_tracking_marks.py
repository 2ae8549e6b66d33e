"""Links are marked where they stand, filled per recipient, and their tokens cannot be made elsewhere."""

import pytest

from portal.messages.rules import tracking
from portal.messages.rules.tracking import MARK, fill, make_token, mark_links, read_token, unmarked

PAGE = """<!doctype html><html><head><style>a[href="https://style.example"] > b {}</style></head><body>
<!-- <a href="https://comment.example">no</a> -->
<!--[if mso]><v:roundrect href="https://outlook.example"></v:roundrect><![endif]-->
<div data-block="hero"><p>One<br><a title='href="https://evil.example"' href="https://a.example/?x=1&amp;y=2">A</a>
<a href='{{ links.unsubscribe }}'>Stop</a></div>
<td data-block='foot'><a HREF=https://b.example/b>B</a> <a href="mailto:x@y.example">Mail</a> <a href="#top">Top</a>
<a href="tel:+1">Call</a> <a data-tracking="off" href="https://quiet.example">Quiet</a>
<a href="https://p.example/?c={{ contact.id | default: '<7>' }}&amp;z=1">P</a></td>
<a href="https://a.example/?x=1&amp;y=2">Again</a></body></html>"""


@pytest.fixture(autouse=True)
def _key() -> None:
    tracking.use_key("only-for-tests-only-for-tests-only-for-tests")


def test_every_link_is_found_where_it_stands() -> None:
    marked, links = mark_links(PAGE)
    assert [(link.position, link.url, link.block, link.role) for link in links] == [
        (0, "https://outlook.example", "", ""),
        (1, "https://a.example/?x=1&y=2", "hero", ""),
        (2, "{{ links.unsubscribe }}", "hero", "unsubscribe"),
        (3, "https://b.example/b", "foot", ""),
        (4, "https://p.example/?c={{ contact.id | default: '<7>' }}&z=1", "foot", ""),
        (5, "https://a.example/?x=1&y=2", "", ""),
    ]
    assert unmarked(marked) == PAGE


@pytest.mark.parametrize("html", ["", "plain", "<a href='", '<a href="https://x.example>', "<<a><", f"a{MARK}b"])
def test_odd_html_stays_what_it_was(html: str) -> None:
    assert unmarked(mark_links(html)[0]) == html.replace(MARK, "")


def test_a_recipient_gets_signed_links_of_ones_own_and_a_pixel() -> None:
    marked, _ = mark_links(PAGE)
    personal = marked.replace("{{ links.unsubscribe }}", "https://portal.test/c/9-x").replace("{{ contact.id", "7{{")
    token = make_token(12, 3)
    html = fill(personal, 12, 3, "https://portal.test")
    assert MARK not in html
    assert html.count(f"https://portal.test/e/c/{token}/1") == 1
    assert f'<img src="https://portal.test/e/o/{token}.gif" width="1" height="1"' in html
    assert html.endswith("</body></html>")
    assert f"/e/c/{token}/2?u=https%3A%2F%2Fportal.test%2Fc%2F9-x&amp;s=" in html


def test_who_does_not_want_to_be_followed_gets_the_mail_as_it_was_written() -> None:
    assert fill(mark_links(PAGE)[0], 12, 3, "https://portal.test", tracked=False) == PAGE


def test_tokens_and_addresses_are_only_good_as_they_were_made() -> None:
    token = make_token(2**40, 2**31)
    assert len(token) == 24
    assert read_token(token) == (2**40, 2**31)
    swapped = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert [read_token(bad) for bad in (swapped, token[:-1], "é" * 24, "", "!" * 24)] == [None] * 5
    assert not tracking.is_genuine(token, 2, "https://elsewhere.example", "AAAAAAAAAAAAAAAA")
