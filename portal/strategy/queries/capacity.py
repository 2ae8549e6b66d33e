"""Capacity against target, month by month and team by team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.organization.models import Position, RampProfile, Seat
from portal.targets.queries import Branch, today, tree
from portal.targets.queries.tree import visible_positions
from portal.targets.rules import ZERO, Period
from portal.targets.states import NodeKind

from ..models import Hire, Scenario
from ..rules import Months, Stay, spread, together, typical

NO_MONTHS: Months = [ZERO] * 12


@dataclass
class Carrier:
    """A position with quota, or hires: what it carries each month. `kind`: seated, planned, vacant or hire."""

    position_id: int | None
    name: str
    kind: str
    path: str
    full: Months
    carries: Months

    @property
    def year(self) -> Decimal:
        return sum(self.carries, ZERO)


@dataclass
class Team:
    """A part of the target tree: its target, and what the people below its head carry."""

    key: str
    name: str
    depth: int
    target: Months
    carriers: list[Carrier] = field(default_factory=list)

    def of(self, *kinds: str) -> Months:
        return together([one.carries for one in self.carriers if one.kind in kinds] or [NO_MONTHS])

    @property
    def capacity(self) -> Months:
        return together([one.carries for one in self.carriers] or [NO_MONTHS])

    @property
    def gap(self) -> Decimal:
        """Capacity of the year over its target; negative: people are missing."""
        return sum(self.capacity, ZERO) - sum(self.target, ZERO)

    @property
    def short(self) -> int:
        """Months in which the people cannot carry the target."""
        return sum(have < want for have, want in zip(self.capacity, self.target, strict=True))


@dataclass(frozen=True)
class CapacityPlan:
    months: Sequence[Period]
    teams: Sequence[Team]

    @property
    def ends(self) -> list[Team]:
        """The teams without teams below."""
        after = [*self.teams[1:], None]
        return [one for one, other in zip(self.teams, after, strict=True) if not other or other.depth <= one.depth]

    def team(self, key: str) -> Team | None:
        """The team of that key, else the whole."""
        return next((one for one in self.teams if one.key == key), self.teams[0] if self.teams else None)


def capacity(actor: Actor, starts_on: date, scenario: Scenario | None = None) -> CapacityPlan:
    """Of the positions whose targets the actor may see."""
    found = tree(actor, starts_on)
    paths = visible_positions(actor)
    branches = [one for one in found.walk() if one.kind in (NodeKind.COMPANY, NodeKind.UNIT, NodeKind.TEAM)]
    own = {one.owner_id: one.numbers for one in found.walk() if one.kind == NodeKind.POSITION and one.owner_id}
    season = found.tops[0].numbers if found.tops else NO_MONTHS
    usual = _Usual({paths[key]: sum(numbers, ZERO) for key, numbers in own.items() if key in paths}, season)
    carriers = _positions(paths, own, usual, found.months)
    carriers += [_hire(one, usual, found.months) for one in (scenario.hires if scenario else ())]
    return CapacityPlan(found.months, [_team(one, paths, carriers) for one in branches])


@dataclass(frozen=True)
class _Usual:
    """What a position without a number of its own would carry: as its colleagues do."""

    years: Mapping[str, Decimal]  # path -> target of the year
    season: Months

    def of(self, path: str) -> Months:
        boss = path.rstrip("/").rpartition("/")[0] + "/"
        near = [year for other, year in self.years.items() if other.startswith(boss)]
        return spread(typical(near) or typical(list(self.years.values())), self.season)


def _positions(
    paths: Mapping[int, str], own: Mapping[int, Months], usual: _Usual, months: Sequence[Period]
) -> list[Carrier]:
    stays, day = _stays(months), min(max(today(), months[0].starts_on), months[-1].last_day)
    query = select(Position.id, Position.title, Position.capacity, Position.opens_on, RampProfile.percents).outerjoin(
        RampProfile, RampProfile.id == Position.ramp_id
    )
    carriers = []
    for row in db.session.execute(query.where(Position.carries_quota).order_by(Position.path)):
        if row.id not in paths:
            continue
        ramp, seated = row.percents or [], stays.get(row.id, [])
        here = [Stay(since, until, ramp) for since, until in seated]
        kind = "seated" if any(since <= day and (until is None or until > day) for since, until in seated) else "vacant"
        if not here and row.opens_on and row.opens_on >= months[0].starts_on:
            here, kind = [Stay(row.opens_on, None, ramp)], "planned"
        numbers = own.get(row.id, NO_MONTHS)
        full = numbers if any(numbers) else [one * row.capacity for one in usual.of(paths[row.id])]
        carries = [sum((stay.carries(n, m) for stay in here), ZERO) for n, m in zip(full, months, strict=True)]
        carriers.append(Carrier(row.id, row.title, kind, paths[row.id], list(full), carries))
    return carriers


def _stays(months: Sequence[Period]) -> dict[int, list[tuple[date, date | None]]]:
    """Position -> who sits there in the year, from when until when."""
    found: dict[int, list[tuple[date, date | None]]] = {}
    within = (Seat.starts_on < months[-1].ends_on) & (Seat.ends_on.is_(None) | (Seat.ends_on > months[0].starts_on))
    for row in db.session.execute(select(Seat.position_id, Seat.starts_on, Seat.ends_on).where(within)):
        found.setdefault(row.position_id, []).append((row.starts_on, row.ends_on))
    return found


def _hire(hire: Hire, usual: _Usual, months: Sequence[Period]) -> Carrier:
    path = f"{hire.reports_to.path}0/"
    full = usual.of(path) if hire.quota is None else spread(hire.quota, usual.season)
    stay = Stay(hire.opens_on, None, hire.ramp.percents if hire.ramp else [])
    carries = [stay.carries(n, m) * hire.count for n, m in zip(full, months, strict=True)]
    return Carrier(None, f"{hire.count} × {hire.title}", "hire", path, full, carries)


def _team(branch: Branch, paths: Mapping[int, str], carriers: Sequence[Carrier]) -> Team:
    path = "/" if branch.kind == NodeKind.COMPANY else paths.get(branch.owner_id or 0, "/")
    within = [one for one in carriers if one.path.startswith(path)]
    return Team(branch.key, branch.name, branch.depth, list(branch.numbers), within)


def scenarios(starts_on: date) -> Sequence[Scenario]:
    """Of the fiscal year, newest first."""
    query = select(Scenario).where(Scenario.starts_on == starts_on).options(selectinload(Scenario.hires))
    return db.session.scalars(query.order_by(Scenario.id.desc())).all()


def scenario(scenario_id: int, *, lock: bool = False) -> Scenario:
    """With its hires. Raises NotFound."""
    hires = selectinload(Scenario.hires)
    query = select(Scenario).where(Scenario.id == scenario_id)
    query = query.options(hires.options(joinedload(Hire.reports_to), joinedload(Hire.ramp)))
    found = db.session.scalar(query.with_for_update(of=Scenario) if lock else query)
    if found is None:
        raise NotFound("scenario.not_found", "This scenario is not here.")
    return found
