"""A mailbox on a port, spoken to by IMAP or POP3 as real servers speak: enough for what the portal asks."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Imap(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline():
            tag, _, rest = line.strip().decode().partition(" ")
            verb = rest.split(" ")[0].upper()
            if verb == "LOGIN" and '"right"' not in rest:
                self.wfile.write(f"{tag} NO wrong password\r\n".encode())
                continue
            self._answer(verb, rest)
            self.wfile.write(f"{tag} OK done\r\n".encode())
            if verb == "LOGOUT":
                return

    def _answer(self, verb: str, rest: str) -> None:
        mails: dict[int, bytes] = self.server.mails
        if verb == "CAPABILITY":
            self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        elif verb in ("SELECT", "EXAMINE"):
            self.wfile.write(f"* {len(mails)} EXISTS\r\n* OK [UIDVALIDITY {self.server.validity}] ok\r\n".encode())
        elif found := re.match(r"(?i)UID SEARCH UID (\d+):\*", rest):
            uids = [uid for uid in mails if uid >= int(found[1])] or sorted(mails)[-1:]
            self.wfile.write(f"* SEARCH {' '.join(map(str, uids))}\r\n".encode())
        elif found := re.match(r"(?i)UID FETCH (\d+) \((.*)\)", rest):
            self._fetch(int(found[1]), found[2])

    def _fetch(self, uid: int, what: str) -> None:
        raw = self.server.mails[uid]
        if what == "RFC822.SIZE":
            self.wfile.write(f"* 1 FETCH (UID {uid} RFC822.SIZE {self.server.sizes.get(uid, len(raw))})\r\n".encode())
        else:
            raw = raw.partition(b"\n\n")[0] if "HEADER" in what else raw
            self.server.fetched.append(uid)
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")


class Pop(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self.wfile.write(b"+OK ready\r\n")
        mails: dict[int, bytes] = self.server.mails
        while line := self.rfile.readline():
            verb, *rest = line.decode().split()
            many: list[bytes] | None = None
            if verb in ("UIDL", "LIST"):
                many = [f"{n} {'id' + str(n) if verb == 'UIDL' else len(raw)}".encode() for n, raw in mails.items()]
            elif verb == "RETR":
                self.server.fetched.append(int(rest[0]))
                many = mails[int(rest[0])].split(b"\n")
            self.wfile.write(b"-ERR wrong password\r\n" if verb == "PASS" and rest != ["right"] else b"+OK\r\n")
            if many is not None:
                self.wfile.write(b"".join(one + b"\r\n" for one in many) + b".\r\n")
            if verb == "QUIT":
                return


@contextmanager
def mailbox(kind: type[socketserver.StreamRequestHandler], *mails: bytes) -> Iterator[Any]:
    """A server with `mails`, `sizes` (that it claims), `validity`, `fetched` and `port`."""
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    server.mails, server.sizes, server.validity, server.fetched = dict(enumerate(mails, 1)), {}, 7, []
    server.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
