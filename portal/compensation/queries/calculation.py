"""What each person earns in a period, as rows that are ready to be stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select

from portal.kernel.db import db
from portal.kernel.money import Exact, round_to

from .. import rules
from ..models import Adjustment, Draw, ObjectiveResult
from ..rules import Component, Credit, Earned, Payout, Slice, Sofar, interval_of, pay_out
from ..rules.plan import HUNDRED, ZERO
from ..states import Interval, Kind, Measure, Role
from .ledger import Entry, Ledger
from .people import Member


@dataclass(frozen=True)
class Extras:
    """What people added for the period, by participant."""

    adjusted: Mapping[int, Decimal]
    objectives: Mapping[int, Sequence[ObjectiveResult]]
    draws: Mapping[int, rules.Draw]


@dataclass(frozen=True)
class Calculated:
    """The earnings of one participant as rows, what they come to, and why something could not be calculated."""

    member: Member
    rows: list[dict[str, Any]]
    earned: Decimal
    adjusted: Decimal
    opening: Decimal
    payout: Payout
    currency: str
    problem: str = ""


def extras(found: Ledger) -> Extras:
    in_period = Adjustment.period_id == found.period_id
    sums = db.session.execute(
        select(Adjustment.participant_id, func.sum(Adjustment.amount, type_=Exact()))
        .where(in_period)
        .group_by(Adjustment.participant_id)
    )
    results: dict[int, list[ObjectiveResult]] = {}
    for one in db.session.scalars(select(ObjectiveResult).where(ObjectiveResult.period_id == found.period_id)):
        results.setdefault(one.participant_id, []).append(one)
    day = found.period.starts_on
    running = select(Draw).where(Draw.starts_on < found.period.ends_on, or_(Draw.ends_on.is_(None), Draw.ends_on > day))
    draws = {
        one.participant_id: rules.Draw(
            one.kind, one.amount, ZERO if one.recovers_from and day < one.recovers_from else one.recovery
        )
        for one in db.session.scalars(running.order_by(Draw.id))
    }
    return Extras({who: amount for who, amount in sums}, results, draws)


def calculated(found: Ledger, member: Member, more: Extras) -> Calculated:
    entries, problems = found.entries.get(member.id, []), list[str]()
    rows: list[dict[str, Any]] = []
    plan = member.version.plan if member.version else None
    currency = plan.currency if plan else found.quotas.currency
    if plan is None:
        problems.append("No approved version of the plan is in force.")
    for component, version_id in _components(found, member):
        try:
            rows += _earnings(found, member, component, version_id, entries, currency)
            rows += _objectives(found, member, component, version_id, more.objectives.get(member.id, ()), currency)
        except LookupError:
            problems.append(f"{component.name} needs a quota, and none is set.")
    earned = sum((row["pays"] for row in rows), ZERO)
    adjusted, opening = more.adjusted.get(member.id, ZERO), found.balances.get(member.id, ZERO)
    payout = pay_out(earned + adjusted, opening, more.draws.get(member.id), currency)
    return Calculated(member, rows, earned, adjusted, opening, payout, currency, " ".join(problems))


def _components(found: Ledger, member: Member) -> Iterator[tuple[Component, int]]:
    """Those of the plan, and former ones whose earnings are taken back now."""
    if member.version:
        for component in member.version.plan.components:
            yield component, member.version.id
    for (participant_id, _), (version_id, former) in found.former.items():
        if participant_id == member.id:
            yield former, version_id


def _earnings(
    found: Ledger, member: Member, component: Component, version_id: int, entries: Sequence[Entry], currency: str
) -> Iterator[dict[str, Any]]:
    mine = {one.credit.key: one for one in entries if one.component in ("", component.name)}
    earned = rules.earn(
        component,
        (one.credit for one in mine.values()),
        found.quotas.person(member),
        currency=currency,
        year_start=found.year_start,
        sofar=found.sofar.get((member.id, component.name), Sofar()),
    )
    for one in earned:
        yield _row(found, member, component, version_id, one, mine[one.credit.key])


def _row(
    found: Ledger, member: Member, component: Component, version_id: int, one: Earned, entry: Entry
) -> dict[str, Any]:
    document = entry.document
    return {
        "period_id": found.period_id, "participant_id": member.id, "version_id": version_id, "component": component.name,
        "interval_starts": interval_starts(component, one.credit.day, found.year_start), "source": document.key,
        "key": one.credit.key, "reverses": one.credit.reverses, "role": one.credit.role, "measure": one.credit.measure,
        "day": document.day, "counted_on": one.credit.day, "noun_of": document.noun, "record_id": document.record_id,
        "opportunity_id": document.opportunity_id, "order_id": document.order_id, "invoice_id": document.invoice_id,
        "account_id": document.account_id, "label": document.label, "why": entry.why,
        "document_amount": document.amount, "percent": entry.percent, "amount": one.credit.amount, "before": one.before,
        "after": one.after, "quota": one.quota, "pays": one.pays, "residual": one.residual,
        "slices": [_plain(piece) for piece in one.slices], "note": one.note,
    }  # fmt: skip


def interval_starts(component: Component, day: date, year_start: int) -> date | None:
    if component.interval == Interval.TRANSACTION or component.kind in (Kind.SPIF, Kind.MBO):
        return None
    return interval_of(day, component.interval, year_start).starts_on


def _plain(piece: Slice) -> list[Any]:
    return [piece.tier, str(piece.amount), str(round(piece.rate, 4)), str(piece.pays), piece.earlier]


def _objectives(
    found: Ledger,
    member: Member,
    component: Component,
    version_id: int,
    results: Sequence[ObjectiveResult],
    currency: str,
) -> Iterator[dict[str, Any]]:
    """An MBO pays its part of the target incentive of its interval, as far as the objectives were reached."""
    for one in results:
        if component.kind != Kind.MBO or one.component != component.name:
            continue
        interval = interval_of(found.period.starts_on, component.interval, found.year_start)
        target = found.quotas.person(member).target_in(component, interval)
        pays = round_to(target * one.percent / HUNDRED, currency)
        key, day = f"objectives:{one.id}", found.period.ends_on
        credit = Credit(key, found.period.last_day, round_to(target, currency), Measure.BOOKED, Role.DIRECT)
        piece = Slice(0, credit.amount, one.percent, pays)
        yield {
            "period_id": found.period_id, "participant_id": member.id, "version_id": version_id,
            "component": component.name, "interval_starts": None, "source": key, "key": key, "reverses": "",
            "role": credit.role, "measure": "objectives", "day": min(day, credit.day), "counted_on": credit.day,
            "noun_of": "", "record_id": None, "opportunity_id": None, "order_id": None, "invoice_id": None,
            "account_id": None, "label": f"{one.percent.normalize():f} % of {component.name}", "why": one.reason,
            "document_amount": credit.amount, "percent": HUNDRED, "amount": credit.amount, "before": ZERO, "after": ZERO,
            "quota": None, "pays": pays, "residual": ZERO, "slices": [_plain(piece)], "note": "",
        }  # fmt: skip
