"""Rules as trees: {"all": [...]}, {"any": [...]}, {"not": node}, and leaves that ask about a field, event or segment."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from portal.kernel.errors import Refused
from portal.kernel.keyset import exact

from .fields import FIELDS, event_named, field_named
from .operators import RELATIVE, Kind, operator

Tree = Mapping[str, Any]
EVERYBODY: dict[str, Any] = {"all": []}
DEEPEST, MOST = 6, 100  # groups within groups, leaves of one rule
LONGEST = 36_500  # days


def leaves(node: Tree) -> Iterator[Tree]:
    """The conditions from left to right."""
    if "not" in node:
        yield from leaves(node["not"])
    elif group := node.get("all", node.get("any")):
        for child in group:
            yield from leaves(child)
    elif "all" not in node and "any" not in node:
        yield node


def parts_of(rule: Tree) -> list[int]:
    """The segments and lists that the rule names."""
    return sorted({leaf["segment"] for leaf in leaves(rule) if "segment" in leaf})


def time_based(rule: Tree) -> bool:
    """Whether its answer changes by waiting, or without anybody telling."""
    return any(
        leaf.get("op") in RELATIVE
        or "within_days" in leaf
        or leaf.get("field") in FIELDS
        and FIELDS[leaf["field"]].swept
        for leaf in leaves(rule)
    )


def check(rule: Any, depth: int = 0) -> dict[str, Any]:
    """The rule with nothing in it but what is meant. Raises Refused for whatever cannot be understood."""
    if not isinstance(rule, Mapping):
        raise _bad("A rule is made of groups and conditions.")
    if depth > DEEPEST:
        raise _bad(f"Groups can stand in one another {DEEPEST} deep.")
    for kind in ("all", "any"):
        if kind in rule:
            children = rule[kind]
            if not isinstance(children, list) or len(children) > MOST:
                raise _bad(f"A group holds at most {MOST} conditions.")
            return {kind: [check(child, depth + 1) for child in children]}
    if "not" in rule:
        return {"not": check(rule["not"], depth + 1)}
    if "field" in rule:
        return _field(rule)
    if "event" in rule:
        return _event(rule)
    if "segment" in rule:
        return {"segment": _whole(rule["segment"], "Choose a segment or list.")}
    raise _bad("Choose what the condition asks about.")


def _field(leaf: Tree) -> dict[str, Any]:
    field = field_named(str(leaf["field"]))
    op = str(leaf.get("op", ""))
    takes = operator(field.kind, op).takes
    given = leaf.get("value")
    where = f"{field.label[:1].upper()}{field.label[1:]}"
    known = {"field": field.key, "op": op}
    if takes == "nothing":
        return known
    if takes == "days":
        return known | {"value": _days(given, where)}
    values = given if isinstance(given, list) else [given]
    values = [_value(field.kind, value, where) for value in values if value not in (None, "")]
    if takes == "many" and values:
        return known | {"value": values[:1_000]}
    if len(values) != (2 if takes == "two" else 1):
        raise _bad(f"{where}: say {'from what to what' if takes == 'two' else 'what it is compared with'}.")
    return known | {"value": values if takes == "two" else values[0]}


def _value(kind: Kind, value: Any, where: str) -> Any:
    text = str(value).strip()
    if "\0" in text:
        raise _bad(f"{where}: this holds a character that no text can hold.")
    try:
        if kind in ("number", "money"):
            return f"{exact(text).normalize():f}"
        if kind in ("date", "moment"):
            return date.fromisoformat(text).isoformat()
    except (ValueError, ArithmeticError) as error:
        raise _bad(f"{where}: {text!r} cannot be read.") from error
    return text[:500]


def _event(leaf: Tree) -> dict[str, Any]:
    event = event_named(str(leaf["event"]))
    which = str(leaf.get("which") or "any")
    clean: dict[str, Any] = {"event": event.key, "which": which}
    if which == "specific":
        if event.subjects is None:
            raise _bad(f"{event.thing.capitalize()} cannot be chosen one by one.")
        clean["id"] = _whole(leaf.get("id"), f"Choose {event.thing}.")
    elif which == "last" and event.last is None or which not in ("any", "last"):
        raise _bad(f"There is no “{which}” of {event.thing}.")
    if leaf.get("exactly") in (0, "0"):
        clean["exactly"] = 0
    elif which == "any" and leaf.get("at_least") not in (None, "", 1, "1"):
        clean["at_least"] = min(_whole(leaf["at_least"], "Say how often."), 10_000)
    if leaf.get("within_days") not in (None, ""):
        clean["within_days"] = _days(leaf["within_days"], event.verb.capitalize())
    for end in ("from", "to"):
        if leaf.get(end) not in (None, "") and "within_days" not in clean:
            clean[end] = _value("date", leaf[end], event.verb.capitalize())
    if event.human and leaf.get("human") in (False, "no"):
        clean["human"] = False
    return clean


def _days(value: Any, where: str) -> int:
    days = _whole(value, f"{where}: say how many days.", least=0)
    if days > LONGEST:
        raise _bad(f"{where}: at most {LONGEST:,} days.")
    return days


def _whole(value: Any, otherwise: str, least: int = 1) -> int:
    text = str(value)
    if not text.isascii() or not text.isdecimal() or not least <= int(text) < 2**31:
        raise _bad(otherwise)
    return int(text)


def _bad(text: str) -> Refused:
    return Refused("segment.bad_rule", text, "rule")
