"""Why an account is where it is, pins, and what nobody covers."""

from typing import Any

from flask import flash, g, url_for

from portal.realignment import queries, services
from portal.territories.queries import name_of
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page

from ..forms import PinAccount
from ..pages import crumbs, home_tabs
from . import bp

LISTED = 50


@bp.get("/accounts/<int:record_id>")
@needs("accounts.view")
def show_placement(record_id: int) -> Any:
    return _placement_page(record_id)


def _placement_page(record_id: int, form: PinAccount | None = None, status: int = 200) -> Any:
    here = queries.why_here(g.actor, record_id)
    return page(
        "realignment/placement.html",
        status=status,
        title=f"Why {here.customer.name} is here",
        crumbs=[(here.customer.name, url_for("accounts.show_account", record_id=record_id))],
        here=here,
        one=here.customer,
        now=name_of(here.customer.territory_id),
        form=form or PinAccount(formdata=None, data={"reason": here.customer.pinned}),
        act_form=ActForm(formdata=None),
    )


@bp.post("/accounts/<int:record_id>/pin")
@needs("territories.edit")
def pin_account(record_id: int) -> Any:
    form = PinAccount()
    if submit(form, lambda: services.pin(g.actor, record_id, form.reason.data).id) is None:
        return _placement_page(record_id, form, form.status)
    undo = url_for(".unpin_account", record_id=record_id)
    flash({"text": "Pinned: no realignment moves it", "undo": undo}, "success")  # type: ignore[arg-type]
    return go(url_for(".show_placement", record_id=record_id))


@bp.post("/accounts/<int:record_id>/pin/removal")
@needs("territories.edit")
def unpin_account(record_id: int) -> Any:
    form = ActForm()
    if submit(form, lambda: services.unpin(g.actor, record_id)) is None:
        return _placement_page(record_id, status=form.status)
    flash("The rules decide again.", "success")
    return go(url_for(".show_placement", record_id=record_id))


@bp.get("/pins")
@needs("territories.edit")
def list_pins() -> Any:
    found = queries.pins()
    return page(
        "realignment/pins.html",
        title="Pinned accounts",
        crumbs=crumbs()[:1],
        tabs=home_tabs(),
        pins=found,
        act_form=ActForm(formdata=None),
    )


@bp.get("/coverage")
@needs("territories.edit")
def show_coverage() -> Any:
    return page(
        "realignment/coverage.html",
        title="Coverage",
        crumbs=crumbs()[:1],
        tabs=home_tabs(),
        gaps=queries.gaps(),
        listed=LISTED,
    )
