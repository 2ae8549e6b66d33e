"""W11: the whole portal on one machine: from start to first answer, and its memory when idle."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .frame import Pair, Round, require
from .place import Place, family, free_port, memory_of, processes, stop, wait_for

TITLE = "`portal run` with the demo company: a start after the first, until it answers"
UNIT = "starts"
SIZE = 1
SETTLED = 3.0  # seconds until every process has loaded what it loads at its start


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    idle: dict[str, int] = {}
    first = _start(place)
    if place.server is None:
        require((place.folder / "portal.db").exists(), "the first start made no database")

    def ours() -> Round:
        each = [_start(place, idle) for _ in range(size)]
        return Round(sum(each), each)

    def further() -> dict[str, str]:
        by_name = ", ".join(f"{name} {size / 2**20:.0f}" for name, size in sorted(idle.items()))
        return {"first": f"{first:.1f} s with making and filling the database", "idle MB": by_name}

    yield Pair(ours=ours, memory=lambda: sum(idle.values()), further=further)


def _start(place: Place, idle: dict[str, int] | None = None) -> float:
    """Seconds from the command to the first answer. Fills `idle` with the memory of each process."""
    port = free_port()
    environment = {"DATA_DIR": str(place.folder), "PORT": str(port), "DEMO": "1", "MALLOC_ARENA_MAX": "2"}
    started = time.perf_counter()
    process = place.start([sys.executable, "-m", "portal", "run"], **environment)
    wait_for(f"http://127.0.0.1:{port}/healthz", process)
    seconds = time.perf_counter() - started
    if idle is not None:
        time.sleep(SETTLED)
        wait_for(f"http://127.0.0.1:{port}/signin", process)
        found = processes(place.folder)
        require(len(found) >= 7, f"only {', '.join(found)} run")
        supervisor = found.pop("supervisor")
        idle |= {name: memory_of(family(pid)) for name, pid in found.items()} | {"supervisor": memory_of([supervisor])}
    stop(process)
    return seconds
