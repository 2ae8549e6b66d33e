"""Document numbers without gaps: one counter row per series and year, taken last in the issuing transaction."""

from typing import Any

from sqlalchemy import CheckConstraint, bindparam, update
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, db
from .upsert import insert_ignore


class NumberSeries(Base):
    __tablename__ = "number_series"
    __table_args__ = (CheckConstraint("last >= 0", name="last_not_negative"),)

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


COUNTER: Any = NumberSeries.__table__
STEP = (
    update(COUNTER)
    .where(COUNTER.c.series == bindparam("of_series"), COUNTER.c.year == bindparam("of_year"))
    .values(last=COUNTER.c.last + bindparam("count"))
    .returning(COUNTER.c.last)
)


def take(series: str, year: int) -> str:
    """The next number, such as "INV-2026-00042". The row stays locked until commit, so a rollback leaves no gap."""
    return take_many(series, year, 1)[0]


def take_many(series: str, year: int, count: int) -> list[str]:
    """The next `count` numbers at once."""
    wanted = {"of_series": series, "of_year": year, "count": count}
    last = db.session.connection().scalar(STEP, wanted)
    if last is None:
        insert_ignore(NumberSeries, [{"series": series, "year": year, "last": 0}])
        last = db.session.connection().scalar(STEP, wanted)
    assert last is not None
    return [f"{series}-{year}-{number:05d}" for number in range(last - count + 1, last + 1)]
