"""Values, filters and conditions of Liquid, read into functions."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .filters import FILTERS, LiquidError, bounded, empty, number, text

LEXEME = re.compile(
    r"""\s*(?:(?P<string>'[^']*'|"[^"]*")|(?P<number>-?\d+(?:\.\d+)?(?!\.?\w))|(?P<op>==|!=|<>|<=|>=|<|>)"""
    r"""|(?P<path>[a-zA-Z_]\w*(?:-\w+)*(?:\.\w+|\[(?:\d{1,4}|'[^']*'|"[^"]*")\])*)|(?P<sign>[|:,]))"""
)
STEP = re.compile(r"\.?(\w+(?:-\w+)*)|\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "nil": None, "null": None, "empty": "", "blank": ""}
MOST_SPAN = 1_000
Get = Callable[[Mapping[str, Any]], Any]


class Expression:
    """A value with its filters; called with what is known. `paths`: what it reads."""

    __slots__ = ("has_default", "paths", "steps", "value")

    def __init__(self, value: Get, steps: Sequence[tuple[Callable[..., Any], Sequence[Get]]], names: set[str]) -> None:
        self.value, self.steps, self.paths = value, steps, names
        self.has_default = any(step is FILTERS["default"] for step, _ in steps)

    def __call__(self, values: Mapping[str, Any]) -> Any:
        found = self.value(values)
        for step, arguments in self.steps:
            found = bounded(step(found, *[argument(values) for argument in arguments]))
        return found

    def fastest(self) -> Get:
        """The same without a detour."""
        return self if self.steps else self.value


class _Lexemes:
    """What is left to be read of one tag."""

    def __init__(self, source: str) -> None:
        self.found: list[tuple[str, str]] = []
        at, source = 0, source.strip()
        while at < len(source):
            match = LEXEME.match(source, at)
            if not match:
                raise LiquidError(f"This is not Liquid: {source[at : at + 30]}")
            self.found.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()
        self.found.reverse()

    def peek(self) -> tuple[str, str]:
        return self.found[-1] if self.found else ("end", "")

    def take(self, kind: str, word: str | None = None) -> str | None:
        """The next lexeme, when it is this."""
        if self.peek()[0] == kind and word in (None, self.peek()[1]):
            return self.found.pop()[1]
        return None

    def end(self) -> None:
        if self.found:
            raise LiquidError(f"This is not Liquid: {self.peek()[1]}")


def expression(source: str) -> Expression:
    """`contact.first_name | default: "there"`. Raises LiquidError."""
    lexemes, paths = _Lexemes(source), set[str]()
    made = _filtered(lexemes, paths, source)
    lexemes.end()
    return made


def condition(source: str) -> tuple[Callable[[Mapping[str, Any]], bool], set[str]]:
    """`a == b and c contains "d"`: from right to left, as Liquid does. Raises LiquidError."""
    lexemes, paths = _Lexemes(source), set[str]()
    tests, joints = [_comparison(lexemes, paths)], []
    while joint := lexemes.take("path", "and") or lexemes.take("path", "or"):
        joints.append(joint)
        tests.append(_comparison(lexemes, paths))
    lexemes.end()

    def holds(values: Mapping[str, Any]) -> bool:
        found = tests[-1](values)
        for test, joint in zip(reversed(tests[:-1]), reversed(joints), strict=True):
            found = (test(values) and found) if joint == "and" else (test(values) or found)
        return found

    return holds, paths


def one_of(subject: str, source: str) -> tuple[Callable[[Mapping[str, Any]], bool], set[str]]:
    """Whether the subject of a `case` is one of the values behind `when`, which stand between commas or `or`."""
    paths = set[str]()
    left, lexemes = expression(subject), _Lexemes(source)
    rights = [_value(lexemes, paths)]
    while lexemes.take("sign", ",") or lexemes.take("path", "or"):
        rights.append(_value(lexemes, paths))
    lexemes.end()
    return lambda values: any(left(values) == right(values) for right in rights), paths | left.paths


def span(source: str) -> tuple[Get, set[str]]:
    """`(1..5)`."""
    found = re.fullmatch(r"\(\s*([^.()]+(?:\.\w+)*)\s*\.\.\s*([^()]+?)\s*\)", source.strip())
    if not found:
        raise LiquidError("Write a range as (1..5).")
    first, last = expression(found[1]), expression(found[2])

    def numbers(values: Mapping[str, Any]) -> range:
        start, stop = int(number(first(values))), int(number(last(values))) + 1
        if stop - start > MOST_SPAN:
            raise LiquidError("This range is too long.")
        return range(start, stop)

    return numbers, first.paths | last.paths


def _filtered(lexemes: _Lexemes, paths: set[str], source: str) -> Expression:
    value, name, steps = _value(lexemes, paths), source.partition("|")[0].strip(), []
    while lexemes.take("sign", "|"):
        word = lexemes.take("path") or ""
        if word not in FILTERS:
            raise LiquidError(f"There is no filter “{word[:30]}”.")
        arguments: list[Get] = []
        if lexemes.take("sign", ":"):
            arguments.append(_value(lexemes, paths))
            while lexemes.take("sign", ","):
                arguments.append(_value(lexemes, paths))
        if word == "required":
            arguments = [lambda values: name]
        _count(word, len(arguments))
        steps.append((FILTERS[word], arguments))
    return Expression(value, steps, paths)


def _count(word: str, given: int) -> None:
    """Refuses a filter with too many or too few words behind it, now and not while a mail is filled."""
    code, defaults = FILTERS[word].__code__, FILTERS[word].__defaults__ or ()
    if not code.co_argcount - len(defaults) <= given + 1 <= code.co_argcount:
        raise LiquidError(f"The filter “{word}” takes other arguments.")


def _value(lexemes: _Lexemes, paths: set[str]) -> Get:
    if (string := lexemes.take("string")) is not None:
        words = string[1:-1]
        return lambda values: words
    if (digits := lexemes.take("number")) is not None:
        amount = number(digits)
        return lambda values: amount
    if (path := lexemes.take("path")) is None:
        raise LiquidError("A value is missing.")
    if path in CONSTANTS:
        constant = CONSTANTS[path]
        return lambda values: constant
    paths.add(path)
    return _getter([int(step[1]) if step[1] else step[0] or step[2] or step[3] for step in STEP.findall(path)])


def _getter(steps: Sequence[str | int]) -> Get:
    """Nothing that is missing on the way is an error: it is nil."""
    if len(steps) == 2 and all(isinstance(step, str) for step in steps) and steps[1] not in ("size", "first", "last"):
        outer, inner = steps

        def pair(values: Mapping[Any, Any]) -> Any:
            found = values.get(outer)
            return found.get(inner) if isinstance(found, dict) else None

        return pair

    def walk(values: Mapping[str, Any]) -> Any:
        found: Any = values
        for step in steps:
            found = _inside(found, step)
        return found

    return walk


def _inside(found: Any, step: str | int) -> Any:
    if isinstance(found, Mapping):
        return found.get(step, len(found) if step == "size" else None)
    if isinstance(found, list | tuple):
        if step in ("first", "last"):
            return found[0 if step == "first" else -1] if found else None
        if isinstance(step, int):
            return found[step] if step < len(found) else None
    return len(found) if step == "size" and isinstance(found, str | list | tuple) else None


def _comparison(lexemes: _Lexemes, paths: set[str]) -> Callable[[Mapping[str, Any]], bool]:
    left = _value(lexemes, paths)
    sign = lexemes.take("op") or lexemes.take("path", "contains")
    if not sign:
        return lambda values: left(values) not in (None, False)
    blank = lexemes.peek() in (("path", "empty"), ("path", "blank"))
    right, compare = _value(lexemes, paths), _COMPARE[sign]
    if blank:
        return lambda values: empty(left(values)) is (sign == "==")
    return lambda values: compare(left(values), right(values))


def _ordered(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Two values of one kind; None: they cannot be compared, and every comparison is false."""
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    both = isinstance(left, str | bool | None) or isinstance(right, str | bool | None)
    return None if both else (number(left), number(right))


def _contains(left: Any, right: Any) -> bool:
    if isinstance(left, str):
        return text(right) in left
    return right in left if isinstance(left, list | tuple | Mapping) else False


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<>": lambda a, b: bool(a != b),
    "<": lambda a, b: bool((pair := _ordered(a, b)) and pair[0] < pair[1]),
    ">": lambda a, b: bool((pair := _ordered(a, b)) and pair[0] > pair[1]),
    "<=": lambda a, b: bool((pair := _ordered(a, b)) and pair[0] <= pair[1]),
    ">=": lambda a, b: bool((pair := _ordered(a, b)) and pair[0] >= pair[1]),
    "contains": _contains,
}
