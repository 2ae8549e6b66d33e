"""Tax rates."""

from typing import Any

from flask import flash, g

from portal.catalog import services
from portal.catalog.models import TaxRate
from portal.organization.queries import get
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import see

from ..forms import AddTaxRate, EditTaxRate
from ..pages import stored, tax_rate_form, tax_rates_page
from . import bp


@bp.get("/tax-rates")
@needs("tax_rates.view")
def list_tax_rates() -> Any:
    return tax_rates_page()


@bp.post("/tax-rates")
@needs("tax_rates.edit")
def add_tax_rate() -> Any:
    form = AddTaxRate()
    if not submit(form, lambda: services.add_tax_rate(g.actor, **form.values()).id):
        return tax_rates_page(form)
    flash("Tax rate added.", "success")
    return see(list_tax_rates)


@bp.get("/tax-rates/<int:record_id>/edit")
@needs("tax_rates.edit")
def edit_tax_rate(record_id: int) -> Any:
    rate = get(g.actor, TaxRate, record_id)
    return tax_rate_form(EditTaxRate(formdata=None, obj=rate), rate)


@bp.post("/tax-rates/<int:record_id>")
@needs("tax_rates.edit")
def update_tax_rate(record_id: int) -> Any:
    get(g.actor, TaxRate, record_id)
    form = EditTaxRate()

    def update() -> int:
        return services.change_tax_rate(g.actor, record_id, version=form.version.data, **form.values()).id

    if not submit(form, update, current=lambda: stored(form, get(g.actor, TaxRate, record_id))):
        return tax_rate_form(form, get(g.actor, TaxRate, record_id))
    flash("Tax rate saved. Documents that were issued keep theirs.", "success")
    return see(list_tax_rates)


@bp.post("/tax-rates/<int:record_id>/removal")
@needs("tax_rates.edit")
def remove_tax_rate(record_id: int) -> Any:
    submit(ActForm(), lambda: services.remove_tax_rate(g.actor, record_id))
    flash("Tax rate removed.", "success")
    return see(list_tax_rates)
