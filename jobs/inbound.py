"""Fetching the mailboxes that answers and bounces come back to."""

from datetime import timedelta
from functools import partial

from flask import current_app

from portal.inbound import services
from portal.inbound.queries import active_mailboxes, known_of
from portal.kernel.db import db, transact
from portal.web import mailboxes, mailserver

from .registry import every


@every(timedelta(minutes=1))
def poll_mailboxes() -> None:
    found = [(one.id, one.url, one.place) for one in active_mailboxes()]
    db.session.rollback()
    for mailbox_id, url, place in found:
        problem = poll(mailbox_id, url, place)
        transact(partial(services.polled, mailbox_id, problem))


def poll(mailbox_id: int, url: str, place: str) -> str:
    """One mail, one transaction: what was not committed is fetched again. Returns what went wrong, "" for nothing."""
    settings = current_app.extensions["settings"]
    opened = mailserver.unseal(settings, url)
    if opened is None:
        return "It was sealed with another SECRET_KEY: enter it again."
    known = partial(known_of, mailbox_id)
    try:
        for mail in mailboxes.fetch(mailboxes.parse(opened), place, known, private=settings.outbound_private):
            transact(partial(services.take_one, mailbox_id, mail.mark, mail.raw, mail.place))
    except mailboxes.CannotFetch as error:
        return str(error)
    return ""
