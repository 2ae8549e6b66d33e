"""What the pages of targets show: lines of the tree, tiles, the chart, links to the documents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, log10
from typing import Any, NamedTuple

from flask import current_app, g, request, url_for

from portal.kernel.errors import NotFound
from portal.targets import queries
from portal.targets.models import Plan
from portal.targets.queries import Branch, Tree
from portal.targets.rules import PIPELINE, Attainment, Documents, Period, measure, parts
from portal.targets.states import Metric, NodeKind, PlanState, Span
from portal.web.filters import format_money, format_number, format_short

from .forms import METRICS

SPANS = {Span.QUARTER: "Quarters", Span.MONTH: "Months", Span.HALF: "Halves", Span.YEAR: "The year"}
LISTS = {
    "orders": ("orders.list_orders", "orders.view"),
    "invoices": ("invoices.list_invoices", "invoices.view"),
    "payments": ("invoices.list_payments", "invoices.view"),
    "opportunities": ("opportunities.list_opportunities", "opportunities.view"),
}
MOST = 60  # lines of a tree on one page; further levels stand on the pages of their teams


@dataclass(frozen=True)
class Asked:
    """What the query string asks for."""

    metric: Metric
    span: Span
    year: Period
    plan: Plan | None

    @property
    def periods(self) -> list[Period]:
        return parts(self.year, self.span, self.year.starts_on.month)

    def link(self, endpoint: str, **values: Any) -> str:
        kept = {"metric": self.metric.value, "span": self.span.value, "year": self.year.starts_on.isoformat()}
        return url_for(endpoint, **{**kept, **values})


def asked(year: date | None = None, plan: Plan | None = None) -> Asked:
    """Unknown words mean the usual: bookings, quarters, this year. Raises NotFound for a version that is not there."""
    try:
        day = year or date.fromisoformat(request.args.get("year", ""))
    except ValueError:
        day = queries.today()
    metric, span = request.args.get("metric", ""), request.args.get("span", "")
    number = request.args.get("plan", "")
    if plan is None and number.isdecimal() and len(number) < 10:
        plan = queries.plan(g.actor, int(number))
    if plan is not None:
        day = plan.starts_on
    chosen = queries.fiscal_year_of(day)
    return Asked(
        Metric(metric) if metric in set(Metric) else Metric.BOOKINGS,
        Span(span) if span in set(Span) else Span.QUARTER,
        queries.year_of(plan) if plan else chosen,
        plan,
    )


class Cell(NamedTuple):
    period: Period
    attained: Attainment
    url: str

    @property
    def shade(self) -> int:
        """0 to 2, for the heat of what is reached."""
        ratio = self.attained.ratio or Decimal(0)
        return (ratio >= Decimal("0.6")) + (ratio >= Decimal("0.9"))


@dataclass(frozen=True)
class Line:
    """A part of the tree with its periods; `more` parts below it are not shown."""

    branch: Branch
    cells: Sequence[Cell]
    whole: Attainment
    url: str
    own: bool
    more: int
    depth: int

    @property
    def gap(self) -> Decimal | None:
        """What was proposed from below, less the target."""
        proposed = self.branch.proposed_year
        return None if proposed is None else proposed - self.branch.year


def lines(tree: Tree, tops: Sequence[Branch], wanted: Asked, today: date) -> list[Line]:
    """As many levels as fit on a page. A territory of one seller without a number of its own would say all twice."""
    everything = [branch for top in tops for branch in top.walk()]
    deepest = max((branch.depth for branch in everything), default=0)
    while sum(branch.depth <= deepest for branch in everything) > MOST and deepest > tops[0].depth:
        deepest -= 1
    return [line for top in tops for line in _lines(tree, top, wanted, today, deepest, 0)]


def _lines(tree: Tree, branch: Branch, wanted: Asked, today: date, deepest: int, depth: int) -> Iterator[Line]:
    alone = branch.kind == NodeKind.TERRITORY and len(branch.children) == 1 and branch.amounts is None
    if not (alone and branch.depth < deepest):
        yield _line(tree, branch, wanted, today, depth, branch.depth == deepest)
        depth += 1
    for child in branch.children if branch.depth < deepest else ():
        yield from _lines(tree, child, wanted, today, deepest, depth)


def _line(tree: Tree, branch: Branch, wanted: Asked, today: date, depth: int, last: bool) -> Line:
    people = credited(branch)
    *cells, whole = (
        Cell(one, reached, documents(tree.metric, one, people) if reached.booked else "")
        for one in (*wanted.periods, wanted.year)
        if (reached := tree.attained(branch, one, today))
    )
    own = queries.is_own(g.actor, branch)
    return Line(branch, cells, whole.attained, whole.url, own, len(branch.children) * last, depth)


def credited(branch: Branch) -> set[int] | None:
    """Whose results count there; everybody's (None) for the company."""
    return None if branch.kind == NodeKind.COMPANY else branch.everyone()


