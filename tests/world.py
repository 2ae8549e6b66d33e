"""The test world: a small company with named people, and makers for every kind of record."""

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select, update

from jobs import registry, worker
from portal.identity.models import Role, User
from portal.identity.rules import ROLE_NAMES
from portal.identity.rules import Role as RoleName
from portal.kernel import clock, outbox
from portal.kernel.db import db, unit_of_work
from portal.organization.models import Company, Coverage, Position, Seat
from portal.territories.models import Territory, TerritoryRule
from portal.territories.queries import IN_FORCE

R = RoleName
# key: name, role, position (None: outside the sales tree), reports to
PEOPLE: dict[str, tuple[str, RoleName, str | None, str | None]] = {
    "leader": ("Lea Leader", R.LEADERSHIP, "Vice President of Sales", None),
    "manager": ("Max Manager", R.MANAGER, "Sales Manager West", "leader"),
    "rep": ("Rita Rep", R.REP, "Sales Representative Southwest", "manager"),
    "colleague": ("Cole League", R.REP, "Sales Representative Northwest", "manager"),
    "outsider": ("Otto Outsider", R.REP, "Sales Representative Germany", "leader"),
    "operator": ("Ola Operator", R.OPERATIONS, "Sales Operations", "leader"),
    "marketer": ("Mia Marketer", R.MARKETING, "Marketing", None),
    "finance": ("Finn Finance", R.FINANCE, "Finance", None),
    "hr": ("Hanna Hr", R.HR, "HR", None),
    "admin": ("Ada Admin", R.ADMIN, None, None),
}
COVERS = {"rep": "Southwest", "colleague": "Northwest", "outsider": "Germany"}


def populate() -> None:
    """The company, the territories and the people. Called once for the session."""
    with unit_of_work():
        db.session.add(
            Company(
                name="Test Cycles",
                legal_name="Test Cycles Inc.",
                street="1 Test Street",
                city="Bothell",
                region="WA",
                postcode="98011",
                country="US",
                email="sales@test-cycles.example",
                currency="USD",
            )
        )
        roles = {role: Role(name=role.value, description=ROLE_NAMES[role]) for role in R}
        db.session.add_all(roles.values())
        _territories()
        positions: dict[str, Position] = {}
        for key, (name, role, title, boss) in PEOPLE.items():
            someone = User(
                email=f"{key}@test-cycles.example", name=name, fs_uniquifier=secrets.token_hex(16), roles=[roles[role]]
            )
            db.session.add(someone)
            if title:
                positions[key] = _seat(someone, title, positions[boss] if boss else None)
        for key, territory in COVERS.items():
            found = db.session.scalars(select(Territory).where(Territory.name == territory)).one()
            db.session.add(Coverage(position_id=positions[key].id, territory_id=found.id))


def _territories() -> None:
    world = Territory(name="World")
    db.session.add(world)
    db.session.flush()
    world.path = f"/{world.id}/"
    for name, country, region in (("Southwest", "US", "CA"), ("Northwest", "US", "WA"), ("Germany", "DE", None)):
        area = Territory(name=name, parent_id=world.id, rules=[TerritoryRule(country=country, region=region)])
        db.session.add(area)
        db.session.flush()
        area.path = f"{world.path}{area.id}/"


def _seat(someone: User, title: str, boss: Position | None) -> Position:
    position = Position(title=title, reports_to_id=boss and boss.id, carries_quota=title.startswith("Sales Rep"))
    db.session.add(position)
    db.session.flush()
    position.path = f"{boss.path if boss else '/'}{position.id}/"
    db.session.add(Seat(position_id=position.id, user_id=someone.id, starts_on=date(2020, 1, 1)))
    return position


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.email == f"{key}@test-cycles.example")).one()


def position(key: str) -> Position:
    """The position the person sits in."""
    return db.session.scalars(
        select(Position).join(Seat, Seat.position_id == Position.id).where(Seat.user_id == user(key).id)
    ).one()


def territory(name: str) -> Territory:
    return db.session.scalars(select(Territory).where(IN_FORCE, Territory.name == name)).one()


def add(record: Any) -> Any:
    """Store the record in a unit of work of its own and return it."""
    with unit_of_work():
        db.session.add(record)
    return record


def run_jobs() -> int:
    """Work off every queue until nothing is due, ignoring back-off; every job runs a second time at once."""
    done = 0
    while done < 1_000:
        with unit_of_work():
            db.session.execute(
                update(outbox.OutboxEntry)
                .where(outbox.OutboxEntry.state == outbox.EntryState.DUE)
                .values(due_at=clock.now())
            )
        round_done = sum(_sweep_twice(queue) for queue in registry.QUEUES)
        if not round_done:
            return done
        done += round_done
    raise AssertionError("jobs keep making jobs")


def _sweep_twice(queue: str) -> int:
    done = 0
    while held := outbox.claim(queue, "test"):
        job = registry.jobs[held.job]
        worker.perform(held)
        entry = db.session.get(outbox.OutboxEntry, held.id, populate_existing=True)
        assert entry is not None
        assert entry.state == outbox.EntryState.DONE, entry.error
        again: Callable[[], None] = lambda job=job, held=held: job.run(**held.payload)  # noqa: E731
        if job.alone:
            again()
        else:
            with unit_of_work():
                again()
        done += 1
    for sweeper in registry.sweepers[queue]:
        done += sweeper("test")
    return done
