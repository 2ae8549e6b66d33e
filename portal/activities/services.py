"""Writing the timeline."""

from collections.abc import Sequence
from datetime import datetime

from portal.kernel import clock
from portal.kernel.db import db

from .models import Activity, Regarding
from .states import Kind


def log(
    kind: Kind,
    subject: str,
    *,
    author: str,
    about: Sequence[tuple[str, int]],
    body: str = "",
    url: str = "",
    at: datetime | None = None,
    owner_id: int | None = None,
    territory_id: int | None = None,
) -> Activity:
    """Something that happened, shown on the timeline of every record in `about`."""
    activity = Activity(
        kind=kind,
        subject=subject,
        body=body,
        author=author,
        url=url,
        at=at or clock.now(),
        owner_id=owner_id,
        territory_id=territory_id,
        regarding=[Regarding(noun_of=noun, record_id=record_id) for noun, record_id in about],
    )
    db.session.add(activity)
    return activity
