"""From blocks to what is sent: MJML, then HTML with its styles inline; Liquid stays in it. The same in, the same out."""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import css_inline
import mjml
from markupsafe import escape

from .blocks import Block
from .bricks import brick, columns
from .document import Document
from .look import Look
from .plain import document_text
from .shelter import Shelter

INLINER = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)
FILLER = "&#847;&#8204;&#160;" * 60  # keeps the body out of the preview line of an inbox
HIDDEN = (
    "display: none; max-height: 0; max-width: 0; overflow: hidden; opacity: 0; font-size: 1px; line-height: 1px; "
    "mso-hide: all"
)
MARKS = re.compile(r' class="([^"]*?) ?\bblk-(b\d+)(-outlook)?\b ?([^"]*)"')


class Compiled(NamedTuple):
    """Subject and preheader stay with the email; these hold Liquid as well."""

    html: str
    text: str


def compile_document(
    document: Document, look: Look, *, subject: str = "", preheader: str = "", text: str = ""
) -> Compiled:
    """`text`: the text part, when somebody wrote it; else it is made from the blocks."""
    source, shelter = mjml_source(document, look, subject=subject, preheader=preheader)
    html = INLINER.inline(shelter.show_comments(mjml.mjml2html(source, fonts={})))
    return Compiled(shelter.show(_with_data_blocks(html)), text or document_text(document, look))


def mjml_source(document: Document, look: Look, *, subject: str = "", preheader: str = "") -> tuple[str, Shelter]:
    """The blocks as MJML, and what stepped aside meanwhile."""
    shelter = Shelter(json.dumps(document) + subject + preheader + look.address)
    hidden = shelter.hide(document)
    return _mjml(hidden["blocks"], look, shelter, shelter.hide(subject), shelter.hide(preheader)), shelter


def _with_data_blocks(html: str) -> str:
    """What reports draw their heat map by. Tables that only Outlook reads need none."""

    def attribute(found: re.Match[str]) -> str:
        classes = f"{found[1]} {found[4]}".strip()
        return (f' class="{classes}"' if classes else "") + ("" if found[3] else f' data-block="{found[2]}"')

    return MARKS.sub(attribute, html)


def _mjml(blocks: list[Block], look: Look, shelter: Shelter, subject: str, preheader: str) -> str:
    card, page = look.light["card"], look.light["page"]
    edge = (
        f'<mj-section css-class="card" background-color="{card}" padding="6px 0" border-radius="{{}}">{{}}</mj-section>'
    )
    void = "<mj-column><mj-spacer height='1px' /></mj-column>"
    parts = [
        f'<mjml lang="{escape(look.language)}"><mj-head><mj-title>{escape(subject)}</mj-title>',
        _head(look),
        f'</mj-head><mj-body width="600px" background-color="{page}" css-class="page">',
        f'<mj-raw><div style="{HIDDEN}">{escape(preheader)}{FILLER}</div></mj-raw>' if preheader else "",
        '<mj-section padding="0"><mj-column><mj-spacer height="24px" /></mj-column></mj-section>',
        edge.format("10px 10px 0 0", void),
        *_sections([block for block in blocks if block["kind"] != "footer"], look, shelter),
        edge.format("0 0 10px 10px", void),
        *_foot([block for block in blocks if block["kind"] == "footer"], look, shelter),
        "</mj-body></mjml>",
    ]
    return "".join(parts)


def _sections(blocks: list[Block], look: Look, shelter: Shelter) -> Iterator[str]:
    """Blocks that follow one another share a section; columns have their own."""
    for is_section, row in groupby(blocks, lambda block: block["kind"] == "section"):
        if is_section:
            yield from (columns(block, look, shelter) for block in row)
        else:
            made = "".join(brick(block, look, shelter) for block in row)
            card = f'css-class="card" background-color="{look.light["card"]}"'
            yield f"<mj-section {card}><mj-column>{made}</mj-column></mj-section>"


def _foot(blocks: list[Block], look: Look, shelter: Shelter) -> Iterator[str]:
    """Below the card, wherever it stands among the blocks."""
    for block in blocks:
        yield f"<mj-section><mj-column>{brick(block, look, shelter)}</mj-column></mj-section>"


def _head(look: Look) -> str:
    m, d = look.light, look.dark
    return f"""
<mj-breakpoint width="480px" />
<mj-raw><meta name="color-scheme" content="light dark" /><meta name="supported-color-schemes" content="light dark" />
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no" /></mj-raw>
<mj-attributes>
<mj-all font-family="{m["font"]}" /><mj-section padding="0" /><mj-column padding="0" />
<mj-text font-size="16px" line-height="1.55" color="{m["ink"]}" />
<mj-button font-size="16px" font-weight="600" line-height="1.25" inner-padding="13px 26px" border-radius="7px" />
<mj-table font-size="15px" line-height="1.5" color="{m["ink"]}" />
<mj-divider border-width="1px" border-color="{m["line"]}" />
</mj-attributes>
<mj-style>
:root {{ color-scheme: light dark; supported-color-schemes: light dark }}
a {{ color: {m["accent"]} }}
.rich p, .rich ul, .rich ol {{ margin: 0 0 14px }}
.rich blockquote {{ margin: 0 0 14px; padding: 0 0 0 14px; border-left: 3px solid {m["line"]} }}
@media (max-width: 480px) {{
.pad {{ padding-left: 24px !important; padding-right: 24px !important }}
.h1 h1 {{ font-size: 26px !important }}
.btn table, .btn a, .btn td {{ width: 100% !important; box-sizing: border-box; text-align: center }}
.card, .card > table {{ border-radius: 0 !important }}
}}
@media (prefers-color-scheme: dark) {{
body, .page {{ background-color: {d["page"]} !important }}
.card, .card > table, .card > table > tbody > tr > td {{ background-color: {d["card"]} !important }}
.panel, .panel > table, .panel > table > tbody > tr > td {{ background-color: {d["page"]} !important }}
.t div, .t td, .h1 div, .h2 div, .h3 div, .t a[style*="700"] {{ color: {d["ink"]} !important }}
.q div, .q td, .t .q, .foot div, .foot a {{ color: {d["muted"]} !important }}
.rich a {{ color: {d["accent"]} !important }}
.rule p {{ border-color: {d["line"]} !important }}
.btn table td {{ background: {d["accent"]} !important; border-color: {d["accent"]} !important }}
.btn a {{ background: {d["accent"]} !important; color: {d["accent_ink"]} !important }}
.ghost table td, .ghost a {{ background: transparent !important; color: {d["accent"]} !important }}
}}
[data-ogsc] .t div, [data-ogsc] .h1 div, [data-ogsc] .h2 div {{ color: {d["ink"]} !important }}
[data-ogsc] .q div, [data-ogsc] .foot div {{ color: {d["muted"]} !important }}
[data-ogsb] .card, [data-ogsb] .card > table {{ background-color: {d["card"]} !important }}
</mj-style>"""
