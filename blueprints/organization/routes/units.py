"""Units of the company, and the ramps of newcomers."""

from typing import Any

from flask import Response, flash, g, url_for

from portal.organization import queries, services
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page, see

from ..forms import EditRamp, EditUnit
from ..pages import crumbs_home, tabs_home
from . import bp


@bp.get("/organization/units")
@needs("organization.view")
def list_units() -> Response:
    return _units_page()


def _units_page(*sent: EditUnit | EditRamp | ActForm) -> Response:
    """All units and ramps; `sent` is the form that was refused."""
    forms: dict[type, Any] = {EditUnit: EditUnit(formdata=None), EditRamp: EditRamp(formdata=None)}
    forms |= {type(form): form for form in sent}
    return page(
        "organization/units.html",
        status=sent[0].status if sent else 200,
        title="Units and ramps",
        crumbs=crumbs_home(),
        tabs=tabs_home(),
        units=queries.units(),
        ramps=queries.ramps(),
        unit_form=forms[EditUnit],
        ramp_form=forms[EditRamp],
        act_form=forms.get(ActForm) or ActForm(formdata=None),
    )


@bp.post("/organization/units")
@needs("organization.edit")
def add_unit() -> Any:
    form = EditUnit()
    if not submit(form, lambda: services.add_unit(g.actor, **form.values()).id):
        return _units_page(form)
    flash("The unit is there. Positions can belong to it now.", "success")
    return see(list_units)


@bp.get("/organization/units/<int:record_id>")
@needs("organization.edit")
def show_unit(record_id: int) -> Response:
    return _unit_page(record_id, EditUnit(formdata=None, obj=queries.unit(record_id)))


def _unit_page(record_id: int, form: EditUnit, status: int = 200) -> Response:
    unit = queries.unit(record_id)
    crumbs = [*crumbs_home(), ("Units and ramps", url_for(".list_units"))]
    return page("organization/unit.html", status=status, title=unit.name, crumbs=crumbs, unit=unit, form=form)


@bp.post("/organization/units/<int:record_id>")
@needs("organization.edit")
def edit_unit(record_id: int) -> Any:
    form = EditUnit()

    def stored() -> dict[str, Any]:
        unit = queries.unit(record_id)
        return EditUnit(formdata=None, obj=unit).values() | {"version": unit.version}

    def act() -> None:
        services.edit_unit(g.actor, record_id, form.version.data, **form.values())

    if not submit(form, act, current=stored):
        return _unit_page(record_id, form, form.status)
    flash("Saved.", "success")
    return go(url_for(".list_units"))


@bp.post("/organization/units/<int:record_id>/removal")
@needs("organization.edit")
def remove_unit(record_id: int) -> Any:
    form = ActForm()
    if not submit(form, lambda: services.remove_unit(g.actor, record_id)):
        return _units_page(form)
    flash("The unit is removed.", "success")
    return see(list_units)


@bp.post("/organization/ramps")
@needs("organization.edit")
def add_ramp() -> Any:
    form = EditRamp()
    if not submit(form, lambda: services.add_ramp(g.actor, name=form.name.data, percents=form.numbers()).id):
        return _units_page(form)
    flash("The ramp is there. Choose it for positions whose newcomers start this way.", "success")
    return see(list_units)


@bp.get("/organization/ramps/<int:record_id>")
@needs("organization.edit")
def show_ramp(record_id: int) -> Response:
    ramp = queries.ramp(record_id)
    return _ramp_page(record_id, EditRamp(formdata=None, data=_typed(ramp)))


def _typed(ramp: Any) -> dict[str, Any]:
    return {"name": ramp.name, "percents": ", ".join(map(str, ramp.percents)), "version": ramp.version}


def _ramp_page(record_id: int, form: EditRamp, status: int = 200) -> Response:
    ramp = queries.ramp(record_id)
    crumbs = [*crumbs_home(), ("Units and ramps", url_for(".list_units"))]
    return page("organization/ramp.html", status=status, title=ramp.name, crumbs=crumbs, ramp=ramp, form=form)


@bp.post("/organization/ramps/<int:record_id>")
@needs("organization.edit")
def edit_ramp(record_id: int) -> Any:
    form = EditRamp()

    def act() -> None:
        services.edit_ramp(g.actor, record_id, form.version.data, name=form.name.data, percents=form.numbers())

    if not submit(form, act, current=lambda: _typed(queries.ramp(record_id))):
        return _ramp_page(record_id, form, form.status)
    flash("Saved.", "success")
    return go(url_for(".list_units"))
