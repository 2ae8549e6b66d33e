"""How many a rule means while it is being written, and some of them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, cast, func, literal, select, true
from sqlalchemy.orm import joinedload

from portal.accounts.models import Contact
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import reach

from ..rules import Tree
from .members import matching

SAMPLE = 20
ASKED = 50_000  # contacts that are asked while somebody edits, however many there are
FEW = 200_000  # below it all are asked


class Preview(NamedTuple):
    """`about`: the size is told from a share of the contacts."""

    size: int
    sample: Sequence[Contact]
    about: bool = False


def preview(actor: Actor, rule: Tree, *, exact: bool = False) -> Preview:
    """One pass over the contacts finds both; the sample has only those whom the actor may see."""
    last = db.session.scalar(select(func.max(Contact.id))) or 0
    if exact or last < FEW:
        return _preview(actor, rule, true())
    every = last // ASKED
    some = _preview(actor, rule, _one_of(every))
    return Preview(some.size * every, some.sample, about=True)


def _one_of(every: int) -> ColumnElement[bool]:
    """One in so many contacts, scattered (Knuth's multiplicative hash): those who came together may be alike."""
    scattered = cast(Contact.id, BigInteger) * literal(2_654_435_761, BigInteger) % literal(2**32, BigInteger)
    return scattered < literal(2**32 // every, BigInteger)


def _preview(actor: Actor, rule: Tree, asked: ColumnElement[bool]) -> Preview:
    found = select(Contact.id).where(asked, matching(rule)).cte("found")
    seen = select(found.c.id).join(Contact, Contact.id == found.c.id).where(reach(actor, Contact, "contacts.view"))
    some = seen.order_by(found.c.id).limit(SAMPLE)
    count = select(func.count()).select_from(found).scalar_subquery()
    rows = select(Contact, count).where(Contact.id.in_(some)).options(joinedload(Contact.account)).order_by(Contact.id)
    hits = db.session.execute(rows).unique().all()
    if hits:
        return Preview(hits[0][1], [row[0] for row in hits])
    return Preview(db.session.scalar(select(count)) or 0, [])
