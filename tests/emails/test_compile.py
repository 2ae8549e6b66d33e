"""From blocks to HTML and text: the same in, the same out, byte for byte. UPDATE_GOLDEN=1 writes the files anew."""

import os
import re
from pathlib import Path

import html5lib
import pytest

from portal.emails.rules.blocks import KINDS
from portal.emails.rules.compile import compile_document
from portal.emails.rules.document import Spot, empty, insert, make, walk
from portal.kernel import liquid, public

from .looks import BLOCKS, LOOK, all_kinds, one

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(autouse=True)
def _reached() -> None:
    public.reached_at("http://portal.test")


def golden(name: str, made: str) -> str:
    """What the file has; UPDATE_GOLDEN writes `made` there first."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(made)
    return path.read_text()


def lines(html: str) -> str:
    """One tag per line: a difference is seen at once."""
    return re.sub(r">(?=<)", ">\n", html)


def test_every_kind_has_a_sample() -> None:
    assert BLOCKS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_is_compiled_as_ever(kind: str) -> None:
    mail = compile_document(one(kind), LOOK)
    body = lines(mail.html[mail.html.index("<body") :])
    assert body == golden(f"{kind}.html", body)
    assert mail.text == golden(f"{kind}.txt", mail.text)


def test_the_head_is_compiled_as_ever() -> None:
    mail = compile_document(empty(), LOOK, subject="{{ contact.name }} & <us>", preheader="Look & see")
    assert lines(mail.html) == golden("head.html", lines(mail.html))


def test_the_same_document_is_the_same_mail() -> None:
    assert compile_document(all_kinds(), LOOK) == compile_document(all_kinds(), LOOK)


def test_liquid_comes_through_untouched_and_can_be_filled() -> None:
    mail = compile_document(
        all_kinds(), LOOK, subject="{{ contact.name }}", preheader="{{ contact.title | default: '<&>' }}"
    )
    for piece in (
        "{{ contact.first_name | default: 'you' }}",
        '{% if contact.language == "de" and 1 < 2 %}',
        "{{ links.web_view }}",
    ):
        assert piece in mail.html
        assert piece in mail.text
    values = {
        "contact": {"first_name": "<i>Ann</i>", "id": 7, "language": "de"},
        "account": {"name": "A&B"},
        "links": {},
    }
    html = liquid.personalise(mail.html, values)
    assert "&lt;i&gt;Ann&lt;/i&gt;" in html
    assert "b=7" in html
    assert "LQ" not in html + mail.text
    assert "blk-" not in html


def test_every_block_can_be_found_in_the_html() -> None:
    mail = compile_document(all_kinds(), LOOK)
    assert set(re.findall(r'data-block="(b\d+)"', mail.html)) == {block["id"] for block, _ in walk(all_kinds())}


def test_a_condition_takes_the_whole_block_along() -> None:
    document = all_kinds()
    german = compile_document(document, LOOK).html
    without = liquid.personalise(german, {"contact": {"language": "fr"}})
    button = next(block["id"] for block, _ in walk(document) if block["kind"] == "button")
    assert f'data-block="{button}"' not in without
    assert without.count("<tr>") == without.count("</tr>")


def test_nothing_typed_becomes_markup_but_what_may() -> None:
    document = insert(empty(), make("heading", text="<script>x</script>"), Spot())
    document = insert(
        document, make("text", text="<img src=x onerror=y> <a href='javascript:x'>a</a> <b>ok</b>"), Spot()
    )
    document = insert(document, make("button", label='"><script>', href='https://x.example/"><script>'), Spot())
    html = compile_document(document, LOOK).html
    read = html5lib.parse(html, namespaceHTMLElements=False)
    assert not list(read.iter("script"))
    assert not [one for one in read.iter() if "onerror" in one.attrib or "javascript:" in one.attrib.get("href", "")]
    assert "<b>ok</b>" in html


def test_words_that_look_like_our_marks_stay_words() -> None:
    document = insert(empty(), make("text", text="LQx0x <!--LQQx0x--> {{ a }}"), Spot())
    html = compile_document(document, LOOK).html
    assert "LQx0x" in html
    assert "{{ a }}" in html


def test_outlook_gets_tables_and_dark_programs_colours() -> None:
    html = compile_document(all_kinds(), LOOK).html
    assert "<!--[if mso | IE]><table" in html
    assert "mso-padding-alt" in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "fonts.googleapis" not in html


def test_a_text_part_of_ones_own_is_kept() -> None:
    assert compile_document(all_kinds(), LOOK, text="Mine {{ x }}").text == "Mine {{ x }}"
