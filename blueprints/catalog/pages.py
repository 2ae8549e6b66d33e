"""Pages of the catalog that several routes answer with."""

from typing import Any

from flask import Response, g, url_for

from portal.catalog import queries
from portal.catalog.models import PriceList, PriceListItem, Product, TaxRate
from portal.catalog.states import TAX_CATEGORIES, UNITS
from portal.kernel import clock
from portal.kernel.places import countries
from portal.organization.queries import get
from portal.web.forms import Form
from portal.web.htmx import page
from portal.web.records import tabs_of

from .forms import AddPrice, AddTaxRate, EditPrice, EditPriceList, EditProduct, EditTaxRate

SHOWN = 200


def parts_of_catalog() -> list[tuple[str, str, None]]:
    """Tabs over the three lists."""
    places = (("Products", ".list_products"), ("Price lists", ".list_price_lists"), ("Tax rates", ".list_tax_rates"))
    return [(text, url_for(endpoint), None) for text, endpoint in places]


def product_page(record_id: int) -> Response:
    product = get(g.actor, Product, record_id)
    return page(
        "catalog/product.html",
        title=product.name,
        crumbs=[("Products", url_for(".list_products"))],
        prices=queries.prices_by_list(record_id),
        unit=UNITS.get(product.unit, product.unit),
        tax_category=TAX_CATEGORIES.get(product.tax_category, product.tax_category),
        **tabs_of(product, without="timeline"),
    )


def form_page(title: str, form: Form, action: str, back: str, crumbs: list[tuple[str, str]], save: str) -> Response:
    """A form over its own page: product, price list, price, tax rate."""
    shown = {"form": form, "action": action, "back": back, "save": save, "crumbs": crumbs}
    return page("catalog/edit.html", status=form.status if form.errors else 200, title=title, **shown)


def product_form(form: EditProduct, product: Product | None = None) -> Response:
    crumbs = [("Products", url_for(".list_products"))]
    if product is None:
        back = url_for(".list_products")
        return form_page("New product", form, url_for(".create_product"), back, crumbs, "Create product")
    back = url_for(".show_product", record_id=product.id)
    action = url_for(".update_product", record_id=product.id)
    return form_page("Edit product", form, action, back, [*crumbs, (product.name, back)], "Save product")


def price_lists_page() -> Response:
    return page(
        "catalog/price_lists.html",
        title="Price lists",
        parts=parts_of_catalog(),
        lists=queries.price_lists(),
        counts=queries.count_items(),
        today=clock.today(g.timezone),
        is_valid=queries.is_valid,
    )


def price_list_page(record_id: int, words: str = "", form: AddPrice | None = None) -> Response:
    found = get(g.actor, PriceList, record_id)
    items = queries.items_of(record_id, words, SHOWN + 1)
    return page(
        "catalog/price_list.html",
        status=form.status if form else 200,
        title=found.name,
        crumbs=[("Price lists", url_for(".list_price_lists"))],
        record=found,
        items=items[:SHOWN],
        has_more=len(items) > SHOWN,
        words=words,
        total=queries.count_items().get(record_id, 0),
        form=form or AddPrice(formdata=None),
        suggestions=queries.products_to_pick(),
        runs=queries.is_valid(found, clock.today(g.timezone)),
    )


def price_list_form(form: EditPriceList, which: PriceList | None = None) -> Response:
    crumbs = [("Price lists", url_for(".list_price_lists"))]
    if which is None:
        back = url_for(".list_price_lists")
        return form_page("New price list", form, url_for(".create_price_list"), back, crumbs, "Create price list")
    back = url_for(".show_price_list", record_id=which.id)
    action = url_for(".update_price_list", record_id=which.id)
    return form_page("Edit price list", form, action, back, [*crumbs, (which.name, back)], "Save price list")


def price_form(form: EditPrice, item: PriceListItem) -> Response:
    back = url_for(".show_price_list", record_id=item.price_list_id)
    crumbs = [("Price lists", url_for(".list_price_lists")), (item.price_list.name, back)]
    action = url_for(".update_price", record_id=item.id)
    return form_page(f"Price of {item.product.name}", form, action, back, crumbs, "Save price")


def tax_rates_page(form: AddTaxRate | None = None) -> Response:
    return page(
        "catalog/tax_rates.html",
        status=form.status if form else 200,
        title="Tax rates",
        parts=parts_of_catalog(),
        rates=queries.all_tax_rates(),
        country_names=countries(str(g.locale)[:2]),
        categories=TAX_CATEGORIES,
        form=form or AddTaxRate(formdata=None),
    )


def tax_rate_form(form: EditTaxRate, rate: TaxRate) -> Response:
    back = url_for(".list_tax_rates")
    place = " ".join(part for part in (rate.country, rate.region, rate.category) if part)
    action = url_for(".update_tax_rate", record_id=rate.id)
    return form_page(f"Tax rate {place}", form, action, back, [("Tax rates", back)], "Save rate")


def stored(form: Any, record: Any) -> dict[str, Any]:
    """What the form shows, as stored now."""
    return {name: getattr(record, name) for name in form.data if hasattr(record, name)}
