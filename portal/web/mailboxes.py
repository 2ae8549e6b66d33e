"""Fetching mail over IMAP and POP3: what is new, the oldest first, left on the server as it is."""

import imaplib
import poplib
import re
import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from . import outbound

SECONDS = 20.0
MOST = 10 * 2**20  # bytes; of a larger mail only the head is taken
TURN = 200  # mails in one poll
PORTS = {"imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995}

Protocol = Literal["imap", "imaps", "pop3", "pop3s"]


class CannotFetch(Exception):
    """One sentence for the person who set it up."""


class Account(NamedTuple):
    """Where a mailbox is. Without "s" the connection is turned into TLS before anything is said."""

    protocol: Protocol
    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"

    def url(self) -> str:
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"{self.protocol}://{who}@{self.host}:{self.port}/{quote(self.folder)}"


class Fetched(NamedTuple):
    """`mark` names it in its mailbox for ever; `place` is how far the mailbox is read with it."""

    mark: str
    raw: bytes
    place: str


def parse(url: str) -> Account:
    parts = urlsplit(url)
    protocol: Protocol = parts.scheme  # type: ignore[assignment]
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    host, port = str(parts.hostname), parts.port or PORTS[protocol]
    return Account(protocol, host, port, unquote(parts.username or ""), unquote(parts.password or ""), folder)


def fetch(
    account: Account, place: str, known: Callable[[Collection[str]], set[str]], *, private: bool = False
) -> Iterator[Fetched]:
    """Raises CannotFetch. `known` tells which marks were taken in before."""
    try:
        outbound.resolve(account.host, account.port, private)
        yield from (_imap if account.protocol.startswith("imap") else _pop)(account, place, known, not private)
    except outbound.NotSent as error:
        raise CannotFetch(str(error)) from error
    except (OSError, EOFError, imaplib.IMAP4.error, poplib.error_proto, ValueError) as error:
        said = error.args[0] if error.args else type(error).__name__
        raise CannotFetch(
            f"{account.host}: {said.decode(errors='replace') if isinstance(said, bytes) else said}"
        ) from error


def _imap(
    account: Account, place: str, known: Callable[[Collection[str]], set[str]], strict: bool
) -> Iterator[Fetched]:
    context = ssl.create_default_context()
    if account.protocol == "imaps":
        box: imaplib.IMAP4 = imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=SECONDS)
    else:
        box = imaplib.IMAP4(account.host, account.port, timeout=SECONDS)
        if strict:
            box.starttls(context)
    try:
        box.login(account.user, account.password)
        _ok(box.select(f'"{account.folder}"', readonly=True))
        validity = (box.response("UIDVALIDITY")[1][0] or b"0").decode()
        last = int(place.partition(":")[2] or 0) if place.partition(":")[0] == validity else 0
        for uid in _uids(box, last)[:TURN]:
            size = re.search(rb"RFC822\.SIZE (\d+)", _ok(box.uid("FETCH", str(uid), "(RFC822.SIZE)"))[0])
            what = "(BODY.PEEK[])" if size and int(size[1]) <= MOST else "(BODY.PEEK[HEADER])"
            raw = next((one[1] for one in _ok(box.uid("FETCH", str(uid), what)) if isinstance(one, tuple)), b"")
            yield Fetched(f"{validity}:{uid}", raw, f"{validity}:{uid}")
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            box.logout()


def _uids(box: imaplib.IMAP4, last: int) -> list[int]:
    found = (_ok(box.uid("SEARCH", f"UID {last + 1}:*"))[0] or b"").split()
    return sorted(uid for uid in map(int, found) if uid > last)  # "n:*" always names the last one


def _ok(answer: tuple[str, Any]) -> list[Any]:
    if answer[0] != "OK":
        raise CannotFetch((answer[1][0] or b"refused").decode(errors="replace"))
    parts: list[Any] = answer[1]
    return parts


def _pop(account: Account, place: str, known: Callable[[Collection[str]], set[str]], strict: bool) -> Iterator[Fetched]:
    context = ssl.create_default_context()
    if account.protocol == "pop3s":
        box: poplib.POP3 = poplib.POP3_SSL(account.host, account.port, timeout=SECONDS, context=context)
    else:
        box = poplib.POP3(account.host, account.port, timeout=SECONDS)
        if strict:
            box.stls(context)
    try:
        box.user(account.user)
        box.pass_(account.password)
        marks = dict(line.decode().split(" ", 1)[::-1] for line in box.uidl()[1])
        sizes = dict(line.decode().split(" ")[:2] for line in box.list()[1])
        seen = known(marks.keys())
        new = [mark for mark in marks if mark not in seen]
        for mark in new[:TURN]:
            number = int(marks[mark])
            lines = box.retr(number)[1] if int(sizes[str(number)]) <= MOST else box.top(number, 0)[1]
            yield Fetched(mark, b"\r\n".join(lines), "")
    finally:
        with suppress(OSError, poplib.error_proto):
            box.quit()
