"""Who is credited with a deal."""

from typing import Any

from flask import Response, flash, g
from wtforms.fields.choices import SelectChoice

from portal.opportunities import queries, services
from portal.opportunities.models import Opportunity
from portal.organization.queries import authorize, position_choices
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page
from portal.web.records import position_name, record_url

from . import bp
from .forms import SplitsForm
from .routes import _crumbs

ROWS = 6


def _with_choices(form: SplitsForm) -> SplitsForm:
    people = [SelectChoice(str(key), f"{title}: {position_name(key)}") for key, title in position_choices()]
    for row in form.rows:
        row.form.position_id.choices = [SelectChoice("", "Nobody"), *people]
    return form


@bp.get("/opportunities/<int:record_id>/splits")
@needs("opportunities.split")
def show_splits(record_id: int) -> Response:
    deal = queries.deal(g.actor, record_id)
    authorize(g.actor, "opportunities.split", deal)
    given = [{"kind": s.kind, "position_id": s.position_id, "percent": s.percent} for s in queries.splits(deal.id)]
    rows = given or [{"position_id": deal.owner_id, "percent": 100}]
    return _page(deal, SplitsForm(formdata=None, data={"rows": rows, "version": deal.version}))


def _page(deal: Opportunity, form: SplitsForm, *, status: int = 200) -> Response:
    for _ in range(ROWS - len(form.rows)):
        form.rows.append_entry()
    return page(
        "opportunities/splits.html",
        status=status,
        title="Who is credited",
        crumbs=_crumbs(deal),
        deal=deal,
        form=_with_choices(form),
    )


@bp.post("/opportunities/<int:record_id>/splits")
@needs("opportunities.split")
def set_splits(record_id: int) -> Any:
    deal = queries.deal(g.actor, record_id)
    authorize(g.actor, "opportunities.split", deal)
    form = _with_choices(SplitsForm())
    if submit(form, lambda: services.set_splits(g.actor, record_id, form.wanted(), version=form.version.data)):
        flash("Splits saved", "success")
        return go(record_url("opportunities", record_id))
    return _page(queries.deal(g.actor, record_id), form, status=form.status)
