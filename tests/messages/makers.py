"""Messages and mail servers for the tests."""

import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.consent.services import record
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message
from portal.messages.rules import Pace
from portal.messages.services import Transport, Way, deliver, queue_email, queue_sms
from portal.runtime.settings import Settings
from portal.web.desk import desk

SETTINGS = Settings(public_url="https://portal.test", secret_key="x" * 40, database_url="sqlite://")


def send_by(way: Transport, channel: Channel = Channel.EMAIL, worker: str = "w1", **pace: Any) -> int:
    """A turn of one worker with one way out, which nothing limits."""
    return deliver(channel, [Way(way)], worker, desk(SETTINGS), Pace(**pace))


@dataclass(frozen=True)
class MailServer:
    url: str
    port: int
    log: Path

    def accepted(self) -> list[str]:
        """ "address <message id>" of every message the server took."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def taken(self) -> int:
        return self.log.read_bytes().count(b"\n") if self.log.exists() else 0


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def mail_server(folder: Path, *flags: str) -> Iterator[MailServer]:
    """A real SMTP server in its own process."""
    port, log = free_port(), folder / f"accepted-{secrets.token_hex(4)}.log"
    command = [sys.executable, "-W", "ignore", "-m", "tests.messages.smtp_server", str(port), str(log), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield MailServer(f"smtp://127.0.0.1:{port}", port, log)
        finally:
            process.kill()


def email(to: str = "ann@example.com", reason: str = "", **values: Any) -> int:
    """Queue one email; its id."""
    given = {"subject": "Hello", "text": "Hello Ann", "html": "<p>Hello <b>Ann</b></p>", "recipient": "Ann Ash"}
    with unit_of_work():
        return queue_email(reason or f"test:{secrets.token_hex(4)}", to=to, **(given | values)).id


def sms(to: str = "+12065550100", **values: Any) -> int:
    with unit_of_work():
        return queue_sms(f"test:{secrets.token_hex(4)}", to=to, text="Your order is on its way.", **values).id


def agree(address: str, channel: Channel = Channel.EMAIL, state: ConsentState = ConsentState.OPTED_IN) -> None:
    """The person said yes (or what `state` says) to commercial messages."""
    with unit_of_work():
        record(channel, address, Purpose.COMMERCIAL, state, source="test", wording="Yes, write to me")


def stored(message_id: int) -> Message:
    """As it is in the database now."""
    db.session.rollback()
    found = db.session.get(Message, message_id, populate_existing=True)
    assert found is not None
    return found
