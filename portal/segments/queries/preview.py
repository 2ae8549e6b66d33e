"""How many a rule means while it is being written, and some of them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Contact
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import reach

from ..rules import Tree
from .members import matching

SAMPLE = 20


class Preview(NamedTuple):
    size: int
    sample: Sequence[Contact]


def preview(actor: Actor, rule: Tree) -> Preview:
    """One pass over the contacts finds both; the sample has only those whom the actor may see."""
    found = select(Contact.id).where(matching(rule)).cte("found")
    seen = select(found.c.id).join(Contact, Contact.id == found.c.id).where(reach(actor, Contact, "contacts.view"))
    some = seen.order_by(found.c.id).limit(SAMPLE)
    count = select(func.count()).select_from(found).scalar_subquery()
    rows = select(Contact, count).where(Contact.id.in_(some)).options(joinedload(Contact.account)).order_by(Contact.id)
    hits = db.session.execute(rows).unique().all()
    if hits:
        return Preview(hits[0][1], [row[0] for row in hits])
    return Preview(db.session.scalar(select(count)) or 0, [])
