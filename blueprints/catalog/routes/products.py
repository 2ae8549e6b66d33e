"""Products."""

from typing import Any

from flask import flash, g, url_for

from portal.catalog import queries, services
from portal.catalog.models import Product
from portal.organization.queries import get
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, see
from portal.web.listing import list_page

from ..forms import EditProduct
from ..pages import parts_of_catalog, product_form, product_page, stored
from . import bp


@bp.get("/products")
@needs("catalog.view")
def list_products() -> Any:
    return list_page(
        "catalog/products.html",
        queries.PRODUCTS,
        title="Products",
        row_url=lambda row: url_for(".show_product", record_id=row.id),
        parts=parts_of_catalog(),
        empty="What you sell, with prices on price lists. Add the first product by hand.",
    )


@bp.get("/products/<int:record_id>")
@needs("catalog.view")
def show_product(record_id: int) -> Any:
    return product_page(record_id)


@bp.get("/products/new")
@needs("catalog.edit")
def new_product() -> Any:
    return product_form(EditProduct(formdata=None))


@bp.post("/products")
@needs("catalog.edit")
def create_product() -> Any:
    form = EditProduct()
    done = submit(form, lambda: services.create_product(g.actor, **form.values()).id)
    if not done:
        return product_form(form)
    flash("Product created. Put it on a price list.", "success")
    return go(url_for(".show_product", record_id=done.result))


@bp.get("/products/<int:record_id>/edit")
@needs("catalog.edit")
def edit_product(record_id: int) -> Any:
    product = get(g.actor, Product, record_id)
    return product_form(EditProduct(formdata=None, obj=product), product)


@bp.post("/products/<int:record_id>")
@needs("catalog.edit")
def update_product(record_id: int) -> Any:
    get(g.actor, Product, record_id)
    form = EditProduct()

    def update() -> int:
        return services.update_product(g.actor, record_id, version=form.version.data, **form.values()).id

    if not submit(form, update, current=lambda: stored(form, get(g.actor, Product, record_id))):
        return product_form(form, get(g.actor, Product, record_id))
    flash("Product saved.", "success")
    return see(show_product, record_id=record_id)
