"""Rounds that alternate between the portal and its floor, and what is said of them."""

import gc
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from .place import Place, open_place

LEAST_ROUNDS = 3
NAMES = tuple(
    sorted(path.stem for path in Path(__file__).parent.glob("*.py") if "\nSIZE = " in path.read_text(encoding="utf-8"))
)


class WrongResult(Exception):
    """The work was not done as it should be, so its speed means nothing."""


@dataclass(frozen=True)
class Round:
    """`each`: the seconds of every single piece of work; `seconds`: of all of them on the clock."""

    seconds: float
    each: list[float]

    @property
    def rate(self) -> float:
        return len(self.each) / self.seconds


@dataclass
class Pair:
    """A prepared workload. Each side does one round, checks it, and raises WrongResult where it is wrong."""

    ours: Callable[[], Round]
    floor: Callable[[], Round] | None = None
    memory: Callable[[], int] = lambda: largest_process()
    further: Callable[[], dict[str, str]] = dict
    notes: dict[str, str] = field(default_factory=dict)


def one_by_one(work: Iterable[Callable[[], object]]) -> Round:
    """Each piece after the other, timed."""
    each = []
    started = last = time.perf_counter()
    for piece in work:
        piece()
        now = time.perf_counter()
        each.append(now - last)
        last = now
    return Round(last - started, each)


def largest_process() -> int:
    """Bytes of this process or of the largest child it had, at their peak."""
    return 1024 * max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def require(truth: bool, otherwise: str) -> None:
    if not truth:
        raise WrongResult(otherwise)


def measure(name: str, database: str, size: int | None, rounds: int) -> dict[str, Any]:
    """The figures of one workload; {"error": ...} instead when its result was wrong. Run it in a process of its own."""
    workload = import_module(f"tests.bench.{name}")
    prepare: Callable[[Place, int], AbstractContextManager[Pair]] = workload.prepare
    size = size or workload.SIZE
    about = {"name": name, "title": workload.TITLE, "unit": workload.UNIT, "size": size, "database": database}
    try:
        with open_place(database) as place, prepare(place, size) as pair:
            ours, floors = [], []
            gc.freeze()  # as the portal's own processes do once they are ready
            for _ in range(max(rounds, LEAST_ROUNDS)):
                ours.append(pair.ours())
                if pair.floor:
                    floors.append(pair.floor())
            more = {"memory": pair.memory(), "notes": pair.notes | pair.further()}
    except WrongResult as wrong:
        return about | {"error": str(wrong)}
    return about | figures(ours, floors) | more


def figures(ours: list[Round], floors: list[Round]) -> dict[str, Any]:
    """`ratio`: how much of the floor's rate we reach, the median of the rounds."""
    told = _side(ours)
    if floors:
        ratios = [mine.rate / least.rate for mine, least in zip(ours, floors, strict=True)]
        told |= {"floor": _side(floors), "ratio": statistics.median(ratios), "ratios": ratios}
    return told


def _side(rounds: list[Round]) -> dict[str, Any]:
    each = sorted(seconds for one in rounds for seconds in one.each)
    return {
        "rounds": len(rounds),
        "rate": statistics.median(one.rate for one in rounds),
        "median_ms": statistics.median(each) * 1000,
        "p95_ms": each[min(len(each) - 1, int(len(each) * 0.95))] * 1000,
    }


def in_words(found: dict[str, Any]) -> str:
    """A few lines for people."""
    head = f"{found['name']}: {found['title']} (size {found['size']:,}, {found['database']})"
    if "error" in found:
        return f"{head}\n  no figure: {found['error']}"
    lines = [head, _row("portal", found, found["unit"])]
    if "floor" in found:
        lines.append(_row("floor", found["floor"], found["unit"]))
        spread = f"{min(found['ratios']):.2f} to {max(found['ratios']):.2f}"
        lines.append(f"  ratio    {found['ratio']:.2f} of the floor's rate ({spread} over {found['rounds']} rounds)")
    lines.append(f"  memory   {found['memory'] / 2**20:.0f} MB at the peak")
    lines += [f"  {name:8} {text}" for name, text in found["notes"].items()]
    return "\n".join(lines)


def _row(name: str, side: dict[str, Any], unit: str) -> str:
    return (
        f"  {name:8} {side['rate']:,.1f} {unit}/s, {side['median_ms']:,.1f} ms in the middle, "
        f"95 % within {side['p95_ms']:,.1f} ms"
    )
