"""Plans: list, versions, components, check, approval."""

import json
from decimal import Decimal
from typing import Any

from flask import Response, flash, g, request, url_for

from portal.compensation import queries, services
from portal.compensation.models import PlanVersion
from portal.compensation.states import Kind, VersionState
from portal.kernel.errors import NotFound
from portal.targets.queries import currency, today
from portal.web.auth import needs
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import go, page, see

from . import bp
from .forms import (
    BASES,
    BLANK_TIERS,
    INTERVALS,
    KINDS,
    MEASURES,
    METHODS,
    MOST_TIERS,
    ROLES,
    UNITS,
    ApproveVersion,
    ComponentForm,
    MoveDraft,
    NewPlan,
    NewVersion,
    Policy,
    component_data,
)
from .pages import VERSION_KINDS, plan_plot, tabs

TEXTS = {"kind": KINDS, "measure": MEASURES, "interval": INTERVALS, "method": METHODS, "basis": BASES, "unit": UNITS}


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Commission", url_for("compensation.show_mine")), ("Plans", url_for("compensation.list_plans")), *more]


@bp.get("/compensation/plans")
@needs("compensation.plans")
def list_plans() -> Response:
    return page(
        "compensation/plans.html",
        title="Compensation plans",
        crumbs=[("Commission", url_for(".show_mine"))],
        tabs=tabs(),
        rows=queries.plans(g.actor),
        kinds=VERSION_KINDS,
        currency=currency(),
        form=Policy(formdata=None, managers_see_pay=queries.managers_see_pay()),
    )


@bp.post("/compensation/policy")
@needs("compensation.edit")
def set_policy() -> Any:
    form = Policy()
    if submit(form, lambda: services.set_policy(g.actor, managers_see_pay=form.managers_see_pay.data)):
        flash("Saved", "success")
    return go(url_for(".list_plans"))


@bp.get("/compensation/plans/new")
@needs("compensation.edit")
def new_plan() -> Response:
    return _new_page(NewPlan(formdata=None, starts_on=today().replace(day=1)))


def _new_page(form: Any, *, title: str = "New plan", status: int = 200) -> Response:
    return page("compensation/new_plan.html", status=status, title=title, crumbs=crumbs(), form=form)


@bp.post("/compensation/plans/new")
@needs("compensation.edit")
def create_plan() -> Any:
    form = NewPlan()
    if done := submit(form, lambda: services.create_plan(g.actor, **form.values())):
        flash("Plan made. Now its components.", "success")
        return go(url_for(".show_version", record_id=done.result))
    return _new_page(form, status=form.status)


@bp.post("/compensation/plans/<int:record_id>/versions")
@needs("compensation.edit")
def draft_version(record_id: int) -> Any:
    queries.plan(g.actor, record_id)
    form = NewVersion()
    if done := submit(form, lambda: services.draft_version(g.actor, record_id, form.starts_on.data)):
        flash("Draft made from the newest version", "success")
        return go(url_for(".show_version", record_id=done.result))
    return _new_page(form, title="New version", status=form.status)


@bp.get("/compensation/plans/<int:record_id>")
@needs("compensation.plans")
def show_plan(record_id: int) -> Any:
    """The plan at the version that matters now."""
    found = queries.plan(g.actor, record_id)
    return go(url_for(".show_version", record_id=queries.current(found.versions, today()).id))


@bp.get("/compensation/versions/<int:record_id>")
@needs("compensation.plans")
def show_version(record_id: int) -> Response:
    return _version_page(queries.plan_version(g.actor, record_id))


def _version_page(found: PlanVersion, *, status: int = 200, **forms: Any) -> Response:
    check = queries.check_of(found)
    draft = found.state == VersionState.DRAFT
    ready = {
        "approve_form": ApproveVersion(formdata=None, version=found.version),
        "move_form": MoveDraft(formdata=None, version=found.version, starts_on=found.starts_on),
        "version_form": NewVersion(formdata=None),
        "act_form": ActForm(formdata=None),
    }
    return page(
        "compensation/version.html",
        status=status,
        title=found.plan.name,
        crumbs=crumbs(),
        version=found,
        versions=queries.plan(g.actor, found.plan_id).versions,
        terms=found.terms,
        draft=draft,
        may_edit=draft and g.actor.may("compensation.edit"),
        may_approve=draft and g.actor.may("compensation.approve"),
        kinds=VERSION_KINDS,
        texts=TEXTS,
        roles=ROLES,
        check=check,
        plot=plan_plot(check, found.terms["currency"]) if check else None,
        people=queries.of_plan(found.plan_id),
        today=today(),
        as_json=json.dumps(found.terms, indent=2, ensure_ascii=False),
        exact=Decimal,
        **(ready | forms),
    )


