"""Tests of variants are looked at while they run."""

from datetime import timedelta
from functools import partial

from portal.broadcasts import services
from portal.kernel import clock
from portal.kernel.db import transact

from .registry import every


@every(timedelta(minutes=1))
def look_at_tests() -> None:
    for broadcast_id in services.tests_due(clock.now()):
        transact(partial(services.look, broadcast_id))
