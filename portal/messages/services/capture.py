"""What a development installation does instead of sending: it keeps the message for /dev/outbox."""

from collections.abc import Callable

from portal.kernel.db import db, unit_of_work

from ..models import CapturedMessage
from ..rules import ACCEPTED, Outcome
from .letters import Letter


class Capture:
    """A transport that accepts everything and delivers nothing."""

    def open(self) -> Outcome:
        return ACCEPTED

    def hand_over(self, letter: Letter, renew: Callable[[], None]) -> Outcome:
        with unit_of_work():
            db.session.add(
                CapturedMessage(
                    channel=letter.channel, address=letter.address, subject=letter.subject[:300], raw=letter.raw
                )
            )
        return ACCEPTED

    def close(self) -> None:
        """There is nothing to close."""
