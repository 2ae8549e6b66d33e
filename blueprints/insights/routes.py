"""What is to do, how it goes, and where it is."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, g, request, url_for
from flask_security import current_user

from portal.activities import services as activities
from portal.activities.models import Activity
from portal.insights import queries
from portal.insights.queries.dashboard import PERIODS
from portal.kernel import clock
from portal.opportunities.queries import midnight
from portal.organization.queries import get
from portal.targets.queries import attainment, currency, current_period, of_positions
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see

from . import bp
from .forms import LaterForm

SHOWN = 12
AT_LEAST, AT_MOST = timedelta(hours=16), timedelta(days=7)


@bp.get("/")
@needs("work.view")
def show_home() -> Response:
    return show_work()


@bp.get("/work")
@needs("work.view")
def show_work() -> Response:
    now = clock.now()
    today, period = clock.today(g.timezone), current_period()
    items, home = queries.work(g.actor, now, today), currency()
    shown = items if request.args.get("all") else items[:SHOWN]
    risky, risks = queries.at_risk(g.actor, today) if g.actor.may("opportunities.edit") else ([], 0)
    rows = attainment(g.actor, period) if g.actor.may("targets.view") else []
    return page(
        "insights/work.html",
        "work",
        title="My work",
        today=today,
        now=now,
        period=period,
        currency=home,
        items=shown,
        total=len(items),
        everything=bool(request.args.get("all")),
        risky=risky,
        risks=risks,
        mine=of_positions(g.actor.position_ids, period) if g.actor.position_ids else None,
        team=[row for row in rows if row.position_id not in g.actor.position_ids][:12],
        own=queries.own(g.actor, midnight(period.starts_on), midnight(period.ends_on), home)
        if g.actor.may("opportunities.view")
        else None,
        events=queries.since(g.actor, _last_visit(now)),
        act_form=ActForm(formdata=None),
    )


def _last_visit(now: datetime) -> datetime:
    """When the person was here before, a night ago at the least and a week at the most."""
    seen = current_user.last_login_at or now - AT_MOST
    return max(min(seen, now - AT_LEAST), now - AT_MOST)


@bp.post("/work/tasks/<int:record_id>/completion")
@needs("activities.edit")
def complete_task(record_id: int) -> Any:
    get(g.actor, Activity, record_id)
    form = ActForm()
    if submit(form, lambda: activities.complete_task(g.actor, record_id).id):
        undo = url_for("activities.reopen_task", record_id=record_id)
        flash({"text": "Task done", "undo": undo}, "success")  # type: ignore[arg-type]
    _say(form)
    return see(show_work)


@bp.post("/work/tasks/<int:record_id>/snooze")
@needs("activities.edit")
def snooze_task(record_id: int) -> Any:
    get(g.actor, Activity, record_id)
    form = LaterForm()
    day = clock.today(g.timezone) + timedelta(days=form.days.data or 1)
    until = datetime.combine(day, time(9), ZoneInfo(g.timezone))
    if submit(form, lambda: activities.snooze_task(g.actor, record_id, until).id):
        flash("Moved to tomorrow" if form.days.data == 1 else "Moved to later", "success")
    _say(form)
    return see(show_work)


def _say(form: Any) -> None:
    for problem in form.form_errors:
        flash(problem, "warn")


@bp.get("/dashboard")
@needs("dashboard.view")
def show_dashboard() -> Response:
    chosen = request.args.get("period", "0")
    period = queries.period_of(chosen)
    today = clock.today(g.timezone)
    return page(
        "insights/dashboard.html",
        title="Dashboard",
        period=period,
        periods=list(PERIODS.items()),
        chosen=chosen,
        today=today,
        f=queries.dashboard(g.actor, period),
    )


@bp.get("/search")
@needs("search.use")
def search() -> Response:
    words = "".join(filter(str.isprintable, request.args.get("q", ""))).strip()[:200]
    only = request.args.get("in", "")
    groups = queries.found(g.actor, words, only) if words else []
    return page("insights/search.html", title="Search", words=words, groups=groups, only=only)
