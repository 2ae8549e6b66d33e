"""Months of pay: calculate, look over, approve, lock, hand to payroll."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, flash, g, url_for
from wtforms.fields.choices import SelectChoice

from portal.compensation import queries, services
from portal.compensation.models import PayoutPeriod
from portal.compensation.states import PeriodState
from portal.kernel.errors import Refused
from portal.targets.queries import currency, today
from portal.web import exports
from portal.web.auth import needs
from portal.web.filters import when
from portal.web.forms import ActForm, Form, act, submit
from portal.web.htmx import go, page, see

from . import bp
from .forms import NewAdjustment, NewObjective, NewPeriod, PeriodAct
from .pages import PERIOD_KINDS, tabs

SWING = Decimal("0.5")  # of last month's pay: a change beyond it is pointed out
STEPS = (
    (PeriodState.OPEN, "Open"), (PeriodState.CALCULATED, "Calculated"), (PeriodState.IN_REVIEW, "In review"),
    (PeriodState.APPROVED, "Approved"), (PeriodState.LOCKED, "Locked"),
)  # fmt: skip


@bp.get("/compensation/periods")
@needs("compensation.plans")
def list_periods() -> Response:
    return _list_page(NewPeriod(formdata=None, starts_on=today().replace(day=1)))


def _list_page(form: NewPeriod, *, status: int = 200) -> Response:
    return page(
        "compensation/periods.html",
        status=status,
        title="Months of pay",
        crumbs=[("Commission", url_for(".show_mine"))],
        tabs=tabs(),
        rows=queries.periods(g.actor),
        kinds=PERIOD_KINDS,
        currency=currency(),
        questions=queries.open_disputes(),
        form=form,
    )


@bp.post("/compensation/periods")
@needs("compensation.run")
def open_period() -> Any:
    form = NewPeriod()
    if done := submit(form, lambda: services.open_period(g.actor, form.starts_on.data)):
        return go(url_for(".show_period", record_id=done.result))
    return _list_page(form, status=form.status)


@bp.get("/compensation/periods/<int:record_id>")
@needs("compensation.plans")
def show_period(record_id: int) -> Response:
    return _page(queries.period(g.actor, record_id))


def _page(found: PayoutPeriod, *, status: int = 200, **forms: Any) -> Response:
    before = queries.payable_before(found)
    swings, statements = {}, list(queries.statements_in(found.id))
    for one in statements:
        swings[one.id] = _swing(one.payable, before.get(one.participant_id))
    statements.sort(key=lambda one: (not one.problem, not (one.balance or swings[one.id])))
    people = [SelectChoice(one.participant_id, one.participant.user.name) for one in statements]
    ready: dict[str, Any] = {
        "act_form": PeriodAct(formdata=None, version=found.version),
        "adjust_form": NewAdjustment(formdata=None),
        "objective_form": NewObjective(formdata=None),
    } | forms
    for form in ("adjust_form", "objective_form"):
        ready[form].participant_id.choices = people
    names = {one.participant_id: one.participant.user.name for one in statements}
    work = queries.running_work(found)
    return page(
        "compensation/period.html",
        "period",
        status=status,
        title=f"Pay of {found.starts_on:%B %Y}",
        crumbs=[("Commission", url_for(".show_mine")), ("Months", url_for(".list_periods"))],
        period=found,
        statements=statements,
        before=before,
        swings=swings,
        adjustments=[one for ones in queries.adjustments_in(found.id).values() for one in ones],
        names=names,
        sums={name: sum((getattr(one, name) for one in statements), Decimal(0)) for name in SUMMED},
        steps=_steps(found),
        kinds=PERIOD_KINDS,
        currency=statements[0].currency if statements else currency(),
        objectives=queries.has_objectives(found),
        exact=Decimal,
        work=work,
        over=found.ends_on <= today(),
        changeable=found.state in (PeriodState.OPEN, PeriodState.CALCULATED),
        **ready,
    )


SUMMED = ("earned", "adjusted", "topped_up", "recovered", "payable")


def _swing(now: Decimal, then: Decimal | None) -> Decimal | None:
    """The change against the month before, where it is large."""
    if not then:
        return None
    change = now / then - 1
    return change if abs(change) > SWING else None


def _steps(found: PayoutPeriod) -> list[tuple[str, str, str, str]]:
    at = [state for state, _ in STEPS].index(found.state)
    notes = {1: found.calculated_at and when(found.calculated_at).striptags(), 2: found.reviewed_by,
             3: found.approved_by, 4: found.locked_by}  # fmt: skip
    states = [
        "done" if place < at or found.state == PeriodState.LOCKED else "now" if place == at else "todo"
        for place in range(5)
    ]
    return [(name, str(notes.get(n) or "") if n <= at else "", states[n], "") for n, (_, name) in enumerate(STEPS)]


def _step(record_id: int, step: Callable[..., Any], said: str) -> Any:
    """One step of the cycle; a refusal stands in #flash."""
    queries.period(g.actor, record_id)
    form = PeriodAct()
    return act(
        lambda: step(g.actor, record_id, version=form.version.data),
        said,
        then=lambda: see(show_period, record_id=record_id),
        again=lambda status: _page(queries.period(g.actor, record_id), status=status),
        form=form,
    )


