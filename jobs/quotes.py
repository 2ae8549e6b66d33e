"""Printing and mailing offers; closing those that ended."""

from datetime import timedelta
from typing import cast

from portal.kernel import links
from portal.kernel.actor import Actor
from portal.kernel.db import transact
from portal.kernel.outbox import emit
from portal.kernel.paper import DocumentSnapshot
from portal.kernel.printed import keep_paper, unprinted
from portal.quotes import queries, services
from portal.quotes.events import RevisionSent
from portal.quotes.models import Revision
from portal.workspace.rules import BulkAct, offer_act

from . import printing
from .registry import every, on


@on(RevisionSent, queue="pdf", alone=True)
def deliver_offer(revision_id: int) -> None:
    """Print the offer once, with the customer's link in it, then mail both."""
    revision = queries.revision_for_mail(revision_id)
    if revision is None or revision.pdf_key or revision.state != "sent":
        return
    found, to, number = revision.quote, revision.sent_to or "", revision.number
    person = found.contact.name if found.contact else found.account.name
    owner_id, territory_id, quote_id = found.owner_id, found.territory_id, found.id
    document = printing.frozen(revision.snapshot)
    ends = services.link_end(revision.valid_until, queries.seller().timezone)
    token = transact(lambda: links.issue(services.LINK, quote_id, number, expires_at=ends, address=to))
    url = printing.public_url(f"/q/{token}")
    printed = printing.print_paper("quotes/pdf/quote.html", cast(DocumentSnapshot, {**document, "accept_url": url}))
    letter = printing.Letter(
        f"quote:{quote_id}:r{number}:send", "quotes/quote_sent", to, person, "quotes", quote_id, owner_id, territory_id
    )
    values = {
        "message": "\n".join(document["intro"]),
        "revision": str(number),
        "valid_until": printing.day(document, document.get("valid_until", "")),
        "link": url,
    }

    def keep() -> None:
        if keep_paper(Revision, revision_id, printed.key, printed.problem) and printed.key:
            printing.post(letter, document, printed.key, values)

    transact(keep)


@every(timedelta(minutes=10))
def print_waiting_offers() -> None:
    """Offers that waited for Pango are printed when it is there."""
    waiting = unprinted(Revision, printing.WAITS_FOR_PANGO, Revision.state == "sent")
    printing.retry(waiting, lambda key: emit(RevisionSent(revision_id=key)))


@every(timedelta(hours=1))
def expire_offers() -> None:
    transact(services.expire_ended)


def _withdraw(actor: Actor, quote_id: int, _: str) -> None:
    services.withdraw(actor, quote_id)


offer_act(BulkAct("quotes", "withdrawal", "Withdraw", "quotes.edit", _withdraw, danger=True))
