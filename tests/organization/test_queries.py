"""Who may see what: every scope, against a slow oracle that reads the rules literally."""

from collections.abc import Callable
from datetime import date
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.kernel.actor import Actor, Scope
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound
from portal.leads.models import Lead
from portal.organization.models import Coverage, Position
from portal.organization.queries import actor_for, allows, authorize, company, get, reach, visible_to
from portal.territories.models import Territory
from tests import world

DAY = date(2026, 6, 1)
PERMISSION = "leads.view"
NUMBERS = count()


def lead(owner_id: int | None, territory_id: int | None) -> Lead:
    number = next(NUMBERS)
    return Lead(last_name=f"L{number}", email=f"l{number}@x.example", owner_id=owner_id, territory_id=territory_id)


def oracle(actor: Actor, row: Lead) -> bool:
    """The words of the scopes, one row at a time."""
    scopes = actor.grants.get(PERMISSION, frozenset())
    owner = db.session.get(Position, row.owner_id) if row.owner_id else None
    covered = [t for t in actor.territory_ids if t == row.territory_id]
    own = owner is not None and owner.id in actor.position_ids
    mine = [db.session.get_one(Position, p) for p in actor.position_ids]
    team = owner is not None and any(m.reports_to_id and m.reports_to_id == owner.reports_to_id for m in mine)
    return (
        Scope.ALL in scopes
        or bool(scopes & {Scope.OWN, Scope.TEAM, Scope.SUBTREE}) and own
        or Scope.TEAM in scopes and team
        or Scope.SUBTREE in scopes and owner is not None and _is_below(owner, actor.position_ids)
        or Scope.TERRITORY in scopes and bool(covered)
    )  # fmt: skip


def _is_below(position: Position | None, tops: frozenset[int]) -> bool:
    while position:
        if position.id in tops:
            return True
        position = db.session.get(Position, position.reports_to_id) if position.reports_to_id else None
    return False


def forest(shape: list[int]) -> list[Position]:
    """shape[i] is the superior of position i: one of those before it, or none."""
    made: list[Position] = []
    for number, parent in enumerate(shape):
        boss = made[parent % number] if number and parent % (number + 1) else None
        position = Position(title=f"P{number}", reports_to_id=boss.id if boss else None)
        db.session.add(position)
        db.session.flush()
        position.path = f"{boss.path if boss else '/'}{position.id}/"
        made.append(position)
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shape=st.lists(st.integers(0, 20), min_size=1, max_size=12),
    held=st.sets(st.integers(0, 11), max_size=2),
    scopes=st.sets(st.sampled_from(Scope)),
    covers=st.booleans(),
    owners=st.lists(st.integers(-1, 11), min_size=1, max_size=8),
)
def test_visible_to_agrees_with_the_oracle(
    app: Flask, shape: list[int], held: set[int], scopes: set[Scope], covers: bool, owners: list[int]
) -> None:
    with unit_of_work():
        tree = forest(shape)
        land = world.territory("Southwest")
        seats = [tree[h] for h in held if h < len(tree)]
        rows = [lead(tree[o].id if 0 <= o < len(tree) else None, land.id if o % 2 else None) for o in owners]
        db.session.add_all(rows)
        db.session.flush()
        actor = Actor(
            "Somebody",
            user_id=1,
            grants={PERMISSION: frozenset(scopes)} if scopes else {},
            position_ids=frozenset(p.id for p in seats),
            team_ids=frozenset(
                p.id for p in tree for s in seats if s.reports_to_id and p.reports_to_id == s.reports_to_id
            ),
            paths=tuple(p.path for p in seats),
            territory_ids=frozenset({land.id}) if covers else frozenset(),
        )
    mine = select(Lead.id).where(Lead.id.in_([r.id for r in rows]), reach(actor, Lead, PERMISSION))
    seen = set(db.session.scalars(mine))
    for row in rows:
        assert (row.id in seen) == oracle(actor, row)
        assert allows(actor, PERMISSION, row) == (row.id in seen)


@pytest.mark.parametrize(
    ("who", "sees"),
    [("rep", True), ("colleague", False), ("outsider", False), ("manager", True), ("leader", True), ("operator", True),
     ("marketer", True), ("finance", False), ("hr", False), ("admin", True)],
)  # fmt: skip
def test_a_lead_of_the_rep(app: Flask, actor: Callable[[str], Actor], who: str, sees: bool) -> None:
    made = world.add(lead(world.position("rep").id, None))
    found = db.session.scalars(visible_to(actor(who), Lead).where(Lead.id == made.id)).all()
    assert bool(found) == sees
    if not sees:
        with pytest.raises(NotFound):
            get(actor(who), Lead, made.id)


def test_a_covered_territory_is_seen_but_not_edited(app: Flask, actor: Callable[[str], Actor]) -> None:
    land = world.territory("Southwest")
    under = world.add(Territory(name="Arizona", parent_id=land.id))
    with unit_of_work():
        db.session.get_one(Territory, under.id).path = f"{land.path}{under.id}/"
    made = world.add(lead(world.position("outsider").id, under.id))
    assert get(actor("rep"), Lead, made.id).id == made.id
    with pytest.raises(Forbidden):
        authorize(actor("rep"), "leads.edit", made)


def test_a_position_without_owner_is_nobodys(app: Flask, actor: Callable[[str], Actor]) -> None:
    made = world.add(lead(None, None))
    assert not allows(actor("rep"), PERMISSION, made)
    assert allows(actor("admin"), PERMISSION, made)


def test_an_unknown_permission_is_a_bug(app: Flask, actor: Callable[[str], Actor]) -> None:
    with pytest.raises(LookupError):
        reach(actor("rep"), Lead, "leads.fly")


def test_a_seat_counts_from_its_first_day_to_the_day_before_its_last(app: Flask) -> None:
    rep, position = world.user("rep"), world.position("rep")
    with unit_of_work():
        seat = db.session.get_one(Position, position.id).seats[0]
        seat.starts_on, seat.ends_on = date(2026, 3, 1), date(2026, 4, 1)
    held = {
        day: bool(actor_for(world.user("rep"), date(2026, *day)).position_ids)
        for day in [(2, 28), (3, 1), (3, 31), (4, 1)]
    }
    assert held == {(2, 28): False, (3, 1): True, (3, 31): True, (4, 1): False}
    assert rep.id


def test_an_actor_takes_two_queries(app: Flask, count_queries: list[str]) -> None:
    for key, queries in (("rep", 2), ("manager", 2), ("admin", 1)):
        user = world.user(key)
        assert user.role_names
        count_queries.clear()
        actor_for(user, DAY)
        assert len([q for q in count_queries if q.startswith("SELECT")]) == queries


def test_coverage_reaches_down_the_tree(app: Flask) -> None:
    top = db.session.scalars(select(Territory).where(Territory.parent_id.is_(None))).one()
    world.add(Coverage(position_id=world.position("manager").id, territory_id=top.id))
    everything = set(db.session.scalars(select(Territory.id)))
    assert actor_for(world.user("manager"), DAY).territory_ids == everything


def test_the_company_is_read_once_in_a_unit_of_work_and_never_old(app: Flask, count_queries: list[str]) -> None:
    with unit_of_work():
        found = company()
        assert found is not None
        count_queries.clear()
        assert company() is found
        assert not count_queries
        found.name = "New name"
    assert company().name == "New name"
    with pytest.raises(NotFound), unit_of_work():
        company().name = "Taken back"
        raise NotFound("x", "x")
    assert company().name == "New name"
    db.session.expunge_all()
    assert company() in db.session
