"""What several pages of incentive pay share: tabs, plots, lines with their slices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from flask import g, url_for

from portal.compensation import queries
from portal.compensation.models import Earning
from portal.compensation.rules import Curve, Point, curve_of
from portal.compensation.states import Kind
from portal.web.filters import format_money, format_number, format_percent, format_rate, format_short

LEFT, RIGHT, TOP, BOTTOM = 52, 284, 14, 160
PERIOD_KINDS = {"open": "none", "calculated": "now", "in_review": "warn", "approved": "now", "locked": "good"}
VERSION_KINDS = {"draft": "none", "approved": "good", "superseded": "none"}
DISPUTE_KINDS = {"raised": "warn", "resolved": "good", "declined": "none"}


def tabs() -> list[tuple[str, str, int | None]]:
    """The parts of the area that the person may open."""
    parts = [
        ("My commission", ".show_mine", "compensation.view", None),
        ("Leaderboard", ".show_leaderboard", "compensation.view", None),
        ("Months", ".list_periods", "compensation.plans", None),
        ("Plans", ".list_plans", "compensation.plans", None),
        ("Questions", ".list_disputes", "compensation.view", None),
    ]
    return [
        (text, url_for(f"compensation{end}"), count)
        for text, end, permission, count in parts
        if g.actor.may(permission)
    ]


class Mark(NamedTuple):
    """A place on an axis."""

    at: str
    text: str


@dataclass(frozen=True)
class Plot:
    """Coordinates of a curve in a box of 290 by 190. `you` and `aim` are points on it."""

    path: str
    label: str
    columns: Sequence[Mark]
    rows: Sequence[Mark]
    you: tuple[str, str, str] | None
    aim: tuple[str, str] | None
    figures: Sequence[tuple[str, str]]


def plot(
    points: Sequence[Point], currency: str, label: str, *, you: Point | None = None, aim: Point | None = None
) -> Plot | None:
    """None where nothing is paid at all."""
    highest = max((point.pays for point in points), default=Decimal(0))
    widest = max((point.attained for point in points), default=Decimal(0))
    if highest <= 0 or widest <= 0:
        return None

    def x(attained: Decimal) -> str:
        return f"{LEFT + float(min(attained / widest, Decimal(1))) * (RIGHT - LEFT):.1f}"

    def y(pays: Decimal) -> str:
        return f"{BOTTOM - float(max(pays, Decimal(0)) / highest) * (BOTTOM - TOP):.1f}"

    step = round_step(highest)
    marks = [Decimal(n) / 2 for n in range(int(widest * 2) + 1)]
    return Plot(
        "M" + "L".join(f"{x(point.attained)} {y(point.pays)}" for point in points),
        label,
        [Mark(x(at), format_percent(at)) for at in marks],
        [Mark(y(step * n), format_money(step * n, currency, cents=False)) for n in range(1, int(highest / step) + 1)],
        (x(you.attained), y(you.pays), format_percent(you.attained)) if you else None,
        (x(aim.attained), y(aim.pays)) if aim else None,
        [(format_percent(p.attained), format_short(p.pays, currency)) for p in points if p.attained * 10 % 1 == 0],
    )


def round_step(highest: Decimal) -> Decimal:
    """A distance between lines that reads well and gives three to six of them."""
    size = Decimal(10) ** (highest.adjusted())
    return next(size * n for n in (Decimal("0.2"), Decimal("0.5"), Decimal(1), Decimal(2)) if highest / (size * n) < 6)


def plan_plot(check: queries.Check, currency: str) -> Plot | None:
    """The whole plan for the person in the middle, a year by attainment."""
    aim = next(point for point in check.points if point.attained == 1)
    return plot(check.points, currency, "What a year pays by attainment", aim=aim)


def curve_plot(standing: queries.Standing, desk: queries.Desk) -> Plot | None:
    """One component of one person: what the interval pays by attainment, or by what is credited."""
    curve, unit = curve_behind(standing, desk)
    if not unit:
        return None
    reached = max(standing.credited, Decimal(0)) / unit
    top = max(Decimal("1.5"), (reached * 11).quantize(Decimal(1)) / 10 + Decimal("0.1"))
    places = {top * step / 40 for step in range(41)} | {
        tier.start / unit for tier in curve.tiers[1:] if tier.start <= unit * top
    }
    points = [Point(place, curve.pays(place * unit)) for place in sorted(places)]
    label = f"{standing.component.name}: what {standing.interval.name} pays by attainment"
    you = Point(reached, curve.pays(standing.credited))
    aim = Point(Decimal(1), curve.pays(unit))
    return plot(points, desk.currency, label, you=you, aim=aim)


def curve_behind(standing: queries.Standing, desk: queries.Desk) -> tuple[Curve, Decimal]:
    """The curve, and what counts as one hundred percent on its axis."""
    person = desk.quotas.person(desk.member)
    target = person.target_in(standing.component, standing.interval)
    curve = curve_of(standing.component, target=target, quota=standing.quota)
    last = curve.tiers[-1].start
    return curve, standing.quota or last or max(standing.credited, Decimal(1))


def explain(line: Earning) -> list[dict[str, Any]]:
    """The slices of a line with exact figures."""
    names = ("tier", "amount", "rate", "pays", "earlier")
    made = [dict(zip(names, piece, strict=True)) for piece in line.slices]
    return [one | {name: Decimal(one[name]) for name in ("amount", "rate", "pays")} for one in made]


def rate_words(line: Earning) -> str:
    """The rates a line was paid at, as one says them."""
    rates = [Decimal(rate) for _, _, rate, _, earlier in line.slices if not earlier]
    return " and ".join(format_rate(rate) for rate in rates)


def tier_words(terms: dict[str, Any], component: str, tier: int, quota: Decimal | None) -> str:
    """The tier as the plan has it: "60 to 100 % of the quota"."""
    found = next((one for one in terms.get("components", ()) if one["name"] == component), None)
    tiers = (found or {}).get("tiers", ())
    if not found or not 0 < tier <= len(tiers):
        return ""
    in_percent = found.get("basis") == "attainment" or found.get("kind") == Kind.BONUS
    row, said = tiers[tier - 1], format_rate if in_percent else format_number
    low = said(Decimal(str(row["from"])))
    return f"from {low}" if row.get("to") is None else f"{low} to {said(Decimal(str(row['to'])))}"
