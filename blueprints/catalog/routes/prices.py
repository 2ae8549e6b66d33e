"""Price lists and the prices on them."""

from typing import Any

from flask import flash, g, request, url_for

from portal.catalog import queries, services
from portal.catalog.models import PriceList, PriceListItem
from portal.organization.queries import company, get
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, see

from ..forms import AddPrice, EditPrice, EditPriceList
from ..pages import price_form, price_list_form, price_list_page, price_lists_page, stored
from . import bp


@bp.get("/price-lists")
@needs("price_lists.view")
def list_price_lists() -> Any:
    return price_lists_page()


@bp.get("/price-lists/<int:record_id>")
@needs("price_lists.view")
def show_price_list(record_id: int) -> Any:
    return price_list_page(record_id, request.args.get("words", ""))


@bp.get("/price-lists/new")
@needs("price_lists.edit")
def new_price_list() -> Any:
    ours = company()
    return price_list_form(EditPriceList(formdata=None, data={"currency": ours.currency if ours else "USD"}))


@bp.post("/price-lists")
@needs("price_lists.edit")
def create_price_list() -> Any:
    form = EditPriceList()
    done = submit(form, lambda: services.create_price_list(g.actor, **form.values()).id)
    if not done:
        return price_list_form(form)
    flash("Price list created. Add prices to it.", "success")
    return go(url_for(".show_price_list", record_id=done.result))


@bp.get("/price-lists/<int:record_id>/edit")
@needs("price_lists.edit")
def edit_price_list(record_id: int) -> Any:
    which = get(g.actor, PriceList, record_id)
    return price_list_form(EditPriceList(formdata=None, obj=which), which)


@bp.post("/price-lists/<int:record_id>")
@needs("price_lists.edit")
def update_price_list(record_id: int) -> Any:
    get(g.actor, PriceList, record_id)
    form = EditPriceList()

    def update() -> int:
        return services.update_price_list(g.actor, record_id, version=form.version.data, **form.values()).id

    if not submit(form, update, current=lambda: stored(form, get(g.actor, PriceList, record_id))):
        return price_list_form(form, get(g.actor, PriceList, record_id))
    flash("Price list saved.", "success")
    return see(show_price_list, record_id=record_id)


@bp.post("/price-lists/<int:record_id>/prices")
@needs("price_lists.edit")
def add_price(record_id: int) -> Any:
    get(g.actor, PriceList, record_id)
    form = AddPrice()

    def add() -> int:
        product_id = queries.product_named(form.product.data).id
        return services.add_price(g.actor, record_id, product_id=product_id, **form.values("product")).id

    if not submit(form, add):
        return price_list_page(record_id, form=form)
    flash("Price added.", "success")
    return go(url_for(".show_price_list", record_id=record_id, words=form.product.data.partition(" ")[0]))


@bp.get("/prices/<int:record_id>/edit")
@needs("price_lists.edit")
def edit_price(record_id: int) -> Any:
    item = get(g.actor, PriceListItem, record_id)
    return price_form(EditPrice(formdata=None, obj=item), item)


@bp.post("/prices/<int:record_id>")
@needs("price_lists.edit")
def update_price(record_id: int) -> Any:
    get(g.actor, PriceListItem, record_id)
    form = EditPrice()

    def update() -> int:
        return services.change_price(g.actor, record_id, version=form.version.data, **form.values()).price_list_id

    done = submit(form, update, current=lambda: stored(form, get(g.actor, PriceListItem, record_id)))
    if not done:
        return price_form(form, get(g.actor, PriceListItem, record_id))
    flash("Price saved. Documents that were sent keep theirs.", "success")
    return go(url_for(".show_price_list", record_id=done.result))


@bp.post("/prices/<int:record_id>/removal")
@needs("price_lists.edit")
def remove_price(record_id: int) -> Any:
    done = submit(ActForm(), lambda: services.remove_price(g.actor, record_id))
    flash("Price removed. Documents that were sent keep theirs.", "success")
    return go(url_for(".show_price_list", record_id=done.result) if done else url_for(".list_price_lists"))
