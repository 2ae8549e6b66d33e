"""Each kind of block as MJML."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from portal.kernel.public import absolute

from .blocks import LAYOUTS, Block
from .look import SERVICES, Look
from .rich import rich_html
from .shelter import Shelter

HEADINGS = {
    "large": ("h1", "30px", "1.18", "-0.6px"), "medium": ("h2", "22px", "1.3", "-0.3px"), "small": ("h3", "17px", "1.35", "0"),
}  # fmt: skip
WIDTHS = {"full": 600, "text": 520, "half": 260}
DOT = Markup(" &#160;·&#160; ")


class Piece(NamedTuple):
    """What a brick is made from. `p`: what is set on the block, escaped; `raw`: the same as it was typed."""

    p: Mapping[str, Any]
    raw: Mapping[str, Any]
    look: Look
    shelter: Shelter
    css: str
    side: int  # space left and right of it, in pixels

    def pad(self, above: int, below: int) -> str:
        return f"{above}px {self.side}px {below}px"

    def text(self, words: str, kind: str, above: int, below: int, **given: str) -> str:
        attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in given.items())
        return (
            f'<mj-text css-class="{kind} {self.css}" padding="{self.pad(above, below)}"{attributes}>{words}</mj-text>'
        )

    def button(self) -> str:
        """Nothing without an address."""
        if not self.p["href"]:
            return ""
        accent, ghost = self.look.light["accent"], self.p.get("look") == "outline"
        paint = f'background-color="{"transparent" if ghost else accent}" border="1px solid {accent}"'
        return (
            f'<mj-button css-class="btn {"ghost " if ghost else ""}{self.css}" href="{self.p["href"]}" '
            f'align="{self.p.get("align", "left")}" padding="{self.pad(8, 24)}" {paint} '
            f'color="{accent if ghost else "#ffffff"}">{self.p["label"]}</mj-button>'
        )

    def image(self, width: int, pad: str, alt: str) -> str:
        """Nothing without a picture."""
        if not self.p["src"]:
            return ""
        link = f' href="{self.p["href"]}"' if self.p.get("href") else ""
        src = escape(absolute(self.raw["src"]))
        sizes = f'width="{width}px" padding="{pad}" fluid-on-mobile="true"'
        return f'<mj-image css-class="{self.css}" src="{src}" alt="{alt}" {sizes}{link} />'


def brick(block: Block, look: Look, shelter: Shelter, *, side: int = 40) -> str:
    """One block with the condition around it."""
    raw = block["props"]
    shown = {name: escape(value) if isinstance(value, str) else value for name, value in raw.items()}
    made = BRICKS[block["kind"]](Piece(shown, raw, look, shelter, f"pad blk-{block['id']}", side))
    return conditional(made, block, shelter)


def columns(block: Block, look: Look, shelter: Shelter) -> str:
    """A section of its own, its columns beside each other and on a phone below each other."""
    props = block["props"]
    panel = f' css-class="panel" background-color="{look.light["page"]}" border-radius="8px" padding="18px 0 4px"'
    made = "".join(
        f'<mj-column width="{width}%"{panel if props["back"] else ""}>'
        + "".join(brick(child, look, shelter, side=16 if props["back"] else 10) for child in column)
        + "</mj-column>"
        for width, column in zip(LAYOUTS[props["layout"]], block["columns"], strict=True)
    )
    card = f'css-class="card blk-{block["id"]}" background-color="{look.light["card"]}" padding="0 30px 16px"'
    return conditional(f"<mj-section {card}>{made}</mj-section>", block, shelter)


def conditional(made: str, block: Block, shelter: Shelter) -> str:
    when = block["props"].get("when", "").strip()
    if not when:
        return made
    before, after = (shelter.keep(tag) for tag in (f"{{% if {when} %}}", "{% endif %}"))
    return f"<mj-raw><!--{before}--></mj-raw>{made}<mj-raw><!--{after}--></mj-raw>"


def _lines(words: str) -> Markup:
    return Markup("<br />").join(escape(words).splitlines())


def _header(b: Piece) -> str:
    name, ink = escape(b.look.name), b.look.light["ink"]
    logo = (
        f'<img src="{escape(b.look.logo)}" alt="{name}" height="36" style="border: 0; outline: none; height: 36px" />'
    )
    style = f"text-decoration: none; color: {ink}; font-size: 20px; font-weight: 700"
    link = f'<a href="{escape(b.look.website)}" style="{style}">{logo if b.look.logo else name}</a>'
    return b.text(link, "t", 24, 24, align=b.p["align"], line_height="1.2")


def _heading(b: Piece) -> str:
    tag, size, height, spacing = HEADINGS[b.p["size"]]
    style = f"margin: 0; font-size: {size}; line-height: {height}; font-weight: 700"
    words = f'<{tag} style="{style}">{_lines(b.p["text"])}</{tag}>'
    return b.text(words, tag, 4, 14, font_size=size, line_height=height, letter_spacing=spacing, align=b.p["align"])


def _text(b: Piece) -> str:
    words = f"<!--{b.shelter.keep(rich_html(b.raw['text']))}-->"
    if b.p["size"] == "small":
        return b.text(words, "q rich", 0, 4, align=b.p["align"], font_size="14px", color=b.look.light["muted"])
    return b.text(words, "t rich", 0, 4, align=b.p["align"])


def _image(b: Piece) -> str:
    full = b.p["width"] == "full"
    edge = b._replace(css=b.css.replace("pad ", "edge "))
    return (edge if full else b).image(WIDTHS[b.p["width"]], "0 0 28px" if full else b.pad(0, 20), b.p["alt"])


def _divider(b: Piece) -> str:
    return f'<mj-divider css-class="rule {b.css}" padding="{b.pad(8, 24)}" />'


def _spacer(b: Piece) -> str:
    return f'<mj-spacer css-class="{b.css}" height="{b.p["height"]}px" />'


def _product(b: Piece) -> str:
    parts = [
        b.image(240, b.pad(0, 14), b.p["name"]),
        b.text(b.p["name"], "h2", 0, 4, font_size="17px", line_height="1.3", font_weight="600"),
        b.text(_lines(b.p["text"]), "t", 0, 8, font_size="15px") if b.p["text"] else "",
        b.text(b.p["price"], "h2", 0, 8, font_weight="600") if b.p["price"] else "",
        b.button(),
    ]
    return "".join(parts)


def _event(b: Piece) -> str:
    muted, words = b.look.light["muted"], b.look.words
    facts = "".join(
        f'<tr><td class="q" style="padding: 4px 16px 4px 0; color: {muted}; width: 60px; vertical-align: top">{name}</td>'
        f'<td style="padding: 4px 0; font-weight: 500">{_lines(value)}</td></tr>'
        for name, value in ((words["when"], b.p["starts"]), (words["where"], b.p["place"]))
        if value
    )
    parts = [
        b.text(b.p["title"], "h2", 4, 8, font_size="19px", line_height="1.3", font_weight="600"),
        f'<mj-table css-class="t {b.css}" padding="{b.pad(0, 12)}">{facts}</mj-table>' if facts else "",
        b.text(_lines(b.p["text"]), "t", 0, 12) if b.p["text"] else "",
        b.button(),
    ]
    return "".join(parts)


def _quote(b: Piece) -> str:
    who = Markup(", ").join(part for part in (b.p["person"], b.p["role"]) if part)
    parts = [
        b.image(64, b.pad(0, 12), b.p["person"]),
        b.text(f"“{_lines(b.p['text'])}”", "t", 6, 8, font_size="19px", line_height="1.45"),
        b.text(who, "q", 0, 24, font_size="14px", color=b.look.light["muted"]) if who else "",
    ]
    return "".join(parts)


def _social(b: Piece) -> str:
    links = _links(b.look, b.look.social)
    return b.text(links, "q", 0, 16, font_size="14px", line_height="2", align=b.p["align"]) if links else ""


def _links(look: Look, links: Any) -> Markup:
    style = f"color: {look.light['muted']}; white-space: nowrap"
    return DOT.join(Markup('<a href="{}" style="{}">{}</a>').format(url, style, name) for name, url in links)


def _html(b: Piece) -> str:
    return b.text(f"<!--{b.shelter.keep(b.raw['code'])}-->", "t", 0, 16)


def _footer(b: Piece) -> str:
    links = _links(b.look, [(b.look.words[name], b.shelter.keep(f"{{{{ links.{name} }}}}")) for name in SERVICES])
    if b.p["social"] and b.look.social:
        links += Markup("<br />") + _links(b.look, b.look.social)
    quiet = {"font_size": "13px", "color": b.look.light["muted"]}
    parts = [
        b.text(_lines(b.p["reason"]), "foot", 24, 12, line_height="1.6", **quiet) if b.p["reason"] else "",
        b.text(links, "foot", 0, 12, line_height="2", **quiet),
        b.text(escape(b.look.address), "foot", 0, 40, line_height="1.6", **quiet),
    ]
    return "".join(parts)


BRICKS: Mapping[str, Callable[[Piece], str]] = {
    "header": _header, "heading": _heading, "text": _text, "image": _image, "button": Piece.button, "divider": _divider,
    "spacer": _spacer, "product": _product, "event": _event, "quote": _quote, "social": _social, "html": _html,
    "footer": _footer,
}  # fmt: skip
