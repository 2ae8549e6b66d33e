"""How a test of variants stands, look by look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from portal.experiments.rules import Arm, Verdict, judge
from portal.kernel.actor import Actor
from portal.kernel.db import db

from ..models import Broadcast, BroadcastLook, BroadcastTest
from .lists import broadcast


class Look(NamedTuple):
    at: datetime
    arms: Sequence[Arm]
    verdict: Verdict


@dataclass(frozen=True)
class Trial:
    """`looks`: the earliest first. `decides_at`: when the time is up; None before it has begun."""

    broadcast: Broadcast
    test: BroadcastTest | None
    looks: Sequence[Look]
    decides_at: datetime | None

    @property
    def last(self) -> Look | None:
        return self.looks[-1] if self.looks else None


def trial(actor: Actor, broadcast_id: int) -> Trial:
    """Raises NotFound."""
    found = broadcast(actor, broadcast_id)
    test = found.test
    if test is None:
        return Trial(found, None, [], None)
    kept = select(BroadcastLook).where(BroadcastLook.broadcast_id == found.id).order_by(BroadcastLook.at)
    looks = [_look(one, test) for one in db.session.scalars(kept)]
    return Trial(found, test, looks, decides_at(found, test) if found.starts_at else None)


def _look(kept: BroadcastLook, test: BroadcastTest) -> Look:
    arms = [Arm(*arm) for arm in kept.arms]
    return Look(kept.at, arms, judge(arms, test.method, minimum=test.minimum, final=False))


def ends_at(broadcast: Broadcast, test: BroadcastTest, delay: int) -> datetime:
    """Until when the hits of a variant count."""
    return (broadcast.starts_at or broadcast.created_at) + timedelta(hours=test.hours + delay)


def decides_at(broadcast: Broadcast, test: BroadcastTest) -> datetime:
    """When the last variant has had its time."""
    return ends_at(broadcast, test, max(variant.delay for variant in broadcast.variants))
