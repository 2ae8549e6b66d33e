"""Pins, activations and proposals as they were stored."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Account
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.organization.models import Coverage, Position
from portal.organization.queries import names_of_positions

from ..models import Activation, LongWork, Pin, Proposal


def pins() -> Sequence[Any]:
    """Pin with its account (id, number, name, territory_id), newest first."""
    query = select(Pin, Account.number, Account.name, Account.territory_id).join(Account, Account.id == Pin.account_id)
    return db.session.execute(query.order_by(Pin.id.desc())).all()


def sellers() -> list[tuple[int, str]]:
    """Positions that sell or cover something, with who sits there today, by name."""
    selling = select(Position.id).where(Position.carries_quota | Position.id.in_(select(Coverage.position_id)))
    names = names_of_positions(clock.now().date())
    return sorted(((key, names.get(key, "")) for key in db.session.scalars(selling)), key=lambda pair: pair[1])


def activations() -> Sequence[Activation]:
    """Newest first."""
    return db.session.scalars(select(Activation).order_by(Activation.id.desc()).limit(50)).all()


def activation(activation_id: int) -> Activation:
    found = db.session.get(Activation, activation_id)
    if found is None:
        raise NotFound("activations.not_found", "This activation is not here.")
    return found


def taken_back(model_id: int, former_id: int | None) -> Activation | None:
    """The latest activation, where putting this model in force instead of the former one takes it back."""
    latest = db.session.scalar(select(Activation).order_by(Activation.id.desc()).limit(1))
    return latest if latest and (latest.former_id, latest.model_id) == (model_id, former_id) else None


def work_of(kept: Activation | Proposal) -> LongWork | None:
    """Whoever started it: all who draw territories see how far it is."""
    return db.session.get(LongWork, kept.work_id) if kept.work_id else None


def proposals() -> Sequence[Proposal]:
    """Newest first."""
    return db.session.scalars(select(Proposal).order_by(Proposal.id.desc()).limit(20)).all()


def proposal(proposal_id: int) -> Proposal:
    found = db.session.get(Proposal, proposal_id)
    if found is None:
        raise NotFound("proposals.not_found", "This proposal is not here.")
    return found
