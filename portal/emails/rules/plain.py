"""The text part: made from blocks, or from the HTML that somebody brought."""

import json
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any

from .blocks import Block
from .document import Document
from .look import SERVICES, Look
from .rich import rich_html
from .shelter import Shelter

BREAKS = frozenset({"p", "div", "br", "tr", "table", "h1", "h2", "h3", "h4", "ul", "ol", "blockquote", "section", "hr"})
UNREAD = frozenset({"style", "script", "head", "title", "template"})


class _Reader(HTMLParser):
    """Words, line breaks, and the address behind every link."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.hidden = 0
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in UNREAD or (tag == "div" and self.hidden):
            self.hidden += 1
        elif tag == "div" and re.search(r"display:\s*none", given.get("style") or ""):
            self.hidden = 1
        elif tag == "li":
            self.out.append("\n- ")
        elif tag in BREAKS:
            self.out.append("\n" if tag in ("br", "tr") else "\n\n")
        elif tag == "td":
            self.out.append(" ")
        elif tag == "a":
            self.links.append(given.get("href") or "")
        elif tag == "img" and given.get("alt"):
            self.handle_data(f"{given['alt']}")

    def handle_endtag(self, tag: str) -> None:
        if self.hidden and (tag in UNREAD or tag == "div"):
            self.hidden -= 1
        elif tag in BREAKS:
            self.out.append("\n" if tag == "tr" else "\n\n")
        elif tag == "a" and self.links:
            self._close(self.links.pop())

    def _close(self, href: str) -> None:
        """The address in brackets, unless it was what the link said."""
        said = "".join(self.out)[-len(href) - 1 :]
        if href and not href.startswith("#") and not self.hidden and href not in said:
            self.out.append(f" ({href.removeprefix('mailto:')})")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.out.append(re.sub(r"\s+", " ", data))


def html_text(html: str) -> str:
    """The words of a page in reading order. Liquid stays as it is."""
    shelter, reader = Shelter(html), _Reader()
    reader.feed(shelter.hide(html))
    reader.close()
    return shelter.show(tidy("".join(reader.out)))


def tidy(text: str) -> str:
    """No space at the ends of lines, one empty line between paragraphs."""
    lines = [line.strip() for line in re.sub(r"[ \t\xa0]+", " ", text).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def document_text(document: Document, look: Look) -> str:
    """One paragraph per block, conditions around it as in the HTML; footers last."""
    shelter = Shelter(json.dumps(document))
    blocks = shelter.hide(document["blocks"])
    body = [_block(block, look) for block in blocks if block["kind"] != "footer"]
    feet = [_block(block, look) for block in blocks if block["kind"] == "footer"]
    return shelter.show("\n\n".join(part for part in (*body, *feet) if part)) + "\n"


def _block(block: Block, look: Look) -> str:
    if block["kind"] == "section":
        made = "\n\n".join(part for column in block["columns"] for child in column if (part := _block(child, look)))
    else:
        made = "\n".join(part for part in _words(block["kind"], block["props"], look) if part)
    when = block["props"].get("when", "").strip()
    return f"{{% if {when} %}}{made}\n{{% endif %}}" if when and made else made


def _words(kind: str, p: dict[str, Any], look: Look) -> list[str]:
    return WORDS_OF[kind](p, look) if kind in WORDS_OF else []


def _link(p: dict[str, Any]) -> str:
    return f"{p['label']}: {p['href']}" if p.get("href") else ""


def _image(p: dict[str, Any], look: Look) -> list[str]:
    return [f"{p['alt']} ({p['href']})" if p["href"] and p["alt"] else p["alt"]]


def _event(p: dict[str, Any], look: Look) -> list[str]:
    facts = [f"{look.words[name]}: {p[of]}" for name, of in (("when", "starts"), ("where", "place")) if p[of]]
    return [p["title"], *facts, p["text"], _link(p)]


def _footer(p: dict[str, Any], look: Look) -> list[str]:
    service = [f"{look.words[name]}: {{{{ links.{name} }}}}" for name in SERVICES]
    return ["--", p["reason"], *service, look.address]


WORDS_OF: Mapping[str, Callable[[dict[str, Any], Look], list[str]]] = {
    "header": lambda p, look: [look.name],
    "heading": lambda p, look: [p["text"]],
    "text": lambda p, look: [html_text(rich_html(p["text"]))],
    "image": _image,
    "button": lambda p, look: [_link(p)],
    "divider": lambda p, look: ["-" * 20],
    "product": lambda p, look: [p["name"], p["text"], p["price"], _link(p)],
    "event": _event,
    "quote": lambda p, look: [f"“{p['text']}”", ", ".join(part for part in (p["person"], p["role"]) if part)],
    "social": lambda p, look: [f"{name}: {url}" for name, url in look.social],
    "html": lambda p, look: [html_text(p["code"])],
    "footer": _footer,
}
