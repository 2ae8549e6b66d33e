"""HTML that somebody brought: styles move into its tags, and not one byte besides is touched."""

import re
from collections.abc import Iterator
from html import escape, unescape

import mjml

from portal.kernel.errors import Refused
from portal.kernel.liquid import TAG

from .compile import INLINER, Compiled
from .plain import html_text

MARK = "data-inlined-at"
START = re.compile(  # a start tag, or what is to be passed over
    r"<!--.*?-->|<!\[.*?\]>|<(?P<raw>style|script|title|textarea|xmp)\b.*?</(?P=raw)\s*>|" + TAG.pattern + r"|"
    r"<(?P<name>[a-z][\w:-]*)(?P<inside>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>",
    re.DOTALL | re.IGNORECASE,
)
STYLE = re.compile(r"""(?<![\w-])style\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
MARKED = re.compile(rf'<[^<>]*?\b{MARK}="(\d+)"(?:"[^"]*"|[^<>"])*>')
INCLUDE = re.compile(r"<mj-include\b", re.IGNORECASE)


def compile_source(source: str, *, text: str = "") -> Compiled:
    """MJML or HTML. Raises Refused for MJML that cannot be read."""
    html = inlined(mjml_html(source) if is_mjml(source) else source)
    return Compiled(html, text or html_text(html) + "\n")


def is_mjml(source: str) -> bool:
    return source.lstrip()[:200].lower().startswith("<mjml")


def mjml_html(source: str) -> str:
    if INCLUDE.search(source):
        raise Refused("emails.mjml", "Other files cannot be included here.", "source")
    try:
        return str(mjml.mjml2html(source, fonts={}))
    except ValueError as error:
        raise Refused("emails.mjml", f"This MJML cannot be read: {error}", "source") from error


def inlined(html: str) -> str:
    """Rules of its style sheets as style attributes. Sheets stay where they are, for phones and dark mode."""
    if "<style" not in html.lower():
        return html
    tags = list(_tags(html))
    marked, at = [], 0
    for number, tag in enumerate(tags):
        end = tag.end("name")
        marked += [html[at:end], f' {MARK}="{number}"']
        at = end
    before = _styles("".join([*marked, html[at:]]))
    return _with_styles(html, tags, before)


def _tags(html: str) -> Iterator[re.Match[str]]:
    return (found for found in START.finditer(html) if found["name"])


def _styles(marked: str) -> dict[int, str]:
    """What the inliner says of each numbered tag."""
    found = {}
    for tag in MARKED.finditer(INLINER.inline(marked)):
        if style := STYLE.search(tag[0]):
            found[int(tag[1])] = unescape(style[1][1:-1])
    return found


def _with_styles(html: str, tags: list[re.Match[str]], styles: dict[int, str]) -> str:
    parts, at = [], 0
    for number, tag in enumerate(tags):
        old, new = STYLE.search(tag["inside"]), styles.get(number)
        if new is None or (old and unescape(old[1].strip("\"'")).strip() == new.strip()):
            continue
        start, end = (tag.start("inside") + place for place in old.span()) if old else (tag.end("name"),) * 2
        parts += [html[at:start], ("" if old else " ") + f'style="{escape(new)}"']
        at = end
    return "".join([*parts, html[at:]])