@bp.get("/compensation/versions/<int:record_id>/cost")
@needs("compensation.plans")
def show_cost(record_id: int) -> Response:
    """What the version would have cost on the orders, invoices and payments of the last twelve months."""
    found = queries.plan_version(g.actor, record_id)
    period, rows = queries.cost_of(found)
    return page(
        "compensation/cost.html",
        title="Simulated cost",
        crumbs=crumbs((found.plan.name, url_for(".show_version", record_id=record_id))),
        version=found,
        period=period,
        rows=sorted(rows, key=lambda one: (-one.pays, one.member.name)),
        currency=found.terms["currency"],
    )


@bp.post("/compensation/versions/<int:record_id>/start")
@needs("compensation.edit")
def move_draft(record_id: int) -> Any:
    found = queries.plan_version(g.actor, record_id)
    form = MoveDraft()
    if submit(form, lambda: services.move_draft(g.actor, record_id, form.starts_on.data, version=form.version.data)):
        flash("Saved", "success")
        return see(show_version, record_id=record_id)
    return _version_page(found, status=form.status, move_form=form)


@bp.post("/compensation/versions/<int:record_id>/approval")
@needs("compensation.approve")
def approve_version(record_id: int) -> Any:
    found = queries.plan_version(g.actor, record_id)
    form = ApproveVersion()
    if submit(
        form,
        lambda: services.approve_version(g.actor, record_id, seen=form.seen.data, version=form.version.data),
    ):
        flash("Approved. It is in force from its first day, and stays as it is.", "success")
        return see(show_version, record_id=record_id)
    return _version_page(found, status=form.status, approve_form=form)


def _component(found: PlanVersion, place: int) -> dict[str, Any]:
    """Raises NotFound behind the place where a new one would stand."""
    components = found.terms["components"]
    if place > len(components):
        raise NotFound("component.not_found", "There is no such component.")
    return dict(components[place]) if place < len(components) else {}


@bp.get("/compensation/versions/<int:record_id>/components/<int:place>")
@needs("compensation.edit")
def edit_component(record_id: int, place: int) -> Response:
    found = queries.plan_version(g.actor, record_id)
    terms = _component(found, place)
    data = component_data(terms) if terms else {}
    form = ComponentForm(formdata=None, data=data | {"version": found.version})
    return _component_page(found, place, form)


def _component_page(
    found: PlanVersion, place: int, form: ComponentForm, *, status: int = 200, more: bool = False
) -> Response:
    blank = 0 if more else sum(row.form.is_blank for row in form.tiers)
    for _ in range(max(0, min(BLANK_TIERS - blank, MOST_TIERS - len(form.tiers)))):
        form.tiers.append_entry()
    return page(
        "compensation/component.html",
        status=status,
        title=form.name.data or "New component",
        crumbs=crumbs((found.plan.name, url_for(".show_version", record_id=found.id))),
        version=found,
        place=place,
        is_new=place >= len(found.terms["components"]),
        form=form,
        currency=found.terms["currency"],
        kind=form.kind.data or Kind.COMMISSION,
    )


@bp.post("/compensation/versions/<int:record_id>/components/<int:place>")
@needs("compensation.edit")
def save_component(record_id: int, place: int) -> Any:
    """`more` keeps the editor open with further rows."""
    found = queries.plan_version(g.actor, record_id)
    _component(found, place)
    form = ComponentForm()
    if "more" in request.form:
        return _component_page(found, place, form, more=True)
    if submit(
        form,
        lambda: services.save_component(g.actor, record_id, place, form.terms(), version=form.version.data),
    ):
        flash("Component saved", "success")
        return go(url_for(".show_version", record_id=record_id))
    return _component_page(queries.plan_version(g.actor, record_id), place, form, status=form.status)


@bp.post("/compensation/versions/<int:record_id>/components/<int:place>/removal")
@needs("compensation.edit")
def remove_component(record_id: int, place: int) -> Any:
    found = queries.plan_version(g.actor, record_id)
    _component(found, place)
    return act(
        lambda: services.remove_component(g.actor, record_id, place),
        "Component removed",
        then=lambda: see(show_version, record_id=record_id),
    )
