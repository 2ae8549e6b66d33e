"""A template that was read, and how it is filled."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from .expressions import Expression, Get
from .filters import LiquidError, empty, text

MOST_OUTPUT = 1_000_000
MOST_STEPS = 5_000  # tags and outputs passed while one mail is filled, every round of a loop counted
SPECIAL = re.compile("[&<>'\"]")
Test = Callable[[Mapping[str, Any]], bool]


@dataclass
class Run:
    """One filling: what is known, what is written, how much was done, and which branches were taken."""

    values: dict[str, Any]
    out: list[str] = field(default_factory=list)
    steps: int = 0
    branches: list[int] = field(default_factory=list)

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise LiquidError("This template does too much.")


Node = str | Expression | Callable[[Run], None]


@dataclass(frozen=True)
class Template:
    """Ready to be filled. `paths` are the values it reads, without those that the template makes itself."""

    nodes: Sequence[Node]
    escapes: bool
    plain: Sequence[str | Get]  # the nodes once more, when they are texts and outputs only
    paths: frozenset[str]
    bare: frozenset[str]  # of `paths`, those with no default

    def fill(self, values: Mapping[str, Any]) -> str:
        """Raises Missing for an empty value that is required, LiquidError when it would do too much."""
        if self.plain:
            show = escaped if self.escapes else text
            return "".join([part if isinstance(part, str) else show(part(values)) for part in self.plain])
        return "".join(self._run(values).out)

    def branches(self, values: Mapping[str, Any]) -> tuple[int, ...]:
        """Which way each condition goes: mails with the same answer differ in values only."""
        return tuple(self._run(values).branches)

    def _run(self, values: Mapping[str, Any]) -> Run:
        run = Run(dict(values))
        _write(self.nodes, run, escaped if self.escapes else text)
        if sum(map(len, run.out)) > MOST_OUTPUT:
            raise LiquidError("The filled mail is too long.")
        return run


def escaped(value: Any) -> str:
    if type(value) is str:
        return value if not SPECIAL.search(value) else str(escape(value))
    return str(escape(value if isinstance(value, Markup) else text(value)))


def _write(nodes: Sequence[Node], run: Run, show: Callable[[Any], str]) -> None:
    for node in nodes:
        if isinstance(node, str):
            run.out.append(node)
            continue
        run.step()
        if isinstance(node, Expression):
            run.out.append(show(node(run.values)))
        else:
            node(run)


def always(values: Mapping[str, Any]) -> bool:
    return True


def negated(test: Test) -> Test:
    return lambda values: not test(values)


def choose_arm(arms: Sequence[tuple[Test, Sequence[Node]]], show: Callable[[Any], str]) -> Callable[[Run], None]:
    def choose(run: Run) -> None:
        for place, (test, nodes) in enumerate(arms):
            if test(run.values):
                run.branches.append(place)
                return _write(nodes, run, show)
        run.branches.append(-1)

    return choose


def loop_over(
    variable: str, source: Callable[[Mapping[str, Any]], Any], bounds: Mapping[str, int], backwards: bool,
    nodes: Sequence[Node], otherwise: Sequence[Node], show: Callable[[Any], str],
) -> Callable[[Run], None]:  # fmt: skip
    first = bounds.get("offset", 0)
    last = first + bounds.get("limit", MOST_STEPS)

    def loop(run: Run) -> None:
        found = source(run.values)
        items = list(found)[first:last] if isinstance(found, list | tuple | range) else []
        if empty(items):
            return _write(otherwise, run, show)
        shadowed = {key: run.values.get(key) for key in (variable, "forloop")}
        for index, item in enumerate(reversed(items) if backwards else items):
            run.step()
            place = {"index": index + 1, "index0": index, "first": index == 0, "last": index == len(items) - 1}
            run.values[variable], run.values["forloop"] = item, place | {"length": len(items)}
            _write(nodes, run, show)
        run.values |= shadowed

    return loop