def documents(metric: str, period: Period, people: set[int] | None) -> str:
    """The list behind a figure; "" where there is none, or the person may not see it."""
    counted = measure(metric)
    if counted is None or people == set():
        return ""
    return list_url(counted.documents(period, people or ()))


def list_url(found: Documents) -> str:
    endpoint, permission = LISTS[found.noun]
    known = endpoint in current_app.view_functions and g.actor.may(permission)
    return url_for(endpoint, **dict[str, Any](found.filters)) if known else ""


class Chart(NamedTuple):
    ticks: list[str]
    series: list[tuple[str, str, list[Decimal]]]
    top: float
    step: float


def chart(tree: Tree, branch: Branch, today: date) -> Chart:
    """Target, expected and reached, adding up month by month."""
    target = _adding_up(branch.numbers)
    begun = [one for one in tree.months if one.starts_on <= today]
    reached = _adding_up(branch.actual)[: len(begun)]
    due = [n * one.share_gone(today) for n, one in zip(branch.numbers, tree.months, strict=True)]
    series = [("k1", "Target", target), ("k2", "Reached", reached)]
    if begun and len(begun) < 12 or due != branch.numbers:
        series.append(("k6 dash", "Expected by today", _adding_up(due)[: len(begun)]))
    if branch.stretch_percent:
        series.append(("k1 dash", "Stretch", [n * (1 + branch.stretch_percent / 100) for n in target]))
    highest = float(max((max(values, default=Decimal(0)) for _, _, values in series), default=0))
    step = _step(highest)
    return Chart(
        [f"{one.starts_on:%b}" for one in tree.months], series, step * ceil(highest / step) if step else 0, step
    )


def _adding_up(months: Sequence[Decimal]) -> list[Decimal]:
    found, total = [], Decimal(0)
    for n in months:
        total += n
        found.append(total)
    return found


def _step(highest: float) -> float:
    """A round number that cuts the axis into at most five."""
    if highest <= 0:
        return 0
    size: float = 10 ** int(log10(highest / 5)) if highest > 5 else 1
    return next(size * n for n in (1, 2, 5, 10, 20) if size * n * 5 >= highest)


def say(metric: Metric, currency: str, *, short: bool = False) -> Any:
    """How an amount of the metric is shown."""
    if not metric.is_money:
        return lambda n: format_number(n)
    return lambda n: format_short(n, currency) if short else format_money(n, currency, False)


def shared_context(wanted: Asked, tree: Tree) -> dict[str, Any]:
    plan = tree.plan
    currency = plan.currency if plan else queries.currency()
    return {
        "asked": wanted, "tree": tree, "plan": plan, "currency": currency, "today": queries.today(),
        "metric_name": METRICS[tree.metric], "metrics": list(METRICS.items()), "spans": list(SPANS.items()),
        "say": say(tree.metric, currency), "short": say(tree.metric, currency, short=True),
        "years": years(), "is_draft": plan is not None and plan.state == PlanState.DRAFT,
    }  # fmt: skip


def years() -> list[tuple[str, str]]:
    """Those with a plan, this one and the next."""
    known = {*queries.planned_years(), queries.this_year().starts_on, queries.this_year(1).starts_on}
    return [(day.isoformat(), queries.fiscal_year_of(day).name) for day in sorted(known, reverse=True)]


def pipeline_url(branch: Branch, period: Period) -> str:
    return documents(PIPELINE, period, credited(branch))


def branch_of(tree: Tree, key: str) -> Branch:
    found = tree.find(key)
    if found is None:
        raise NotFound("targets.not_found", "This is not here, or not yours to see.")
    return found
