"""Units, ramps, deputies."""

from datetime import date, timedelta

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.organization.models import Delegation, RampProfile, Unit
from tests import world


def unit(name: str = "Sales West", parent: Unit | None = None) -> Unit:
    whole = (parent.id, parent.path) if parent else (None, "/")
    with unit_of_work():
        made = Unit(name=name, parent_id=whole[0])
        db.session.add(made)
        db.session.flush()
        made.path = f"{whole[1]}{made.id}/"
    return made


def ramp(*percents: int) -> RampProfile:
    return world.add(RampProfile(name="Slow start", percents=list(percents)))  # type: ignore[no-any-return]


def deputy(of: str, by: str, first: date | None = None, last: date | None = None) -> Delegation:
    """`by` stands in for `of`, from yesterday for a week unless said otherwise."""
    today = clock.today("UTC")
    starts_on, ends_on = first or today - timedelta(days=1), last or today + timedelta(days=6)
    made = Delegation(
        position_id=world.position(of).id, user_id=world.user(by).id, starts_on=starts_on, ends_on=ends_on
    )
    return world.add(made)  # type: ignore[no-any-return]
