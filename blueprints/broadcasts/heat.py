"""The mail as it was sent, with the share of clicks painted on every link and block."""

import re
from collections.abc import Sequence

from portal.insights.queries import Spot
from portal.messages.rules.tracking import MARK
from portal.web.filters import format_percent

STYLE = """<style>
[data-heat],[data-share]{position:relative!important}
a[data-heat]{outline:2px solid #8a2b18;outline-offset:1px}
a[data-heat]:has(> img){display:block}
[data-heat]::before{content:"";position:absolute;inset:0;pointer-events:none;background:#d5401f}
[data-heat]::after{content:attr(data-heat);position:absolute;inset-block-start:-10px;inset-inline-end:-4px;z-index:9;
 font:600 11px/16px Arial,sans-serif;padding:0 5px;border-radius:8px;background:#8a2b18;color:#fff;
 white-space:nowrap}
[data-level="0"]::before{opacity:0}[data-level="1"]::before{opacity:.1}[data-level="2"]::before{opacity:.2}
[data-level="3"]::before{opacity:.3}[data-level="4"]::before{opacity:.42}[data-level="5"]::before{opacity:.55}
[data-share]{box-shadow:inset 5px 0 0 #0d5c6b}
</style>"""
HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
BLOCK = re.compile(r'\sdata-block=("[^"]*"|\'[^\']*\')')


def painted(html: str, spots: Sequence[Spot], *, human: bool) -> str:
    """The links lead nowhere: looking at a report must not count as a click."""
    by_position = {str(spot.position): spot for spot in spots}
    parts = html.split(MARK)
    for index in range(1, len(parts), 2):
        position = parts[index].partition(" ")[0].rstrip("!")
        spot = by_position.get(position)
        parts[index] = _link(spot, human, parts[index - 1][-1:]) if spot else ""
    found = _blocks("".join(parts), spots)
    return HEAD_END.sub(lambda end: STYLE + end[0], found, count=1) if HEAD_END.search(found) else STYLE + found


def _link(spot: Spot, human: bool, before: str) -> str:
    """What stands between the quotes of an href, and two more attributes behind it."""
    share = spot.human_share if human else spot.share
    said = f"{spot.position + 1}: {format_percent(share)}" if share is not None else f"{spot.position + 1}: left out"
    quote = before if before in ('"', "'") else ""
    q = quote or '"'
    inside = f"#{q} data-heat={q}{said}{q} data-level={q}{level(share)}"
    return inside if quote else f"{q}{inside}{q}"


def level(share: float | None) -> int:
    """0 to 5, so that half of all clicks is the strongest shade."""
    return min(5, -(-int(share * 1000) // 100)) if share else 0


def _blocks(html: str, spots: Sequence[Spot]) -> str:
    """Mark the first element of every block that was clicked in."""
    left = {spot.block for spot in spots if not spot.role and spot.figures["clicks"]}

    def mark(found: re.Match[str]) -> str:
        name = found[1][1:-1]
        if name not in left:
            return found[0]
        left.remove(name)
        return found[0] + ' data-share=""'

    return BLOCK.sub(mark, html)
