"""Long work, as rows of the list that the tests of list pages read."""

from datetime import UTC, datetime, timedelta

from portal.kernel.db import db, unit_of_work
from portal.workspace.models import LongWork
from portal.workspace.states import WorkState
from tests import world

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def add_work(*titles: str, who: str = "rep", **values: object) -> list[LongWork]:
    """One finished work per title, an hour apart."""
    rows = [
        LongWork(
            **{
                "user_id": world.user(who).id,
                "kind": "none",
                "spec": {},
                "title": title,
                "state": WorkState.DONE,
                "created_at": START + timedelta(hours=n),
                **values,
            }
        )
        for n, title in enumerate(titles)
    ]
    with unit_of_work():
        db.session.add_all(rows)
    return rows
