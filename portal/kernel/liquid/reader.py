"""From the text of a template to the functions that fill it."""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from .expressions import Expression, Get, condition, expression, one_of, span
from .filters import LiquidError
from .filters import text as plain
from .template import Node, Run, Template, Test, always, choose_arm, escaped, loop_over, negated

MOST_TEMPLATE = 500_000  # characters
DEEPEST = 20
TAG = re.compile(  # one that is not closed ends where the next begins, so that reading takes linear time
    r"\{\{(-?)((?:(?!\{\{|\}\}).)*?)(-?)\}\}|\{%(-?)((?:(?!\{%|%\}).)*?)(-?)%\}", re.S
)
WORD = re.compile(r"\s*(\w+)\s*(.*?)\s*\Z", re.S)
FOR = re.compile(r"([a-zA-Z_]\w*)\s+in\s+(.+?)((?:\s+(?:limit|offset)\s*:\s*\d+|\s+reversed)*)\Z", re.S)
ASSIGN = re.compile(r"([a-zA-Z_]\w*)\s*=\s*(.+)\Z", re.S)


class Token(NamedTuple):
    """Text, or the words of an output or a tag."""

    kind: str  # text, output, tag
    body: str


def read(template: str, escapes: bool) -> Template:
    """Raises LiquidError with the words for whoever wrote it."""
    if len(template) > MOST_TEMPLATE:
        raise LiquidError("This text is too long.")
    reader = _Reader(list(_tokens(template, escapes)), escapes)
    nodes, _ = reader.until()
    outer = {path for path in reader.paths if path.partition(".")[0] not in reader.own}
    parts = [node if isinstance(node, str) else node.fastest() for node in nodes if isinstance(node, str | Expression)]
    if len(parts) < len(nodes):
        parts = []
    return Template(tuple(nodes), escapes, parts, frozenset(outer), frozenset(outer & reader.bare))


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
        self.show = escaped if escapes else plain
        self.paths: set[str] = set()
        self.bare: set[str] = set()
        self.asked: list[set[str]] = []  # what the open conditions look at: inside them it is no surprise
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
            self.bare |= made.paths.difference(*self.asked)
        return made

    def _condition(self, source: str) -> Test:
        test, paths = condition(source)
        self.paths |= paths
        self.asked[-1] |= paths
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
        self.asked.append(set())
        test = self._condition(rest)
        if name == "unless":
            test = negated(test)
        while True:
            nodes, (word, more) = self.until("elsif", "else", end)
            arms.append((test, nodes))
            if word == end:
                self.asked.pop()
                return choose_arm(arms, self.show)
            test = self._condition(more) if word == "elsif" else always

    def _case(self, name: str, rest: str) -> Node:
        subject, arms = rest, []
        _, (word, more) = self.until("when", "else", "endcase")
        while word != "endcase":
            test, paths = one_of(subject, more) if word == "when" else (always, set[str]())
            self.paths |= paths
            nodes, (word, more) = self.until("when", "else", "endcase")
            arms.append((test, nodes))
        return choose_arm(arms, self.show)

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
        return loop_over(variable, source, bounds, "reversed" in options, nodes, otherwise, self.show)

    def _range(self, source: str) -> Get:
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
