"""HTML that somebody brought: styles move into its tags, and not one byte besides is touched."""

import re
from collections.abc import Iterator
from html import escape, unescape

import css_inline
import mjml

from portal.kernel.errors import Refused
from portal.kernel.liquid import TAG

from .compile import INLINER, Compiled
from .plain import html_text

MARK = "data-inlined-at"
START = re.compile(  # a start tag, or what is to be passed over
    r"<!--.*?(?:-->|\Z)|<(?P<raw>style|script|title|textarea|xmp)\b.*?(?:</(?P=raw)\s*>|\Z)|" + TAG.pattern + r"|"
    r"<(?P<name>[a-z][\w:-]*)(?P<inside>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*+)>",
    re.DOTALL | re.IGNORECASE,
)
STYLE = re.compile(r"""(?<![\w-])style\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
MARKED = re.compile(rf'<[^<>]*?\b{MARK}="(\d+)"(?:"[^"]*"|[^<>"])*>')
MJ_TAG = re.compile(r"<([a-z][\w:-]*)((?:\s+[\w-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))+)", re.IGNORECASE)
MJ_ATTRIBUTE = re.compile(r"\s+([\w-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
MJ_INLINE = re.compile(r"<mj-style\b[^>]*\binline\s*=[^>]*>(.*?)</mj-style\s*>", re.DOTALL | re.IGNORECASE)
STRAY = re.compile(r"\}\s*;")  # browsers pass over this semicolon, the inliner gives up
INCLUDE = re.compile(r"<mj-include\b", re.IGNORECASE)


def compile_source(source: str, *, text: str = "") -> Compiled:
    """MJML or HTML. Raises Refused for MJML that cannot be read."""
    html = mjml_html(source) if is_mjml(source) else inlined(source)
    return Compiled(html, text or html_text(html) + "\n")


def is_mjml(source: str) -> bool:
    return source.lstrip()[:200].lower().startswith("<mjml")


def mjml_html(source: str) -> str:
    """What npm's MJML would make of it. Of its style sheets only those are inlined that ask for it."""
    if INCLUDE.search(source):
        raise Refused("emails.mjml", "Other files cannot be included here.", "source")
    sheets: list[str] = []

    def aside(style: re.Match[str]) -> str:
        sheets.append(style[1])
        return ""

    try:
        html = str(mjml.mjml2html(MJ_TAG.sub(_tidied, MJ_INLINE.sub(aside, source)), fonts={}))
    except ValueError as error:
        raise Refused("emails.mjml", f"This MJML cannot be read: {error}", "source") from error
    return inlined(html, "".join(sheets)) if sheets else html


def _tidied(tag: re.Match[str]) -> str:
    """The first of two attributes of the same name counts, as everywhere, and a value is one line."""
    given: dict[str, str] = {}
    for name, value in MJ_ATTRIBUTE.findall(tag[2]):
        given.setdefault(name, " ".join(value.split()))
    return f"<{tag[1]}" + "".join(f" {name}={value}" for name, value in given.items())


def inlined(html: str, sheet: str = "") -> str:
    """Rules of its style sheets, or of this one instead, as style attributes; sheets stay where they are, for phones
    and dark mode."""
    if not sheet and "<style" not in html.lower():
        return html
    inliner = (
        css_inline.CSSInliner(inline_style_tags=False, load_remote_stylesheets=False, extra_css=STRAY.sub("}", sheet))
        if sheet
        else INLINER
    )
    tags = list(_tags(html))
    marked, at = [], 0
    for number, tag in enumerate(tags):
        inside = STYLE.sub(_declarations, tag["inside"])
        marked += [html[at : tag.end("name")], f' {MARK}="{number}"{inside}']
        at = tag.end("inside")
    try:
        return _with_styles(html, tags, _styles(inliner.inline(STRAY.sub("}", "".join([*marked, html[at:]])))))
    except css_inline.InlineError:
        return html  # a style that cannot be read: programs that know style sheets still follow them


def _declarations(style: re.Match[str]) -> str:
    """What is no declaration is left out before styles are joined."""
    parts = [part.strip() for part in unescape(style[1].strip("\"'")).split(";")]
    kept = "; ".join(part for part in parts if re.match(r"[\w-]+\s*:", part))
    return f'style="{escape(kept)}"'


def _tags(html: str) -> Iterator[re.Match[str]]:
    return (found for found in START.finditer(html) if found["name"])


def _styles(marked: str) -> dict[int, str]:
    """The style of each numbered tag."""
    found = {}
    for tag in MARKED.finditer(marked):
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