@bp.post("/compensation/periods/<int:record_id>/calculation")
@needs("compensation.run")
def calculate(record_id: int) -> Any:
    return _step(
        record_id, lambda actor, period_id, version: services.start_calculation(actor, period_id), "Being calculated"
    )


@bp.post("/compensation/periods/<int:record_id>/review")
@needs("compensation.run")
def review(record_id: int) -> Any:
    return _step(record_id, services.send_to_review, "Sent to finance")


@bp.post("/compensation/periods/<int:record_id>/reopening")
@needs("compensation.run")
def reopen(record_id: int) -> Any:
    return _step(record_id, services.reopen, "Sent back")


@bp.post("/compensation/periods/<int:record_id>/approval")
@needs("compensation.approve")
def approve(record_id: int) -> Any:
    return _step(record_id, services.approve, "Approved. Lock it to send the statements.")


@bp.post("/compensation/periods/<int:record_id>/lock")
@needs("compensation.approve")
def lock(record_id: int) -> Any:
    return _step(record_id, services.lock, "Locked. Everybody gets their statement.")


def _entry(record_id: int, form: Any, name: str, act: Callable[..., Any]) -> Any:
    found = queries.period(g.actor, record_id)
    people = [(one.participant_id, one.participant.user.name) for one in queries.statements_in(record_id)]
    form.participant_id.choices = [SelectChoice(value, text) for value, text in people]
    if submit(form, lambda: act(g.actor, record_id, **form.values())):
        flash("Noted. Calculate again to see it.", "success")
        return see(show_period, record_id=record_id)
    return _page(found, status=form.status, **{name: form})


@bp.post("/compensation/periods/<int:record_id>/adjustments")
@needs("compensation.run")
def adjust(record_id: int) -> Any:
    return _entry(record_id, NewAdjustment(), "adjust_form", services.adjust)


@bp.post("/compensation/periods/<int:record_id>/objectives")
@needs("compensation.run")
def record_objective(record_id: int) -> Any:
    return _entry(record_id, NewObjective(), "objective_form", services.record_objective)


@bp.post("/compensation/adjustments/<int:record_id>/removal")
@needs("compensation.run")
def remove_adjustment(record_id: int) -> Any:
    form: Form = ActForm()
    done = submit(form, lambda: services.remove_adjustment(g.actor, record_id))
    for problem in form.form_errors:
        flash(problem, "warn")
    if done:
        flash("Removed. Calculate again to see it.", "success")
        return go(url_for(".show_period", record_id=done.result))
    return go(url_for(".list_periods"))


@bp.get("/compensation/periods/<int:record_id>/payroll.<kind>")
@needs("compensation.run")
def export_payroll(record_id: int, kind: str) -> Response:
    """One row per person, for the payroll: only what is locked leaves the house."""
    found = queries.period(g.actor, record_id)
    if found.state != PeriodState.LOCKED:
        raise Refused("period.not_locked", "Only a locked month goes to payroll.")
    shown = exports.known_format(kind)
    name = f"payroll-{found.starts_on:%Y-%m}"
    sent = exports.whole(name, queries.payroll(record_id), shown)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(sent, mimetype=exports.MEDIA[shown], headers=headers)
