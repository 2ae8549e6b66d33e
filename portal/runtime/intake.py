"""A mail server of our own for what comes back: LMTP (RFC 2033) or SMTP, behind the mail server of the house.

A mail is acknowledged after it is committed, and refused for the moment when it cannot be: so the sender keeps it.
"""

import logging
import re
import socketserver
from collections.abc import Callable

from flask import Flask

log = logging.getLogger(__name__)

LONGEST_LINE = 2_000  # octets of a command; RFC 5321 asks for 512
MOST = 10 * 2**20  # octets of a mail
RECIPIENTS, HOPS = 100, 50
SECONDS = 60.0
_PATH = re.compile(rb"(?i)(?:FROM|TO):\s*<?([^<>\s]*)>?")

Take = Callable[[bytes, str], None]


class Server(socketserver.ThreadingTCPServer):
    """`take` keeps one mail for one recipient, or raises."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 20

    def __init__(self, address: tuple[str, int], take: Take) -> None:
        super().__init__(address, Session)
        self.take = take


class Session(socketserver.StreamRequestHandler):
    timeout = SECONDS
    server: Server

    def handle(self) -> None:
        self._lmtp, self._to, self._from = False, list[bytes](), False
        try:
            self._say("220 ready")
            while line := self.rfile.readline(LONGEST_LINE):
                if not line.endswith(b"\n"):
                    return self._say("500 line too long")
                verb, _, rest = line.strip().partition(b" ")
                if verb.upper() == b"QUIT":
                    return self._say("221 bye")
                self._act(verb.upper(), rest)
        except OSError:
            return  # gone, or silent for too long

    def _act(self, verb: bytes, rest: bytes) -> None:
        if verb in (b"LHLO", b"EHLO", b"HELO"):
            self._lmtp, self._to, self._from = verb == b"LHLO", [], False
            self._say(
                "250 portal" if verb == b"HELO" else f"250-portal\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 SIZE {MOST}"
            )
        elif verb == b"MAIL":
            self._to, self._from = [], True
            self._say("250 ok")
        elif verb == b"RCPT":
            self._recipient(_PATH.match(rest))
        elif verb == b"DATA":
            self._data()
        elif verb == b"RSET":
            self._to, self._from = [], False
            self._say("250 ok")
        else:
            self._say("250 ok" if verb == b"NOOP" else "502 not here")

    def _recipient(self, path: re.Match[bytes] | None) -> None:
        if not self._from or path is None or not path[1]:
            self._say("503 MAIL first" if not self._from else "501 no address")
        elif len(self._to) >= RECIPIENTS:
            self._say("452 4.5.3 too many recipients")
        else:
            self._to.append(path[1])
            self._say("250 ok")

    def _data(self) -> None:
        if not self._to:
            return self._say("503 RCPT first")
        self._say("354 go on")
        raw = self._read()
        answers = [self._keep(raw, recipient) for recipient in self._to]
        # LMTP answers for each recipient. SMTP has one answer: who sends it again meets what is known already.
        told = answers if self._lmtp else [next((one for one in answers if one[0] != "2"), answers[0])]
        self._to, self._from = [], False
        for answer in told:
            self._say(answer)

    def _read(self) -> bytes | None:
        """The mail; None where it is too large. Raises OSError when it ends in the middle."""
        lines, size, fresh = [], 0, True  # fresh: after CRLF; a bare line feed begins no line
        while (line := self.rfile.readline(MOST)) != b".\r\n" or not fresh:
            if not line:
                raise ConnectionError
            size += len(line)
            if size <= MOST:
                lines.append(line[1:] if fresh and line.startswith(b".") else line)
            fresh = line.endswith(b"\r\n")
        return b"".join(lines) if size <= MOST else None

    def _keep(self, raw: bytes | None, recipient: bytes) -> str:
        if raw is None:
            return "552 5.3.4 too large"
        if raw.partition(b"\r\n\r\n")[0].lower().count(b"\nreceived:") > HOPS:
            return "554 5.4.6 this mail goes in circles"
        try:
            self.server.take(raw, recipient.decode("utf-8", "replace").lower())
        except Exception:
            log.exception("a mail could not be kept")
            return "451 4.3.0 not now"
        return "250 2.0.0 kept"

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def serve_intake(app: Flask, address: tuple[str, int]) -> None:
    """Blocks until the process is told to stop."""
    from portal.inbound.services import take_in
    from portal.kernel.actor import SYSTEM, act_as
    from portal.kernel.db import transact

    def take(raw: bytes, recipient: str) -> None:
        with app.app_context(), act_as(SYSTEM):
            transact(lambda: take_in(raw, "lmtp", envelope=recipient))

    with Server(address, take) as server:
        server.serve_forever()
