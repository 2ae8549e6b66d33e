"""Who is on a plan, with which target, and what they get at least."""

from typing import Any

from flask import Response, flash, g, url_for
from wtforms.fields.choices import SelectChoice

from portal.compensation import queries, services
from portal.compensation.models import PlanParticipant
from portal.organization.queries import position_choices
from portal.targets.queries import today
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page, see

from . import bp
from .forms import DRAWS, ChangeParticipant, NewDraw, NewParticipant
from .plans import crumbs


@bp.get("/compensation/plans/<int:record_id>/participants/new")
@needs("compensation.edit")
def new_participant(record_id: int) -> Response:
    return _new_page(record_id, NewParticipant(formdata=None, starts_on=today().replace(day=1)))


def _new_page(plan_id: int, form: NewParticipant, *, status: int = 200) -> Response:
    found = queries.plan(g.actor, plan_id)
    form.position_id.choices = [SelectChoice(value, text) for value, text in position_choices()]
    return page(
        "compensation/new_participant.html",
        status=status,
        title="Add a person",
        crumbs=crumbs((found.name, url_for(".show_plan", record_id=plan_id))),
        plan=found,
        form=form,
    )


@bp.post("/compensation/plans/<int:record_id>/participants/new")
@needs("compensation.edit")
def add_participant(record_id: int) -> Any:
    queries.plan(g.actor, record_id)
    form = NewParticipant()
    form.position_id.choices = [SelectChoice(value, text) for value, text in position_choices()]
    if submit(form, lambda: services.add_participant(g.actor, record_id, **form.values())):
        flash("Added to the plan", "success")
        return go(url_for(".show_plan", record_id=record_id))
    return _new_page(record_id, form, status=form.status)


@bp.get("/compensation/participants/<int:record_id>")
@needs("compensation.edit")
def show_participant(record_id: int) -> Response:
    return _page(queries.participant(g.actor, record_id))


def _page(found: PlanParticipant, *, status: int = 200, **forms: Any) -> Response:
    ready = {
        "form": ChangeParticipant(
            formdata=None, version=found.version, target_incentive=found.target_incentive, ends_on=found.ends_on
        ),
        "draw_form": NewDraw(formdata=None),
    }
    return page(
        "compensation/participant.html",
        status=status,
        title=found.user.name,
        crumbs=crumbs((found.plan.name, url_for(".show_plan", record_id=found.plan_id))),
        who=found,
        draws=queries.draws_of(found.id),
        draw_names=DRAWS,
        currency=queries.currency_of(found.id),
        statements=queries.statements_of([found.id]),
        **(ready | forms),
    )


@bp.post("/compensation/participants/<int:record_id>")
@needs("compensation.edit")
def change_participant(record_id: int) -> Any:
    found = queries.participant(g.actor, record_id)
    form = ChangeParticipant()
    version = form.version.data
    if submit(form, lambda: services.change_participant(g.actor, record_id, version=version, **form.values())):
        flash("Saved. It counts when an open month is calculated again.", "success")
        return see(show_participant, record_id=record_id)
    return _page(found, status=form.status, form=form)


@bp.post("/compensation/participants/<int:record_id>/draws")
@needs("compensation.edit")
def add_draw(record_id: int) -> Any:
    found = queries.participant(g.actor, record_id)
    form = NewDraw()
    if submit(form, lambda: services.add_draw(g.actor, record_id, **form.values())):
        flash("Added. It counts when an open month is calculated again.", "success")
        return see(show_participant, record_id=record_id)
    return _page(found, status=form.status, draw_form=form)
