"""The mail worker's work: handing over what is due on every channel."""

from flask import current_app

from portal.messages.queries import due
from portal.messages.rules import Pace
from portal.messages.services import deliver
from portal.web.transport import transports

from .registry import sweeps

PACE = Pace()


def any_due() -> bool:
    """Whether a channel that we have a server for has something to do."""
    return any(due(channel) for channel in transports(current_app.extensions["settings"]))


@sweeps("mail", waits=any_due)
def deliver_due(worker: str) -> int:
    """A turn of every channel, so that a slow mail server does not hold up the SMS."""
    settings = current_app.extensions["settings"]
    return sum(
        deliver(channel, transport, worker, unsubscribe_url=_unsubscribe_url, pace=PACE)
        for channel, transport in transports(settings).items()
    )


def _unsubscribe_url(token: str) -> str:
    return f"{current_app.extensions['settings'].public_url}/c/{token}/one-click"
