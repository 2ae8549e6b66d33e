"""What people can carry against what is asked, and what hires would change."""

from datetime import date
from typing import Any

from flask import Response, flash, g, request, url_for
from flask_wtf import FlaskForm

from portal.organization import queries as organization
from portal.strategy import queries, services
from portal.strategy.models import Scenario
from portal.strategy.queries import CapacityPlan, Team
from portal.strategy.rules import axis
from portal.targets.queries import currency, today
from portal.targets.rules import Period
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page

from ..forms import AddHire, SaveScenario
from ..pages import link, plotting, year_beginning, years
from . import bp


@bp.get("/capacity")
@needs("capacity.view")
def show_capacity() -> Response:
    chosen = request.args.get("scenario", type=int)
    scenario = queries.scenario(chosen) if chosen else None
    return _page(scenario, year_beginning(_year(scenario)))


def _year(scenario: Scenario | None) -> int | None:
    return scenario.starts_on.year if scenario else request.args.get("year", type=int)


def _page(scenario: Scenario | None, year: Period, *sent: FlaskForm) -> Response:
    """The plan of a year with one scenario or none; `sent` is the form that was refused."""
    plan = queries.capacity(g.actor, year.starts_on, scenario)
    team = plan.team(request.values.get("team", ""))
    forms: dict[type, Any] = {
        SaveScenario: SaveScenario(formdata=None),
        AddHire: AddHire(formdata=None, data=_suggested(year, plan, team)),
        ActForm: ActForm(formdata=None),
    } | {type(form): form for form in sent}
    return page(
        "strategy/capacity.html",
        status=sent[0].status if sent else 200,
        title="Capacity",
        crumbs=[("Strategy", link("strategy.show_home", {}))],
        year=year,
        years=years(),
        currency=currency(),
        plan=plan,
        team=team,
        top=axis(max([*team.target, *team.capacity])) if team else (1, 1),
        scenario=scenario,
        scenarios=queries.scenarios(year.starts_on),
        scenario_form=forms[SaveScenario],
        hire_form=forms[AddHire],
        act_form=forms[ActForm],
        **plotting(),
    )


def _suggested(year: Period, plan: CapacityPlan, team: Team | None) -> dict[str, object]:
    """Two from the next month on, in the team that is looked at, or else where most is missing."""
    day = today()
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    opens = min(max(following, year.starts_on), year.last_day.replace(day=1))
    where = team if team and ":" in team.key else min(plan.ends, key=lambda one: one.gap, default=None)
    ramps = organization.ramp_choices()
    return {
        "title": "Account executive",
        "count": 2,
        "opens_on": opens,
        "reports_to_id": int(where.key.partition(":")[2] or 0) if where else None,
        "ramp_id": ramps[0][0] if ramps else None,
    }


def _back(scenario_id: int | None, year: Period) -> Any:
    place: dict[str, Any] = {"scenario": scenario_id} if scenario_id else {"year": year.starts_on.year}
    return go(url_for(".show_capacity", **place, team=request.values.get("team") or None))


@bp.post("/capacity/<int:year>/scenarios")
@needs("capacity.edit")
def save_scenario(year: int) -> Any:
    form, span = SaveScenario(), year_beginning(year)
    done = submit(form, lambda: services.save_scenario(g.actor, span.starts_on, form.name.data).id)
    if not done:
        return _page(None, span, form)
    flash("The scenario is saved. Add hires and watch the line.", "success")
    return _back(done.result, span)


@bp.post("/capacity/scenarios/<int:record_id>/hires")
@needs("capacity.edit")
def add_hire(record_id: int) -> Any:
    form, found = AddHire(), queries.scenario(record_id)
    span = year_beginning(found.starts_on.year)
    if not submit(form, lambda: services.add_hire(g.actor, record_id, **form.values()).id):
        return _page(queries.scenario(record_id), span, form)
    flash("Added to the scenario.", "success")
    return _back(record_id, span)


@bp.post("/capacity/scenarios/<int:record_id>/hires/<int:hire_id>/removal")
@needs("capacity.edit")
def remove_hire(record_id: int, hire_id: int) -> Any:
    return _act(record_id, lambda: services.remove_hire(g.actor, record_id, hire_id), "Taken out of the scenario.")


@bp.post("/capacity/scenarios/<int:record_id>/removal")
@needs("capacity.edit")
def remove_scenario(record_id: int) -> Any:
    return _act(
        record_id, lambda: services.remove_scenario(g.actor, record_id), "The scenario is removed.", stays=False
    )


@bp.post("/capacity/scenarios/<int:record_id>/decision")
@needs("organization.edit")
def decide(record_id: int) -> Any:
    """The what-if becomes the plan."""
    said = "Decided: the hires are planned positions now."
    return _act(record_id, lambda: services.decide(g.actor, record_id), said, stays=False)


def _act(record_id: int, act: Any, said: str, *, stays: bool = True) -> Any:
    form, span = ActForm(), year_beginning(queries.scenario(record_id).starts_on.year)
    if not submit(form, act):
        return _page(queries.scenario(record_id), span, form)
    flash(said, "success")
    return _back(record_id if stays else None, span)
