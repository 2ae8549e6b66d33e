"""Routes of orders."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, g, send_file, url_for

from portal.kernel import files
from portal.kernel.errors import NotFound
from portal.orders import queries, services
from portal.orders.states import OrderState
from portal.web.auth import needs
from portal.web.forms import Form, act, submit
from portal.web.htmx import see
from portal.web.listing import list_page

from .forms import CancelOrder, FulfilOrder
from .pages import KINDS, order_page

bp = Blueprint("orders", __name__)


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
    return order_page(record_id)


@bp.post("/orders/<int:record_id>/fulfilment")
@needs("orders.edit")
def create_fulfilment(record_id: int) -> Any:
    form = FulfilOrder()
    return _act(
        record_id, lambda: services.fulfil(g.actor, record_id, version=form.version.data), "Fulfilled.", form=form
    )


def _act(record_id: int, do: Callable[[], None], said: str, form: Form | None = None) -> Any:
    then, again = partial(see, show_order, record_id=record_id), partial(order_page, record_id)
    return act(do, said, then=then, again=again, form=form)


@bp.post("/orders/<int:record_id>/printing")
@needs("orders.edit")
def create_printing(record_id: int) -> Any:
    return _act(record_id, lambda: services.print_again(g.actor, record_id), "The PDF is tried again.")


@bp.post("/orders/<int:record_id>/cancellation")
@needs("orders.edit")
def create_cancellation(record_id: int) -> Any:
    form = CancelOrder()
    if not submit(
        form, lambda: services.cancel(g.actor, record_id, reason=form.reason.data, version=form.version.data)
    ):
        return order_page(record_id, form.status, cancel_form=form)
    flash("Cancelled. Nothing of it will be delivered or billed.", "success")
    return see(show_order, record_id=record_id)


@bp.get("/orders/<int:record_id>/pdf")
@needs("orders.view")
def show_pdf(record_id: int) -> Response:
    found = queries.order(g.actor, record_id)
    if found.pdf_key is None:
        raise NotFound("order.no_pdf", "The confirmation is not printed yet.")
    return send_file(BytesIO(files.read(found.pdf_key)), "application/pdf", download_name=f"{found.number}.pdf")
