"""Document numbers without gaps: one counter row per series and year, taken last in the issuing transaction."""

from sqlalchemy import CheckConstraint, update
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, db
from .upsert import insert_ignore


class NumberSeries(Base):
    __tablename__ = "number_series"
    __table_args__ = (CheckConstraint("last >= 0", name="last_not_negative"),)

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


def take(series: str, year: int) -> str:
    """The next number, such as "INV-2026-00042". The row stays locked until commit, so a rollback leaves no gap."""
    return take_many(series, year, 1)[0]


def take_many(series: str, year: int, count: int) -> list[str]:
    """The next `count` numbers at once."""
    step = (
        update(NumberSeries)
        .where(NumberSeries.series == series, NumberSeries.year == year)
        .values(last=NumberSeries.last + count)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    )
    last = db.session.scalar(step)
    if last is None:
        insert_ignore(NumberSeries, [{"series": series, "year": year, "last": 0}])
        last = db.session.scalar(step)
    assert last is not None
    return [f"{series}-{year}-{number:05d}" for number in range(last - count + 1, last + 1)]
