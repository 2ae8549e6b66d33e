"""Printing and mailing order confirmations."""

from datetime import timedelta

from portal.kernel import clock, links
from portal.kernel.actor import Actor
from portal.kernel.db import transact
from portal.kernel.outbox import emit
from portal.kernel.printed import keep_paper, unprinted
from portal.orders import queries, services
from portal.orders.events import OrderPlaced
from portal.orders.models import Order
from portal.quotes.services import LINK
from portal.workspace.rules import BulkAct, offer_act

from . import printing
from .registry import every, on

KEPT = timedelta(days=90)  # how long the customer may look at the accepted offer by the link in the confirmation


@on(OrderPlaced, queue="pdf", alone=True)
def confirm_order(order_id: int) -> None:
    """Print the confirmation once, then mail it."""
    order = queries.for_mail(order_id)
    if order is None or order.pdf_key or order.snapshot is None or order.revision is None:
        return
    document, revision = printing.frozen(order.snapshot), order.revision
    person = order.contact.name if order.contact else order.account.name
    letter = printing.Letter(
        f"order:{order_id}:confirm", "orders/order_confirmation", revision.sent_to or "", person, "orders", order_id,
        order.owner_id, order.territory_id,
    )  # fmt: skip
    quote_id, number = revision.quote_id, revision.number
    printed = printing.print_paper("orders/pdf/order.html", document)

    def keep() -> None:
        if keep_paper(Order, order_id, printed.key, printed.problem) and printed.key:
            ends = clock.now() + KEPT
            token = links.issue(LINK, quote_id, number, expires_at=ends, address=letter.to)
            values = {"delivery": "–", "link": printing.public_url(f"/q/{token}")}
            printing.post(letter, document, printed.key, values)

    transact(keep)


@every(timedelta(minutes=10))
def print_waiting_orders() -> None:
    """Confirmations that waited for Pango are printed when it is there."""
    printing.retry(unprinted(Order, printing.WAITS_FOR_PANGO), lambda key: emit(OrderPlaced(order_id=key)))


def _fulfil(actor: Actor, order_id: int, _: str) -> None:
    services.fulfil(actor, order_id)


offer_act(BulkAct("orders", "fulfilment", "Mark as fulfilled", "orders.edit", _fulfil))
