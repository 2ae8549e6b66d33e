"""What credits whom in a payout period: documents, splits, hold-over, the positions above, and what is taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select

from portal.kernel.db import db
from portal.kernel.money import Exact, round_to
from portal.organization.models import Position
from portal.organization.queries import company
from portal.targets.rules import Period

from ..models import Earning, PayoutPeriod, PlanVersion, Statement
from ..rules import Credit, Paid, Sofar, interval_of
from ..rules.credits import Document, Portion, rolled_up, shares_of
from ..rules.plan import ZERO, Component
from ..states import Interval, Kind, Measure, PeriodState, Role
from .documents import Window, documents, held_over, splits_of
from .people import Member, Quotas, Version, members, quotas, version_of, versions_on


class Entry(NamedTuple):
    """A credit with where it comes from. `component`: the only one it concerns, where it takes back an old earning."""

    credit: Credit
    document: Document
    percent: Decimal
    why: str
    component: str = ""


@dataclass
class Ledger:
    """Everything a calculation reads, read at once."""

    period: Period
    period_id: int
    year_start: int
    members: list[Member]
    quotas: Quotas
    entries: dict[int, list[Entry]] = field(default_factory=dict)
    sofar: dict[tuple[int, str], Sofar] = field(default_factory=dict)
    former: dict[tuple[int, str], tuple[int, Component]] = field(
        default_factory=dict
    )  # of components no longer in the plan
    taken: dict[tuple[int, str, str], list[tuple[str, Decimal]]] = field(default_factory=dict)
    balances: dict[int, Decimal] = field(default_factory=dict)
    uncredited: dict[str, tuple[int, Decimal]] = field(default_factory=dict)  # reason -> documents, amount

    def miss(self, reason: str, amount: Decimal) -> None:
        count, total = self.uncredited.get(reason, (0, ZERO))
        self.uncredited[reason] = count + 1, total + amount


def year_start() -> int:
    home = company()
    return home.fiscal_year_start if home else 1


def span(row: PayoutPeriod) -> Period:
    return Period(row.starts_on, row.ends_on, f"{row.starts_on:%B %Y}")


def ledger(row: PayoutPeriod) -> Ledger:
    """The credits of the period, for everybody on a plan. Ten statements, however many documents."""
    period, starts = span(row), year_start()
    versions = versions_on(period.starts_on)
    window = Window(period.starts_on, period.ends_on, _locked_since(period))
    found = [one for measure in _measures(versions) for one in documents(measure, window)]
    old = _old_earnings({one.reverses for one in found if one.reverses}, period)
    balances = _balances(period)
    also = {one.participant_id for ones in old.values() for one in ones} | {i for i, owed in balances.items() if owed}
    people = members(period, versions, also)
    year = interval_of(period.starts_on, Interval.YEAR, starts)
    kept = quotas((one.position_id for one in people), year.starts_on, year.ends_on)
    made = Ledger(
        period, row.id, starts, people, kept, sofar=_sofar(period, year), taken=_taken(old, period), balances=balances
    )
    _credit(made, found, old)
    return made


def credit_documents(made: Ledger, versions: Mapping[int, Version]) -> None:
    """Fill a ledger that no stored period stands behind: what would have been."""
    window = Window(made.period.starts_on, made.period.ends_on)
    _credit(made, [one for measure in _measures(versions) for one in documents(measure, window)], {})


def _measures(versions: Mapping[int, Version]) -> list[Measure]:
    used = {c.measure for one in versions.values() for c in one.plan.components if c.kind != Kind.MBO}
    return sorted(used)


def _locked_since(period: Period) -> datetime | None:
    return db.session.scalar(
        select(PayoutPeriod.locked_at).where(
            PayoutPeriod.ends_on == period.starts_on, PayoutPeriod.state == PeriodState.LOCKED
        )
    )


def _old_earnings(sources: set[str], period: Period) -> dict[str, list[Earning]]:
    """What documents that are taken back had paid in earlier periods, by document."""
    found: dict[str, list[Earning]] = {}
    earlier = select(Earning).where(Earning.source.in_(sources), Earning.counted_on < period.starts_on)
    for one in db.session.scalars(earlier.where(Earning.reverses == "").order_by(Earning.id)):
        found.setdefault(one.source, []).append(one)
    return found


def _taken(old: Mapping[str, list[Earning]], period: Period) -> dict[tuple[int, str, str], list[tuple[str, Decimal]]]:
    """What earlier periods took back of those already: (key, amount) by participant, component and key."""
    keys = {one.key for ones in old.values() for one in ones}
    found: dict[tuple[int, str, str], list[tuple[str, Decimal]]] = {}
    if keys:
        back = select(Earning).where(Earning.reverses.in_(keys), Earning.counted_on < period.starts_on)
        for one in db.session.scalars(back.order_by(Earning.id)):
            found.setdefault((one.participant_id, one.component, one.reverses), []).append((one.reverses, one.amount))
    return found


def _sofar(period: Period, year: Period) -> dict[tuple[int, str], Sofar]:
    """What the fiscal year's earlier periods credited in each interval."""
    E, found = Earning, dict[tuple[int, str], Sofar]()
    rows = db.session.execute(
        select(E.participant_id, E.component, E.interval_starts)
        .add_columns(func.sum(E.after - E.before, type_=Exact()), func.sum(E.residual, type_=Exact()))
        .where(E.counted_on >= year.starts_on, E.counted_on < period.starts_on, E.interval_starts.is_not(None))
        .group_by(E.participant_id, E.component, E.interval_starts)
    )
    for participant_id, component, starts, credited, residual in rows:
        one = found.setdefault((participant_id, component), Sofar())
        one.credited[starts], one.residual[starts] = credited, residual
    return found


