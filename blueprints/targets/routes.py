"""Seeing and setting quotas."""

from datetime import date
from typing import Any

from flask import Response, flash, g, request, url_for

from portal.kernel import audit
from portal.kernel.errors import NotFound
from portal.organization.queries import authorize
from portal.targets import queries, services
from portal.targets.queries import Row
from portal.targets.rules import Period
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page

from . import bp
from .forms import QuotaForm

SHIFTS = {
    "1": "Next quarter",
    "0": "This quarter",
    "-1": "Last quarter",
    "-2": "Two quarters ago",
    "-3": "Three quarters ago",
}


@bp.get("/targets")
@needs("targets.view")
def show_targets() -> Response:
    chosen = request.args.get("period", "0")
    period = queries.current_period(int(chosen) if chosen in SHIFTS else 0)
    return page(
        "targets/targets.html",
        title="Targets",
        period=period,
        periods=list(SHIFTS.items()),
        chosen=chosen,
        rows=queries.attainment(g.actor, period),
        currency=queries.currency(),
        today=queries.today(),
        may_edit=g.actor.may("targets.edit"),
    )


def _asked(record_id: int, starts_on: str) -> tuple[Row, Period]:
    """The position and quarter of the address. Raises NotFound."""
    try:
        period = queries.quarter_of(date.fromisoformat(starts_on))
    except ValueError:
        raise NotFound("target.no_quarter", "There is no such quarter.") from None
    row = queries.row_of(g.actor, record_id, period)
    if period.starts_on.isoformat() != starts_on or row is None:
        raise NotFound("target.not_found", "This is not here, or not yours to see.")
    return row, period


@bp.get("/targets/<int:record_id>/<starts_on>")
@needs("targets.edit")
def edit_quota(record_id: int, starts_on: str) -> Response:
    row, period = _asked(record_id, starts_on)
    quota = queries.quota_in(g.actor, record_id, period.starts_on)
    form = QuotaForm(formdata=None, amount=quota and quota.amount, version=quota and quota.version)
    return _quota_page(row, period, form)


def _quota_page(row: Row, period: Period, form: QuotaForm, *, status: int = 200) -> Response:
    return page(
        "targets/quota.html",
        status=status,
        title=row.name,
        crumbs=[("Targets", url_for(".show_targets"))],
        row=row,
        period=period,
        form=form,
        past=queries.past(row.position_id, period),
        currency=queries.currency(),
        changes=audit.history("targets", row.quota_id) if row.quota_id else [],
    )


@bp.post("/targets/<int:record_id>/<starts_on>")
@needs("targets.edit")
def set_quota(record_id: int, starts_on: str) -> Any:
    row, period = _asked(record_id, starts_on)
    authorize(g.actor, "targets.edit")
    form = QuotaForm()
    amount, version = form.amount.data, form.version.data
    if submit(form, lambda: services.set_quota(g.actor, record_id, period, amount, version=version)):
        flash(f"Quota of {row.name} saved", "success")
        return go(url_for(".show_targets"))
    return _quota_page(row, period, form, status=form.status)
