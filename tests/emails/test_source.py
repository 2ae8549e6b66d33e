"""HTML and MJML that somebody brought along."""

import os
import re
import time
from pathlib import Path

import pytest

from portal.emails.rules.source import STYLE, compile_source, inlined
from portal.kernel.errors import Refused

FOLDER = Path(os.environ.get("EMAIL_TEMPLATES", "/nowhere"))  # real newsletters, which may not be given on
OWN = """<!DOCTYPE HTML>
<HTML><Head>
<STYLE type='text/css'>
  p { color: #333; margin: 0 0 10px }  .big{font-size:20px} a:hover { color: red } td > b { color: blue };
  @media (max-width:480px){ .big{font-size:14px !important} }
</STYLE><!--[if mso]><style>p{color:black}</style><table><tr><td><![endif]--></Head>
<body bgcolor=#ffffff>
<table width="100%"   cellpadding=0><tr><td class="big">One &amp; two &nbsp; &copy; <b>three</b><br><br/>
<p style='color:green; font-weight:bold'>{{ contact.first_name | default: "you" }} {% if a > b %}<i>x</i>{% endif %}</p>
<p>unclosed <a href=https://x.example/?a=1&b=2>link</a>
<img src="{{ contact.picture }}" alt=""></td></tr></table>
<script>var x = "<p>not a tag</p>";</script><textarea><p></textarea>
</body></HTML>
"""


def bare(html: str) -> str:
    """Without style attributes."""
    return re.sub(
        r"<[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^>\"'])*>",
        lambda tag: re.sub(rf"\s*{STYLE.pattern}", "", tag[0], flags=STYLE.flags),
        html,
    )


def test_styles_move_into_the_tags_and_no_other_byte_changes() -> None:
    made = inlined(OWN)
    assert made != OWN
    assert bare(made) == bare(OWN)
    assert '<td class="big" style="' not in OWN
    assert re.search(r'<td style="[^"]*font-size: 20px[^"]*" class="big">', made)
    assert re.search(r'<p style="[^"]*margin: 0 0 10px[^"]*">unclosed', made)


def test_an_own_style_wins_and_what_stands_in_comments_and_scripts_stays() -> None:
    made = inlined(OWN)
    styled = re.search(r"<p style=\"([^\"]*)\">\{\{", made)
    assert styled
    assert "color: green" in styled[1].replace("color:green", "color: green")
    for kept in (
        'var x = "<p>not a tag</p>"',
        "<textarea><p></textarea>",
        "<!--[if mso]><style>p{color:black}</style><table>",
    ):
        assert kept in made


@pytest.mark.parametrize(
    "html", ["", "plain words", "<p>no styles", "<b>{{ a }}</b>", "<style>p{</style><p>x</p>", "<style>\x00</style><p>"]
)
def test_without_styles_nothing_changes_at_all(html: str) -> None:
    assert inlined(html) == html


def test_hostile_html_is_read_in_time() -> None:
    began = time.process_time()
    for piece in ("<p", "<p a='", "<!--", "<style>", "{{", '<p style="', "{% if", "<b style=color:red>x</b>"):
        inlined("<style>p{color:red}</style>" + piece * 20_000)
    assert time.process_time() - began < 5


def test_the_text_part_is_made_from_it() -> None:
    text = compile_source(OWN).text
    assert '{{ contact.first_name | default: "you" }}' in text
    assert "link (https://x.example/?a=1&b=2)" in text
    assert "not a tag" not in text
    assert "color" not in text


def mjml(inside: str, head: str = "") -> str:
    body = f"<mj-body><mj-section><mj-column>{inside}</mj-column></mj-section></mj-body>"
    return f"<mjml><mj-head>{head}</mj-head>{body}</mjml>"


def test_mjml_becomes_html_and_bad_mjml_says_why() -> None:
    source = mjml("<mj-text>Hi {{ contact.name }}</mj-text>")
    assert "Hi {{ contact.name }}" in compile_source(source).html
    for bad in (
        "<mjml><mj-body>",
        source.replace("<mj-text>", '<mj-include path="/etc/passwd" />'),
        "<mjml></x></mjml>",
    ):
        with pytest.raises(Refused):
            compile_source(bad)


def test_inline_styles_of_mjml_are_inlined_and_the_others_stay() -> None:
    head = '<mj-style inline="inline">.a b { color: red };</mj-style><mj-style>.a b { margin: 0 }</mj-style>'
    source = mjml(
        '<mj-text css-class="a" color="blue"\n padding="1px" color="green"><b style="\n top: 0">x</b></mj-text>',
        head,
    )
    html = compile_source(source).html
    assert re.search(r'<b style="[^"]*color: red', html)
    assert ".a b { margin: 0 }" in html
    assert "color:blue" in html.replace(": ", ":")


if FOLDER.is_dir():

    def test_real_newsletters_keep_every_byte_outside_styles() -> None:
        files = sorted((FOLDER / "html").glob("*.html"))
        assert files
        for path in files:
            assert bare(inlined(path.read_text())) == bare(path.read_text()), path.name