def _balances(period: Period) -> dict[int, Decimal]:
    """What people owe from earlier periods: the balance of each one's latest statement before."""
    latest = (
        select(Statement.participant_id, func.max(PayoutPeriod.starts_on).label("starts_on"))
        .join(PayoutPeriod, PayoutPeriod.id == Statement.period_id)
        .where(PayoutPeriod.starts_on < period.starts_on)
        .group_by(Statement.participant_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Statement.participant_id, Statement.balance)
        .join(PayoutPeriod, PayoutPeriod.id == Statement.period_id)
        .join(
            latest,
            (latest.c.participant_id == Statement.participant_id) & (latest.c.starts_on == PayoutPeriod.starts_on),
        )
    )
    return {participant_id: balance for participant_id, balance in rows}


class _Desk:
    """Puts each document on the accounts of those it credits."""

    def __init__(self, made: Ledger) -> None:
        self.made, self.splits = made, splits_of()
        self.held = held_over(made.period.starts_on)
        self.at: dict[int, list[Member]] = {}
        for one in made.members:
            self.at.setdefault(one.position_id, []).append(one)
        self.paths: dict[int, str] = {key: path for key, path in db.session.execute(select(Position.id, Position.path))}

    def credit(self, document: Document, original: Document) -> None:
        """`original` is what the document takes back, or itself: its splits and day decide."""
        share = document.amount / original.amount if original.amount else ZERO
        portions = shares_of(original, self.splits, self.held)
        if not portions:
            self.made.miss("Nobody owns them", document.amount)
        for one in portions:
            for portion in (one, *rolled_up(one, self.paths.get(one.position_id, ""))):
                got = self._give(document, original, portion, one.position_id, share)
                if not got and portion.role != Role.ROLLUP:
                    self.made.miss("Nobody on a plan is credited with them", portion.amount)

    def _give(self, document: Document, original: Document, portion: Portion, position_id: int, share: Decimal) -> bool:
        got, mark = False, f"{portion.role}:{position_id}"
        amount = portion.amount if document is original else round_to(portion.amount * share, document.currency)
        for one in self.at.get(portion.position_id, ()):
            if not one.on(original.day):
                continue
            got = True
            if not wants(one, document, portion.role):
                continue
            if one.version and one.version.plan.currency != document.currency:
                self.made.miss(f"They are in {document.currency}, the plan is in {one.version.plan.currency}", amount)
                continue
            credit = Credit(
                f"{document.key}:{mark}", max(document.day, self.made.period.starts_on), amount, document.measure,
                portion.role, document.reverses and f"{document.reverses}:{mark}",
            )  # fmt: skip
            self.made.entries.setdefault(one.id, []).append(Entry(credit, document, portion.percent, portion.why))
        return got


def wants(member: Member, document: Document, role: Role) -> bool:
    """Whether a component of the plan counts such documents in such a role."""
    components = member.version.plan.components if member.version else ()
    return any(c.measure == document.measure and role in c.roles and c.kind != Kind.MBO for c in components)


def _credit(made: Ledger, found: Iterable[Document], old: Mapping[str, list[Earning]]) -> None:
    desk, there, late = _Desk(made), {}, []
    for document in found:
        there[document.key] = document
        if document.reverses:
            if first := there.get(document.reverses):
                desk.credit(document, first)
            for earning in old.get(document.reverses, ()):
                _take_back(made, document, earning)
        elif document.day < made.period.starts_on:
            late.append(document)
        else:
            desk.credit(document, document)
    known = select(Earning.source).where(Earning.source.in_([one.key for one in late]))
    done = set(db.session.scalars(known.where(Earning.period_id != made.period_id))) if late else set()
    for document in late:
        if document.key not in done:
            desk.credit(document, document)
    _name_former(made, old)


def _take_back(made: Ledger, document: Document, first: Earning) -> None:
    """The opposite of an earning of an earlier period, for whoever had it."""
    share = document.amount / first.document_amount if first.document_amount else ZERO
    key = f"{document.key}:{first.key.removeprefix(first.source + ':')}"
    credit = Credit(
        key, max(document.day, made.period.starts_on), round(first.amount * share, 4), Measure(first.measure),
        Role(first.role), first.key,
    )  # fmt: skip
    sofar = made.sofar.setdefault((first.participant_id, first.component), Sofar())
    if first.key not in sofar.paid:
        sofar.paid = {**sofar.paid, first.key: Paid(first.counted_on, first.amount, first.pays)}
        sofar.taken = [*sofar.taken, *made.taken.get((first.participant_id, first.component, first.key), ())]
    entry = Entry(credit, document, first.percent, f"Takes back {first.label}", first.component)
    made.entries.setdefault(first.participant_id, []).append(entry)


def _name_former(made: Ledger, old: Mapping[str, list[Earning]]) -> None:
    """Where the plan no longer has the component, the one that had paid decides."""
    by_id = {one.id: one for one in made.members}
    for first in (one for ones in old.values() for one in ones):
        member = by_id[first.participant_id]
        present = {c.name for c in member.version.plan.components} if member.version else set()
        key = (first.participant_id, first.component)
        if first.component not in present and key not in made.former:
            version = version_of(db.session.get_one(PlanVersion, first.version_id))
            there = next(c for c in version.plan.components if c.name == first.component)
            made.former[key] = version.id, there
