"""The model, its rules, and what a change would do."""

from typing import Any

from flask import Blueprint, flash, g, url_for

from portal.leads.queries import count_by_grade
from portal.scoring import queries, services
from portal.scoring.rules import ENGAGEMENT_TOP, FACTS, FIT_TOP, LETTERS, NUMBERS, OPERATORS, problem
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page

from .forms import EditRule
from .pages import Preview, preview

bp = Blueprint("scoring", __name__, url_prefix="/scoring")


@bp.get("")
@needs("scoring.view")
def show_model() -> Any:
    return page(
        "scoring/model.html",
        title="Scoring",
        rules=queries.all_rules(),
        facts=FACTS,
        operators=OPERATORS,
        letters=LETTERS,
        numbers=NUMBERS,
        tops=(FIT_TOP, ENGAGEMENT_TOP),
        grades=count_by_grade(g.actor),
        form=ActForm(formdata=None),
    )


@bp.get("/rules/new")
@needs("scoring.edit")
def new_rule() -> Any:
    return _rule_page(EditRule(formdata=None), "New rule")


@bp.post("/rules/new")
@needs("scoring.edit")
def create_rule() -> Any:
    form = EditRule()
    if form.preview.data:
        return _try(form, "New rule")
    if submit(form, lambda: services.add_rule(g.actor, **form.values("preview")).id) is None:
        return _rule_page(form, "New rule", status=form.status)
    return _saved()


@bp.get("/rules/<int:record_id>")
@needs("scoring.edit")
def edit_rule(record_id: int) -> Any:
    return _rule_page(EditRule(formdata=None, obj=queries.score_rule(g.actor, record_id)), "Rule")


@bp.post("/rules/<int:record_id>")
@needs("scoring.edit")
def change_rule(record_id: int) -> Any:
    form = EditRule()
    queries.score_rule(g.actor, record_id)
    if form.preview.data:
        return _try(form, "Rule", record_id)

    def current() -> dict[str, Any]:
        stored = queries.score_rule(g.actor, record_id)
        return {name: getattr(stored, name) for name in ("version", *form.values("preview"))}

    def act() -> int:
        return services.change_rule(g.actor, record_id, form.version.data, **form.values("preview")).id

    if submit(form, act, current=current) is None:
        return _rule_page(form, "Rule", status=form.status)
    return _saved()


@bp.post("/rules/<int:record_id>/activation")
@needs("scoring.edit")
def activate_rule(record_id: int) -> Any:
    return _switch(record_id, on=True)


@bp.post("/rules/<int:record_id>/suspension")
@needs("scoring.edit")
def suspend_rule(record_id: int) -> Any:
    return _switch(record_id, on=False)


def _switch(record_id: int, *, on: bool) -> Any:
    if submit(ActForm(), lambda: services.switch_rule(g.actor, record_id, on=on).id) is None:
        flash("Please try again.", "warn")
        return go(url_for(".show_model"))
    return _saved()


def _saved() -> Any:
    flash("Saved. Open leads are being scored anew.", "success")
    return go(url_for(".show_model"))


def _try(form: EditRule, title: str, rule_id: int | None = None) -> Any:
    """What the rule would do to the open leads; nothing is saved."""
    wrong = problem(form.fact.data, form.operator.data, form.value.data) if form.validate() else None
    if wrong:
        form[wrong[0]].errors = [wrong[1]]
    if form.errors:
        return _rule_page(form, title, status=422)
    return _rule_page(form, title, tried=preview(form, rule_id))


def _rule_page(form: EditRule, title: str, tried: Preview | None = None, status: int = 200) -> Any:
    crumbs = [("Scoring", url_for(".show_model"))]
    return page("scoring/rule.html", status=status, title=title, crumbs=crumbs, form=form, tried=tried)
