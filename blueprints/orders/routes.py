"""Routes of orders."""

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, g, send_file, url_for

from portal.invoices.queries import chain_of_order, of_order
from portal.kernel import files
from portal.kernel.errors import NotFound
from portal.orders import queries, services
from portal.orders.states import OrderState
from portal.organization.queries import allows
from portal.quotes.queries import seller_today
from portal.web.auth import needs
from portal.web.chain import bars
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see
from portal.web.listing import list_page
from portal.web.records import tabs_of

from .forms import CancelOrder, FulfilOrder

bp = Blueprint("orders", __name__)

KINDS = {"placed": "now", "fulfilled": "good", "invoiced": "good", "cancelled": "none"}


@bp.get("/orders")
@needs("orders.view")
def list_orders() -> Response:
    return list_page(
        "orders/list.html",
        queries.LISTING,
        title="Orders",
        kinds={queries.STATE_NAMES[OrderState(state)]: kind for state, kind in KINDS.items()},
        row_url=lambda row: url_for(".show_order", record_id=row.id),
        empty="An order comes into being when a customer accepts a quote.",
    )


@bp.get("/orders/<int:record_id>")
@needs("orders.view")
def show_order(record_id: int) -> Response:
    return _order_page(record_id)


def _order_page(record_id: int, status: int = 200, **forms: Any) -> Response:
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


@bp.post("/orders/<int:record_id>/fulfilment")
@needs("orders.edit")
def create_fulfilment(record_id: int) -> Any:
    form = FulfilOrder()
    queries.order(g.actor, record_id)
    if not submit(form, lambda: services.fulfil(g.actor, record_id, version=form.version.data)):
        return _order_page(record_id, form.status, fulfil_form=form)
    flash("Fulfilled.", "success")
    return see(show_order, record_id=record_id)


@bp.post("/orders/<int:record_id>/cancellation")
@needs("orders.edit")
def create_cancellation(record_id: int) -> Any:
    form = CancelOrder()
    queries.order(g.actor, record_id)
    if not submit(
        form, lambda: services.cancel(g.actor, record_id, reason=form.reason.data, version=form.version.data)
    ):
        return _order_page(record_id, form.status, cancel_form=form)
    flash("Cancelled. Nothing of it will be delivered or billed.", "success")
    return see(show_order, record_id=record_id)


@bp.get("/orders/<int:record_id>/pdf")
@needs("orders.view")
def show_pdf(record_id: int) -> Response:
    found = queries.order(g.actor, record_id)
    if found.pdf_key is None:
        raise NotFound("order.no_pdf", "The confirmation is not printed yet.")
    return send_file(BytesIO(files.read(found.pdf_key)), "application/pdf", download_name=f"{found.number}.pdf")
