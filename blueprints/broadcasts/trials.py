"""A test of variants: agreed upon beside a calculator, watched, ended early by a person."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Response, flash, g, request

from portal.broadcasts import queries, services
from portal.broadcasts.models import Broadcast, BroadcastTest
from portal.broadcasts.queries import Trial
from portal.broadcasts.rules.trials import METHODS, METRICS, OUTCOMES, in_points, in_words
from portal.broadcasts.states import BroadcastState, Metric
from portal.experiments.rules import LOOKING_ALWAYS, detectable, needed
from portal.experiments.rules.verdicts import comparisons
from portal.experiments.states import Method
from portal.insights.queries import performance, together
from portal.kernel import clock
from portal.web.auth import needs
from portal.web.filters import format_time, local
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see

from .pages import tabs
from .reports import crumbs
from .routes import bp
from .trial_forms import EndTest, SetUpTest

PART = {
    Metric.CLICKS: "human_clicked",
    Metric.OPENS: "human_opened",
    Metric.REPLIES: "replied",
    Metric.CONVERSIONS: "converted",
}
GUESS = {
    Metric.CLICKS: 3.0,
    Metric.OPENS: 20.0,
    Metric.REPLIES: 1.0,
    Metric.CONVERSIONS: 1.0,
}  # percent, without mailings
NEW: dict[str, Any] = {"hours": 24, "minimum": 1000, "share": 20, "hold_out": 0, "default_label": "A"}


@bp.get("/broadcasts/<int:record_id>/test")
@needs("broadcasts.view")
def show_test(record_id: int) -> Response:
    return _test_page(record_id)


@bp.post("/broadcasts/<int:record_id>/test")
@needs("broadcasts.edit")
def set_up_test(record_id: int) -> Any:
    broadcast = queries.broadcast(g.actor, record_id)
    form = SetUpTest().fit(broadcast)
    labels = [variant.label for variant in broadcast.variants]

    def act() -> int:
        delays = dict(zip(labels, (field.data or 0 for field in form.delays), strict=False))
        return services.set_up(g.actor, record_id, delays, **form.terms()).id

    if not submit(form, act):
        return _test_page(record_id, form=form)
    flash("The test is set up. Nothing is sent before you start the broadcast.", "success")
    return see(show_test, record_id=record_id)


@bp.post("/broadcasts/<int:record_id>/test/removal")
@needs("broadcasts.edit")
def call_off_test(record_id: int) -> Any:
    if submit(ActForm(), lambda: services.call_off(g.actor, record_id)):
        flash("Without a test, everybody gets one of the variants in equal shares.", "success")
    return see(show_test, record_id=record_id)


@bp.post("/broadcasts/<int:record_id>/test/end")
@needs("broadcasts.send")
def end_test(record_id: int) -> Any:
    form = EndTest().fit(queries.broadcast(g.actor, record_id))
    if not submit(form, lambda: services.stop(g.actor, record_id, form.label.data)):
        return _test_page(record_id, end_form=form)
    flash("The test is over. What the figures said is kept with your decision.", "success")
    return see(show_test, record_id=record_id)


def _test_page(record_id: int, form: SetUpTest | None = None, end_form: EndTest | None = None) -> Response:
    found = queries.trial(g.actor, record_id)
    broadcast, test = found.broadcast, found.test
    failed = form or end_form
    return page(
        "broadcasts/show_test.html",
        "test",
        status=failed.status if failed else 200,
        title=broadcast.name,
        crumbs=crumbs(),
        **tabs(broadcast, "Test"),
        broadcast=broadcast,
        trial=found,
        test=test,
        plan=_plan(broadcast, test) if broadcast.state == BroadcastState.DRAFT and broadcast.variants[1:] else None,
        form=form or SetUpTest(formdata=None, data=_stored(broadcast, test)).fit(broadcast),
        end_form=end_form or EndTest(formdata=None).fit(broadcast),
        act_form=ActForm(formdata=None),
        said=_said(found),
        curve=_curve(found),
        metrics=METRICS,
        methods=METHODS,
        outcomes=OUTCOMES,
        in_points=in_points,
    )


def _stored(broadcast: Broadcast, test: BroadcastTest | None) -> dict[str, Any]:
    terms = {name: getattr(test, name) for name in (*NEW, "metric", "method")} if test else NEW
    return {**terms, "delays": [variant.delay for variant in broadcast.variants]}


def _said(found: Trial) -> str:
    test, last = found.test, found.last
    if test is None or last is None:
        return ""
    return test.why or in_words(last.verdict, last.arms, test.metric, test.method, test.minimum)


class Plan(NamedTuple):
    """What the calculator says. Rates and points in percent; `audience`: how many would get it as of now."""

    rate: float
    more: float
    per_arm: int
    in_all: int
    audience: int
    share: int
    each: int
    finds: float | None


def _plan(broadcast: Broadcast, test: BroadcastTest | None) -> Plan:
    metric = test.metric if test else Metric.CLICKS
    arms = len(broadcast.variants)
    pairs = comparisons(arms)
    rate = _between(request.args.get("rate", type=float), 0.1, 95.0) or _usual(metric)
    more = _between(request.args.get("more", type=float), 0.05, 99.0 - rate) or max(round(rate / 5, 1), 0.1)
    factor = LOOKING_ALWAYS if test is None or test.method == Method.SEQUENTIAL else 1
    per_arm = round(needed(rate / 100, (rate + more) / 100, comparisons=pairs) * factor)
    share = test.share if test else NEW["share"]
    audience = queries.preview(broadcast).reachable
    each = audience * int(share) // 100 // arms
    finds = 100 * detectable(rate / 100, int(each / factor), comparisons=pairs) if each > 20 else None
    return Plan(rate, more, per_arm, per_arm * arms, audience, int(share), each, finds)


def _between(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None


def _usual(metric: Metric) -> float:
    """Of the last year's mailings together, in percent."""
    figures = together(one.figures for one in performance(g.actor, clock.now() - timedelta(days=365)))
    share = figures.share(PART[metric], "delivered") if figures.delivered >= 1000 else None
    return round(share * 100, 1) if share and share < 0.95 else GUESS[metric]


class Point(NamedTuple):
    at: datetime
    middle: float
    low: float
    high: float


def _curve(found: Trial) -> dict[str, Any]:
    """The closest comparison of the best variant, look by look, in points. Only looks that compare the last best one."""
    if not found.last or not found.last.verdict.effects:
        return {}
    best, other = found.last.verdict.best, found.last.verdict.effects[0].other
    points = []
    for one in found.looks:
        for effect in one.verdict.effects:
            if {effect.better, effect.other} == {best, other}:
                sign = 100 if effect.better == best else -100
                low, high = sorted((sign * effect.low, sign * effect.high))
                points.append(Point(one.at, sign * effect.difference, low, high))
    shown = [point for point in points if point.high - point.low < 100]  # before the first hits anything is possible
    top = max((max(abs(point.low), abs(point.high)) for point in shown), default=1.0)
    step = next(size for size in (0.2, 0.5, 1, 2, 5, 10, 25, 50) if size * 3 >= min(top, 150))
    return {
        "best": best, "other": other, "top": 3 * step, "step": step,
        "names": [format_time(local(point.at)) for point in shown], "middle": [point.middle for point in shown],
        "low": [point.low for point in shown], "high": [point.high for point in shown],
    }  # fmt: skip
