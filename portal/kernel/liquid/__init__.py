"""Liquid with limits: a template is read once, turned into a list of functions, and filled once per recipient."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from .expressions import Expression, Get, condition, expression, span
from .filters import LiquidError, Missing, empty, text

MOST_TEMPLATE = 500_000  # characters
MOST_OUTPUT = 1_000_000
MOST_STEPS = 5_000  # tags and outputs passed while one mail is filled, every round of a loop counted
DEEPEST = 20
TAG = re.compile(r"\{\{(-?)(.*?)(-?)\}\}|\{%(-?)(.*?)(-?)%\}", re.S)
WORD = re.compile(r"\s*(\w+)\s*(.*?)\s*\Z", re.S)
FOR = re.compile(r"([a-zA-Z_]\w*)\s+in\s+(.+?)((?:\s+(?:limit|offset)\s*:\s*\d+|\s+reversed)*)\Z", re.S)
SPECIAL = re.compile("[&<>'\"]")
ASSIGN = re.compile(r"([a-zA-Z_]\w*)\s*=\s*(.+)\Z", re.S)

__all__ = ["TAG", "LiquidError", "Missing", "Template", "parse", "personalise"]


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


class Token(NamedTuple):
    """Text, or the words of an output or a tag."""

    kind: str  # text, output, tag
    body: str


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
            show = _escaped if self.escapes else text
            return "".join([part if isinstance(part, str) else show(part(values)) for part in self.plain])
        return "".join(self._run(values).out)

    def branches(self, values: Mapping[str, Any]) -> tuple[int, ...]:
        """Which way each condition goes: mails with the same answer differ in values only."""
        return tuple(self._run(values).branches)

    def _run(self, values: Mapping[str, Any]) -> Run:
        run = Run(dict(values))
        _write(self.nodes, run, _escaped if self.escapes else text)
        if sum(map(len, run.out)) > MOST_OUTPUT:
            raise LiquidError("The filled mail is too long.")
        return run


def personalise(template: str, values: Mapping[str, Any], *, escapes: bool = True) -> str:
    """Fill HTML, or with `escapes=False` a subject or plain text. Raises LiquidError, Missing among them."""
    return parse(template, escapes).fill(values)


@lru_cache(512)
def parse(template: str, escapes: bool = True) -> Template:
    """Raises LiquidError with the words for whoever wrote it."""
    if len(template) > MOST_TEMPLATE:
        raise LiquidError("This text is too long.")
    reader = _Reader(list(_tokens(template, escapes)), escapes)
    nodes, _ = reader.until()
    outer = {path for path in reader.paths if path.partition(".")[0] not in reader.own}
    plain = [node if isinstance(node, str) else node.fastest() for node in nodes if isinstance(node, str | Expression)]
    if len(plain) < len(nodes):
        plain = []
    return Template(tuple(nodes), escapes, plain, frozenset(outer), frozenset(outer & reader.bare))


def _escaped(value: Any) -> str:
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


def _tokens(template: str, escapes: bool) -> Iterator[Token]:
    """`{%- -%}` and `{{- -}}` take the white space beside them away. In HTML, tags may hold character references."""
    at, strip, unescape = 0, False, html.unescape if escapes else str
    raw = False
    for found in TAG.finditer(template):
        body = found[2] if found[2] is not None else found[5]
        is_tag, word = found[5] is not None, (body.split() or [""])[0]
        if raw and not (is_tag and word == "endraw"):
            continue
        before = template[at : found.start()]
        before = before.lstrip() if strip else before
        yield Token("text", before.rstrip() if found[1] or found[4] else before)
        at, strip = found.end(), bool(found[3] or found[6])
        raw = is_tag and word == "raw"
        if word not in ("raw", "endraw") or not is_tag:
            yield Token("tag" if is_tag else "output", unescape(body))
    yield Token("text", template[at:].lstrip() if strip else template[at:])


class _Reader:
    """Turns tokens into nodes; recursive, one level per tag that is open."""

    def __init__(self, tokens: list[Token], escapes: bool) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0
        self.show = _escaped if escapes else text
        self.paths: set[str] = set()
        self.bare: set[str] = set()
        self.own: set[str] = {"forloop"}

    def until(self, *ends: str) -> tuple[list[Node], tuple[str, str]]:
        """The nodes before the first of `ends`, and that tag. Without `ends`: before the end of the template."""
        nodes: list[Node] = []
        while self.at < len(self.tokens):
            kind, body = self.tokens[self.at]
            self.at += 1
            if kind == "text":
                nodes += [body] if body else []
            elif kind == "output":
                nodes.append(self._output(body))
            else:
                name, rest = self._words(body)
                if name in ends:
                    return nodes, (name, rest)
                nodes += self._tag(name, rest)
        if ends:
            raise LiquidError(f"A tag is not closed: {ends[-1]} is missing.")
        return nodes, ("", "")

    def _words(self, body: str) -> tuple[str, str]:
        found = WORD.match(body)
        if not found:
            raise LiquidError("A tag without a name.")
        return found[1], found[2]

    def _expression(self, source: str) -> Expression:
        made = expression(source)
        self.paths |= made.paths
        return made

    def _output(self, body: str) -> Expression:
        made = self._expression(body)
        if not made.has_default:
            self.bare |= made.paths
        return made

    def _condition(self, source: str) -> Callable[[Mapping[str, Any]], bool]:
        test, paths = condition(source)
        self.paths |= paths
        return test

    def _tag(self, name: str, rest: str) -> list[Node]:
        makers = {
            "if": self._if, "unless": self._if, "case": self._case, "for": self._for, "assign": self._assign,
            "comment": self._comment,
        }  # fmt: skip
        if name not in makers:
            raise LiquidError(f"There is no tag {{% {name[:30]} %}} here.")
        self.depth += 1
        if self.depth > DEEPEST:
            raise LiquidError("Tags are nested too deeply.")
        made = makers[name](name, rest)
        self.depth -= 1
        return [] if made is None else [made]

    def _if(self, name: str, rest: str) -> Node:
        end, arms = f"end{name}", []
        test = self._condition(rest)
        if name == "unless":
            test = _not(test)
        while True:
            nodes, (word, more) = self.until("elsif", "else", end)
            arms.append((test, nodes))
            if word == end:
                return _choose(arms, self.show)
            test = self._condition(more) if word == "elsif" else _always

    def _case(self, name: str, rest: str) -> Node:
        subject, arms = rest, []
        _, (word, more) = self.until("when", "else", "endcase")
        while word != "endcase":
            values = re.split(r"\s*(?:,|\bor\b)\s*(?=(?:[^'\"]|'[^']*'|\"[^\"]*\")*\Z)", more) if word == "when" else []
            test = _any([self._condition(f"{subject} == {value}") for value in values]) if values else _always
            nodes, (word, more) = self.until("when", "else", "endcase")
            arms.append((test, nodes))
        return _choose(arms, self.show)

    def _for(self, name: str, rest: str) -> Node:
        found = FOR.match(rest)
        if not found:
            raise LiquidError("Write {% for item in list %}.")
        variable, options = found[1], found[3]
        self.own.add(variable)
        bounds = {key: int(value) for key, value in re.findall(r"(limit|offset)\s*:\s*(\d{1,6})", options)}
        source = self._range(found[2])
        nodes, (word, _) = self.until("else", "endfor")
        otherwise = self.until("endfor")[0] if word == "else" else []
        return _loop(variable, source, bounds, "reversed" in options, nodes, otherwise, self.show)

    def _range(self, source: str) -> Callable[[Mapping[str, Any]], Any]:
        if ".." not in source:
            return self._expression(source)
        ends, paths = span(source)
        self.paths |= paths
        return ends

    def _assign(self, name: str, rest: str) -> Node:
        found = ASSIGN.match(rest)
        if not found:
            raise LiquidError("Write {% assign name = value %}.")
        self.own.add(found[1])
        key, value = found[1], self._expression(found[2])

        def assign(run: Run) -> None:
            run.values[key] = value(run.values)

        return assign

    def _comment(self, name: str, rest: str) -> None:
        while self.at < len(self.tokens):
            kind, body = self.tokens[self.at]
            self.at += 1
            if kind == "tag" and body.split() == ["endcomment"]:
                return
        raise LiquidError("A tag is not closed: endcomment is missing.")


def _always(values: Mapping[str, Any]) -> bool:
    return True


def _not(test: Callable[[Mapping[str, Any]], bool]) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: not test(values)


def _any(tests: Sequence[Callable[[Mapping[str, Any]], bool]]) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: any(test(values) for test in tests)


def _choose(
    arms: Sequence[tuple[Callable[[Mapping[str, Any]], bool], Sequence[Node]]], show: Callable[[Any], str]
) -> Callable[[Run], None]:
    def choose(run: Run) -> None:
        for place, (test, nodes) in enumerate(arms):
            if test(run.values):
                run.branches.append(place)
                return _write(nodes, run, show)
        run.branches.append(-1)

    return choose


def _loop(
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
