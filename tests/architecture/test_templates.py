"""House rules of templates and static files: nothing inline, undefined, heavy, or in need of a script."""

import gzip
import json
import re
from pathlib import Path

import pytest

from portal.runtime import assets
from portal.runtime.stylesheet import COMMENT, JINJA, classes, defined, trim

STATIC = assets.STATIC
PAGES = assets.pages()
OURS = {
    "portal.css",
    "portal.js",
    "designer.js",
    "theme.js",
    "passkeys.js",
    "screenshot.png",
    "logo.svg",
    "chevron.svg",
    "VENDOR.json",
    "LICENSES.txt",
}


def markup(source: str) -> tuple[str, list[str]]:
    """A template with its comments cut out and its Jinja tags numbered, so that a < or > in them is no markup."""
    tags: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        tags.append(match[0])
        return f"⟦{len(tags) - 1}⟧"

    return JINJA.sub(numbered, COMMENT.sub("", source)), tags


def attributes(tag: str, tags: list[str]) -> dict[str, str]:
    """Attributes of one start tag, with what Jinja prints into them."""
    found = re.findall(r"""([\w:.-]+)=(?:"([^"]*)"|'([^']*)')""", tag)
    return {name: re.sub(r"⟦(\d+)⟧", lambda m: tags[int(m[1])], a or b) for name, a, b in found}


def unscripted(name: str, has: dict[str, str]) -> str:
    """What is wrong with an element that asks through htmx; empty when it works without a script too."""
    if name == "form":
        method = has.get("method", "get")
        verb = "hx-post" if method == "post" else "hx-get"
        return "" if has.get(verb) == has.get("action") else "the form goes elsewhere without a script"
    if name in ("button", "input") and "hx-post" in has:
        return "" if has.get("formaction") == has["hx-post"] else "the button goes elsewhere without a script"
    if name == "a" and "hx-get" in has:
        return "" if has.get("href") else "the link leads nowhere without a script"
    return "only a form, a link or a button with formaction works without a script"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(assets.TEMPLATES).as_posix())
class TestTemplate:
    def test_is_short(self, path: Path) -> None:
        assert len(path.read_text().splitlines()) <= 150

    def test_uses_only_classes_that_a_stylesheet_defines(self, path: Path) -> None:
        known = defined((STATIC / "tabler.css").read_text()) | defined((STATIC / "portal.css").read_text())
        assert classes(path.read_text()) - known == set(), "run python -m portal.runtime.assets, or define them"

    def test_holds_nothing_inline(self, path: Path) -> None:
        text, _ = markup(path.read_text())
        assert not re.search(r"<style|\sstyle=|\son\w+=|\shx-on|javascript:|js:", text)
        assert not re.search(r"<script(?![^>]*\ssrc=)|<script[^>]*>[^<]", text)

    def test_calls_no_other_host(self, path: Path) -> None:
        text, _ = markup(path.read_text())
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", text)

    def test_works_without_scripts(self, path: Path) -> None:
        text, tags = markup(path.read_text())
        for name, rest in re.findall(r"<([a-z][\w-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", text):
            has = attributes(rest, tags)
            if {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"} & set(has):
                assert unscripted(name, has) == "", f"<{name}{rest}>"

    def test_names_only_icons_of_the_sprite(self, path: Path) -> None:
        known = assets.symbols((STATIC / "icons.svg").read_text())
        assert assets.icons_named(path.read_text()) <= known, "run python -m portal.runtime.assets --fetch"


@pytest.mark.parametrize(
    ("element", "wrong"),
    [
        ('<a href="/x" hx-get="/x">', False),
        ('<a hx-get="/x">', True),
        ('<div hx-get="/x">', True),
        ('<form method="post" action="{{ here }}" hx-post="{{ here }}">', False),
        ('<form method="post" action="{{ here }}" hx-post="{{ there }}">', True),
        ('<form method="post" hx-post="/x">', True),
        ('<form action="/x" hx-get="/x">', False),
        ('<button formaction="/y" hx-post="/y">', False),
        ('<button hx-post="/y">', True),
    ],
)
def test_the_rule_about_scripts_sees_what_it_should(element: str, wrong: bool) -> None:
    text, tags = markup(element)
    assert bool(unscripted(text[1:].split()[0], attributes(text, tags))) is wrong


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p class="a b-c">', {"a", "b-c"}),
        ("<p class=\"a{{ ' is-' ~ kind if kind }}\">", {"a"}),
        ("<p class=\"a{{ ' b' if x == 'c' else ' d' }}\">", {"a", "b", "d"}),
        ('<p class="f{{ loop.index }} g">', {"g"}),
        ('<p class="{{ {"start": "f6", "end": "f1"}[kind] }}">', {"f6", "f1"}),
        ('<p class="a{% if x %} b{% endif %}">', {"a", "b"}),
        ('{# <p class="a"> #}', set()),
    ],
)
def test_classes_are_found_in_expressions_too(source: str, found: set[str]) -> None:
    assert classes(source) == found


def test_trimming_keeps_used_rules_and_the_properties_they_read() -> None:
    css = (
        ":root{--tblr-a:1;--tblr-b:var(--tblr-a);--tblr-c:2}.x,.y{color:var(--tblr-b)}.z{color:red}"
        "@media print{.z{top:0}.x:not(.z){top:1px}}.x{background:url(data:x);left:0}"
    )
    kept = ":root{--tblr-a:1;--tblr-b:var(--tblr-a);}.x{color:var(--tblr-b)}@media print{.x:not(.z){top:1px}}.x{left:0}"
    assert trim(css, {"x"}, reads="") == kept


def test_vendored_files_are_what_the_list_says() -> None:
    rows = json.loads((STATIC / "VENDOR.json").read_text())
    licences = (STATIC / "LICENSES.txt").read_text()
    for row in rows:
        assert assets.digest(STATIC / row["file"]) == row["sha256"], f"{row['file']}: python -m portal.runtime.assets"
        assert row["file"] in licences
    there = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    assert there == {row["file"] for row in rows} | OURS


def test_the_stylesheet_names_the_files_by_their_present_content() -> None:
    sheet = (STATIC / "portal.css").read_text()
    assert assets.stamp(sheet) == sheet, "run python -m portal.runtime.assets"
    assert set(re.findall(r"url\(([^)]*)\)", sheet)) == set(re.findall(r'url\(("[\w.-]+\?v=\w{12}")\)', sheet))


def test_the_sprite_holds_every_icon_that_ships() -> None:
    assert assets.shipped_icons() <= assets.symbols((STATIC / "icons.svg").read_text())


def test_the_script_stays_small() -> None:
    assert len((STATIC / "portal.js").read_text().splitlines()) <= 150


def test_first_load_stays_light() -> None:
    packed = (
        "tabler.css",
        "portal.css",
        "portal.js",
        "theme.js",
        "htmx.min.js",
        "icons.svg",
        "logo.svg",
        "chevron.svg",
    )
    weight = sum(len(gzip.compress((STATIC / name).read_bytes(), 6)) for name in packed)
    assert weight + (STATIC / "inter-latin.woff2").stat().st_size <= 100_000
