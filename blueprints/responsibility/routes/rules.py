"""Rules of engagement, cadence, and who gets what comes in."""

from typing import Any

from flask import flash, g, request, url_for

from portal.kernel import clock
from portal.responsibility import queries, services
from portal.responsibility.rules import METHOD_NAMES
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page, see

from ..forms import EditCadence, EditEngagement, EditRule
from ..pages import crumbs, parts
from . import bp

TRIED = 60


@bp.get("/engagement")
@needs("responsibility.view")
def show_engagement() -> Any:
    return _engagement()


def _engagement(form: EditEngagement | None = None, cadence: EditCadence | None = None, status: int = 200) -> Any:
    today = clock.today("UTC")
    now = queries.in_force(today)
    return page(
        "responsibility/engagement.html",
        status=status,
        title="Rules of engagement",
        parts=parts(),
        now=now,
        rows=queries.engagements(),
        form=form or EditEngagement(formdata=None, data=vars(now) | {"starts_on": today}),
        cadence_form=cadence or EditCadence(formdata=None, data=EditCadence.stored()),
        cadence=queries.cadence(),
        today=today,
    )


@bp.post("/engagement")
@needs("responsibility.edit")
def set_engagement() -> Any:
    form = EditEngagement()
    if submit(form, lambda: services.set_engagement(g.actor, **form.values()).id) is None:
        return _engagement(form=form, status=form.status)
    flash(f"These rules hold from {form.starts_on.data:%-d %B %Y}.", "success")
    return see(show_engagement)


@bp.post("/cadence")
@needs("responsibility.edit")
def set_cadence() -> Any:
    form = EditCadence()
    if submit(form, lambda: services.set_cadence(g.actor, form.days())) is None:
        return _engagement(cadence=form, status=form.status)
    flash("The cadence is set. Who is neglected is counted anew.", "success")
    return see(show_engagement)


@bp.get("/assignment")
@needs("responsibility.view")
def show_assignment() -> Any:
    asked = request.args.get("try", "")
    number = min(int(asked), 500) if asked.isdecimal() and len(asked) < 6 else 0
    return page(
        "responsibility/assignment.html",
        title="Assignment rules",
        parts=parts(),
        rules=queries.assignment_rules(),
        methods=METHOD_NAMES,
        away=queries.away(clock.today("UTC")),
        trials=queries.dry_run(g.actor, number) if number else None,
        number=number or TRIED,
    )


@bp.get("/assignment/new")
@needs("responsibility.edit")
def new_rule() -> Any:
    return _rule_page(EditRule(formdata=None))


@bp.post("/assignment")
@needs("responsibility.edit")
def create_rule() -> Any:
    form = EditRule()
    if submit(form, lambda: services.set_rule(g.actor, None, **form.terms()).id) is None:
        return _rule_page(form, status=form.status)
    flash("The rule decides from now on.", "success")
    return see(show_assignment)


@bp.get("/assignment/<int:record_id>")
@needs("responsibility.edit")
def edit_rule(record_id: int) -> Any:
    return _rule_page(EditRule(formdata=None, obj=queries.assignment_rule(record_id)), record_id)


@bp.post("/assignment/<int:record_id>")
@needs("responsibility.edit")
def change_rule(record_id: int) -> Any:
    form = EditRule()

    def current() -> dict[str, Any]:
        stored = queries.assignment_rule(record_id)
        return {name: getattr(stored, name) for name in (*form.values(), "version")}

    queries.assignment_rule(record_id)
    act = lambda: services.set_rule(g.actor, record_id, form.version.data, **form.terms()).id  # noqa: E731
    if submit(form, act, current=current) is None:
        return _rule_page(form, record_id, status=form.status)
    flash("Saved.", "success")
    return see(show_assignment)


def _rule_page(form: EditRule, record_id: int | None = None, status: int = 200) -> Any:
    return page(
        "responsibility/edit_rule.html",
        status=status,
        title="Assignment rule" if record_id else "New assignment rule",
        crumbs=crumbs(("Assignment", url_for(".show_assignment"))),
        form=form,
        record_id=record_id,
        act_form=ActForm(formdata=None),
    )


@bp.post("/assignment/<int:record_id>/removal")
@needs("responsibility.edit")
def remove_rule(record_id: int) -> Any:
    queries.assignment_rule(record_id)
    form = ActForm()
    if submit(form, lambda: services.remove_rule(g.actor, record_id)) is None:
        return _rule_page(EditRule(formdata=None, obj=queries.assignment_rule(record_id)), record_id, form.status)
    flash("The rule is gone.", "success")
    return go(url_for(".show_assignment"))
