"""The page of an order, which more than one view shows."""

from typing import Any

from flask import Response, g, url_for

from portal.invoices.queries import chain_of_order, of_order
from portal.orders import queries
from portal.organization.queries import allows
from portal.quotes.queries import seller_today
from portal.web.chain import bars
from portal.web.forms import ActForm
from portal.web.htmx import page
from portal.web.records import tabs_of

from .forms import CancelOrder, FulfilOrder

KINDS = {"placed": "now", "fulfilled": "good", "invoiced": "good", "cancelled": "none"}


def order_page(record_id: int, status: int = 200, **forms: Any) -> Response:
    found = queries.order(g.actor, record_id)
    quote = queries.from_quote(found)
    ready = {
        "fulfil_form": FulfilOrder(formdata=None, version=found.version),
        "cancel_form": CancelOrder(formdata=None, version=found.version),
        "act_form": ActForm(formdata=None),
    }
    return page(
        "orders/order.html",
        "record",
        status=status,
        title=found.number,
        crumbs=[("Orders", url_for("orders.list_orders"))],
        order=found,
        base=url_for("orders.show_order", record_id=record_id),
        editor=allows(g.actor, "orders.edit", found),
        quote=quote,
        totals=queries.totals_of(found),
        steps=bars(chain_of_order(g.actor, found, seller_today())),
        bill=of_order(g.actor, found.id),
        kinds=KINDS,
        state_names=queries.STATE_NAMES,
        **tabs_of(found),
        **(ready | forms),
    )
