"""Links and the pixel of a mail that tell us of an opening or a click, and the signed tokens in them.

A mark is `\\x1f3 ADDRESS\\x1f`: the position of the link and its address as it was written. `!` after the position says
that the address differs from recipient to recipient, so its mail has to carry it, signed.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import quote

MARK = "\x1f"
PIXEL = f"{MARK}p {MARK}"
HONEYPOT = -1  # position of the link that nobody sees: only machines follow it
SERVICES = frozenset({"unsubscribe", "preferences"})  # clicks on these are shown, but are no success of the mail
_SEEN = re.compile(  # a tag, or what looks like tags but is none; Outlook reads what stands in its own comments
    r"<!--(?!\[if).*?-->|<(?P<raw>style|script|title)\b.*?</(?P=raw)\s*>"
    r"|<(?P<close>/?)(?P<name>[a-z][\w:-]*)(?P<inside>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*+)>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_SERVICE = re.compile(r"\{\{\s*links\.(\w+)")
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_LINKED = frozenset({"a", "area", "v:rect", "v:roundrect"})

_key: list[bytes] = []


def use_key(secret: str) -> None:
    """Set once, when the app is made."""
    _key[:] = [hmac.digest(secret.encode(), b"tracking", "sha256")]


class FoundLink(NamedTuple):
    """One occurrence of a link."""

    position: int
    url: str  # as a browser reads it; with Liquid in it where recipients differ
    block: str
    role: str  # "unsubscribe" or "preferences"; "" for all others


def mark_links(html: str) -> tuple[str, list[FoundLink]]:
    """The same HTML with its links marked and a place for the pixel at the end. Nothing else is touched."""
    html = html.replace(MARK, "")
    links: list[FoundLink] = []
    pieces, at = [], 0
    for start, end, value, block in _hrefs(html):
        bare = value.strip("\"'")
        url = unescape(bare).strip()
        if not url.lower().startswith(("http://", "https://", "{{")):
            continue
        service = _SERVICE.match(url)
        role = service[1] if service and service[1] in SERVICES else ""
        personal = "!" if "{{" in url or "{%" in url else ""
        q = value[0] if value[0] in "\"'" else ""
        pieces += [html[at:start], f"{q}{MARK}{len(links)}{personal} {bare}{MARK}{q}"]
        links.append(FoundLink(len(links), url, block, role))
        at = end
    pieces.append(html[at:])
    return _with_pixel("".join(pieces)), links


def _hrefs(html: str) -> Iterator[tuple[int, int, str, str]]:
    """(start, end, attribute value with its quotes, block around it) of every link."""
    around: list[tuple[str, str]] = []  # open elements, each with the block it is in
    for tag in _SEEN.finditer(html):
        if tag["name"] is None:
            continue
        name = tag["name"].lower()
        if tag["close"]:
            last = next((i for i in range(len(around) - 1, -1, -1) if around[i][0] == name), None)
            del around[last if last is not None else len(around) :]
            continue
        found = {a[1].lower(): a for a in _ATTRIBUTE.finditer(tag["inside"]) if a[2] is not None}
        block = found["data-block"][2].strip("\"'") if "data-block" in found else around[-1][1] if around else ""
        if name in _LINKED and "href" in found and found.get("data-tracking", ("", "", ""))[2].strip("\"'") != "off":
            offset = tag.start("inside")
            yield offset + found["href"].start(2), offset + found["href"].end(2), found["href"][2], block
        if name not in _VOID and not tag["inside"].endswith("/"):
            around.append((name, block))


def _with_pixel(html: str) -> str:
    ends = list(_BODY_END.finditer(html))
    at = ends[-1].start() if ends else len(html)
    return html[:at] + PIXEL + html[at:]


def unmarked(html: str) -> str:
    """As it was before `mark_links`: for previews, and for those who do not want to be followed."""
    parts = html.split(MARK)
    parts[1::2] = [part.partition(" ")[2] for part in parts[1::2]]
    return "".join(parts)


def fill(html: str, message_id: int, content_id: int, base_url: str, *, tracked: bool = True) -> str:
    """Put this recipient's links and pixel in place of the marks. Not `tracked`: the plain links and no pixel."""
    if not tracked:
        return unmarked(html)
    token = make_token(message_id, content_id)
    click = f"{base_url}/e/c/{token}/"
    parts = html.split(MARK)
    for index in range(1, len(parts), 2):
        position, _, url = parts[index].partition(" ")
        if position == "p":
            parts[index] = (
                f'<a href="{click}{HONEYPOT}" style="display:none" tabindex="-1" aria-hidden="true"></a>'
                f'<img src="{base_url}/e/o/{token}.gif" width="1" height="1" alt="" style="display:block">'
            )
        elif position[-1] == "!":
            parts[index] = escape(click + personal_target(token, int(position[:-1]), unescape(url).strip()))
        else:
            parts[index] = click + position
    return "".join(parts)


def make_token(message_id: int, content_id: int) -> str:
    """24 characters that name a message and its content and cannot be made elsewhere."""
    body = message_id.to_bytes(6) + content_id.to_bytes(4)
    return urlsafe_b64encode(body + hmac.digest(_key[0], body, "sha256")[:8]).decode()


def read_token(token: str) -> tuple[int, int] | None:
    """(message, content), or None for a token that was not made here."""
    try:
        raw = urlsafe_b64decode(token) if len(token) == 24 else b""
    except ValueError:
        return None
    body, mac = raw[:10], raw[10:]
    if len(mac) != 8 or not hmac.compare_digest(mac, hmac.digest(_key[0], body, "sha256")[:8]):
        return None
    return int.from_bytes(body[:6]), int.from_bytes(body[6:])


def personal_target(token: str, position: int, url: str) -> str:
    """What follows /e/c/TOKEN/ for a link with an address of the recipient's own."""
    return f"{position}?u={quote(url, safe='')}&s={_seal(token, position, url)}"


def is_genuine(token: str, position: int, url: str, seal: str) -> bool:
    return hmac.compare_digest(_seal(token, position, url).encode(), seal.encode())


def _seal(token: str, position: int, url: str) -> str:
    mac = hmac.digest(_key[0], f"{token}/{position}:{url}".encode(), "sha256")
    return urlsafe_b64encode(mac[:12]).decode()
