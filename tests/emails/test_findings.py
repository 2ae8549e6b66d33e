"""The check before sending: what forbids it, and what is pointed out."""

from typing import Any

import pytest

from portal.consent.states import Purpose
from portal.emails import queries
from portal.emails.queries import known_paths
from portal.emails.rules import gallery
from portal.emails.rules.compile import Compiled, compile_document
from portal.emails.rules.document import Document, Spot, empty, insert, make
from portal.emails.rules.findings import Finding, Subject, findings
from portal.emails.states import Level
from portal.kernel import public

from .looks import LOOK
from .makers import email, published

FOOTER = '<a href="{{ links.unsubscribe }}">No more</a> Test Cycles Inc., 1 Test Street, 98011 Bothell'
TEXT = "Hello {{ links.unsubscribe }}"


def found(
    html: str = FOOTER, *, text: str = TEXT, subject: str = "News", document: Document | None = None, **about: Any
) -> list[Finding]:
    given = {"commercial": True, "own": True, "known": known_paths()} | about
    return findings(Compiled(html, text), Subject(subject, "Look", document or empty()), LOOK, **given)


def codes(*args: Any, **kwargs: Any) -> dict[str, Level]:
    return {one.code: one.level for one in found(*args, **kwargs)}


@pytest.mark.parametrize("key", gallery.TEMPLATES)
def test_no_template_has_anything_to_mend(key: str) -> None:
    public.reached_at("https://portal.test")
    letter = gallery.TEMPLATES[key]
    mail = compile_document(letter.document, LOOK, subject=letter.subject, preheader=letter.preheader)
    about = Subject(letter.subject, letter.preheader, letter.document)
    assert findings(mail, about, LOOK, commercial=True, known=known_paths(), own=True) == []


def test_a_commercial_mail_needs_an_unsubscribe_link_and_a_postal_address() -> None:
    assert codes() == {}
    assert codes("<p>Hi</p>") == {"no_unsubscribe": Level.BLOCK, "no_address": Level.BLOCK}
    assert codes("<p>Hi</p>", commercial=False) == {}
    assert codes(text="Hello") == {"no_unsubscribe_text": Level.BLOCK}
    assert "no_address" not in codes(FOOTER.replace("1 Test Street", "1&nbsp;<b>Test</b> Street"))
    assert "no_address" not in codes('<a href="{{links.preferences}}">x</a>{{ company.address }}')


@pytest.mark.parametrize(
    ("href", "code", "level"),
    [
        ("", "empty_link", Level.BLOCK),
        ("#", "empty_link", Level.BLOCK),
        ("/offer", "relative_link", Level.BLOCK),
        ("www.example.com", "relative_link", Level.BLOCK),
        ("javascript:alert(1)", "relative_link", Level.BLOCK),
        ("ftp://example.com", "broken_link", Level.BLOCK),
        ("https://", "broken_link", Level.BLOCK),
        ("http://example.com", "insecure_link", Level.WARN),
    ],
)
def test_links_that_lead_nowhere_forbid_sending(href: str, code: str, level: Level) -> None:
    assert codes(f'{FOOTER}<a href="{href}">x</a>') == {code: level}


@pytest.mark.parametrize(
    "href", ["https://example.com/?a={{ contact.id }}", "{{ links.web_view }}", "mailto:a@b.example", "tel:+491"]
)
def test_good_links_are_passed_over(href: str) -> None:
    assert codes(f"{FOOTER}<a href='{href}'>x</a>") == {}


def test_fields_that_are_none_or_may_be_empty_are_told() -> None:
    assert codes(FOOTER + "{{ contact.firstname }}") == {"unknown_field": Level.WARN}
    assert codes(FOOTER + "{{ contact.first_name }}") == {"no_default": Level.WARN}
    assert codes(FOOTER + "{{ contact.first_name | default: 'you' }}") == {}
    assert codes(FOOTER + "{{ links.nowhere }}") == {"unknown_link": Level.BLOCK}
    assert codes(FOOTER + "{% if %}") == {"liquid": Level.BLOCK}


def test_subjects_and_pictures_and_weight() -> None:
    assert codes(subject="") == {"no_subject": Level.BLOCK}
    assert codes(subject="x" * 70) == {"long_subject": Level.WARN}
    assert codes(subject="BUY OUR NEW BICYCLE") == {"shouting": Level.WARN}
    assert codes(subject="Great news!!") == {"shouting": Level.WARN}
    assert codes(subject="Act now") == {"spam_words": Level.WARN}
    assert codes(FOOTER + '<img src="https://x.example/a.png">') == {"no_alt": Level.WARN}
    assert codes(FOOTER + '<img src="/a.png" alt="">') == {"broken_picture": Level.BLOCK}
    assert codes(FOOTER + "x" * 105_000) == {"clipped": Level.WARN}
    assert codes(text=" ") == {"no_text": Level.WARN}


def test_a_finding_names_its_block() -> None:
    document = insert(empty(), make("button", label="Go"), Spot())
    document = insert(document, make("image"), Spot())
    document = insert(document, make("section"), Spot())
    told = {one.code: one.block for one in found(document=document)}
    assert told == {"empty_link": "b1", "no_picture": "b2", "empty_columns": "b3"}
    assert [one.level for one in found(document=document)] == [Level.BLOCK, Level.BLOCK, Level.WARN]


def test_drafts_and_versions_are_checked_alike(app: Any) -> None:
    draft = published()
    version = queries.latest(draft.id)
    assert version
    assert queries.check(draft) == queries.check(version)
    bare = email(document=empty(), subject="Hi")
    assert {"no_unsubscribe", "no_address"} <= {one.code for one in queries.check(bare)}
    assert "no_unsubscribe" not in {one.code for one in queries.check(bare, Purpose.TRANSACTIONAL)}
