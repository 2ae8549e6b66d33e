"""A mail server in a process of its own: behaves by the first word of the recipient, logs what it accepted.

Run: python -m tests.messages.smtp_server PORT LOG [auth] [pipelining] [mute]
Recipients: nouser@ 550, policy@ 550 5.7.1, full@ 552, greylisted@ 451, busy@ 451 after DATA, spam@ 554 after DATA,
lost@ takes the message and ends the connection without an answer, gone@ ends it before DATA, mute@ never answers the
message, slow@ answers after a second; everybody else is accepted. With `mute` it takes no notice of anybody.
"""

import asyncio
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

RCPT = {
    "nouser": "550 5.1.1 No such person here",
    "policy": "550 5.7.1 We do not like your network",
    "full": "552 5.2.2 Mailbox full",
    "greylisted": "451 4.7.1 Greylisted, try again later",
}
DATA = {"busy": "451 4.3.0 Try again later", "spam": "554 5.6.0 We do not like your words"}
PAUSE = 0.004  # seconds between taking a message and saying so, in which a kill leaves its outcome unknown


def end(server: SMTP) -> None:
    """Cut the connection without a word."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


class Handler:
    def __init__(self, log: str, flags: Collection[str]) -> None:
        self.log = Path(log)
        self.flags = flags

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(["250-PIPELINING"] if "pipelining" in self.flags else []), responses[-1]]

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if "mute" in self.flags:
            await asyncio.sleep(60)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        word = address.partition("@")[0].partition(".")[0]
        if word == "gone":
            end(server)
        if answer := RCPT.get(word):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        word = envelope.rcpt_tos[0].partition("@")[0].partition(".")[0]
        if answer := DATA.get(word):
            return answer
        head = envelope.content.partition(b"\r\n\r\n")[0].decode()
        message_id = next(line for line in head.splitlines() if line.startswith("Message-ID:"))
        with self.log.open("a") as out:
            out.write(f"{envelope.rcpt_tos[0]} {message_id.partition(' ')[2]}\n")
        await asyncio.sleep(60 if word == "mute" else 1 if word == "slow" else PAUSE)
        if word == "lost":
            end(server)
        return "250 OK"


def check(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"portal", b"right")
    return AuthResult(success=known, handled=False)


async def serve(port: int, log: str, flags: Collection[str]) -> None:
    handler = Handler(log, flags)
    options: dict[str, Any] = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    options = options if "auth" in flags else {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=False, hostname="mx.example", **options), "127.0.0.1", port
    )
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
