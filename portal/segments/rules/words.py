"""A rule as a sentence in plain English, so that nobody has to guess what it means."""

from collections.abc import Mapping, Sequence
from datetime import date

from .fields import EVENTS, FIELDS, Event, Field
from .operators import OPERATORS, Operator
from .tree import Tree, leaves

Names = Mapping[tuple[str, int], str]  # ("segments", 5) or (event key, id) -> its name


def sentence(rule: Tree, names: Names) -> str:
    """ "All contacts whose country is India and who opened the last mailing that reached them." """
    said = _node(rule, names, top=True)
    return f"All contacts {said}." if said else "All contacts."


def note_lines(rule: Tree) -> list[str]:
    """What the sentence takes for granted."""
    asked = [leaf for leaf in leaves(rule) if leaf.get("event") in EVENTS]
    notes = [EVENTS[leaf["event"]].note for leaf in asked if leaf.get("which") == "last"]
    if any(EVENTS[leaf["event"]].human and leaf.get("human", True) for leaf in asked):
        notes.append("Only what people did counts; mail proxies and link scanners are left out.")
    for leaf in asked:
        if leaf.get("exactly") == 0 and (needs := EVENTS.get(EVENTS[leaf["event"]].needs)):
            notes.append(f"“{EVENTS[leaf['event']].denied}” asks of those only who {needs.verb} it.")
    if any(leaf.get("op") == "anniversary" for leaf in leaves(rule)):
        notes.append("29 February counts as 28 February in other years.")
    return list(dict.fromkeys(notes))


def _node(node: Tree, names: Names, top: bool = False) -> str:
    if "not" in node:
        return f"not ({_node(node['not'], names, top=True)})"
    for kind, joint in (("all", " and "), ("any", " or ")):
        if kind in node:
            said = [text for child in node[kind] if (text := _node(child, names))]
            if not said:
                return "" if kind == "all" else "of whom there are none"
            return joint.join(said) if top or len(said) == 1 else f"({joint.join(said)})"
    return leaf_words(node, names)


def leaf_words(leaf: Tree, names: Names) -> str:
    """One condition: "whose country is India"."""
    if "segment" in leaf:
        return f"who are in “{names.get(('segments', leaf['segment']), 'a segment that is gone')}”"
    if "event" in leaf:
        event = EVENTS.get(leaf["event"])
        return _happened(event, leaf, names) if event else f"who {leaf['event']} (no longer known)"
    field = FIELDS.get(leaf["field"])
    if field is None:
        return f"whose {leaf['field']} (no longer known) is asked for"
    op = OPERATORS[field.kind][leaf["op"]]
    asked = OPERATORS[field.kind][op.denies] if op.denies and field.of else op
    said = f"whose {field.label} {asked.words}{_value(field, op, leaf)}"
    return f"who have {'no' if op.denies else 'a'} {field.of} {said}" if field.of else said


def _value(field: Field, op: Operator, leaf: Tree) -> str:
    value = leaf.get("value")
    if op.takes == "nothing":
        return ""
    if op.takes == "days":
        return f" {value} {'day' if value == 1 else 'days'}"
    texts = dict(field.choices()) if field.choices else {}
    said = [texts.get(one, _shown(field, one)) for one in (value if isinstance(value, list) else [str(value)])]
    return f" {' and '.join(said)}" if op.takes == "two" else f" {_either(said)}"


def _shown(field: Field, value: str) -> str:
    if field.kind in ("date", "moment"):
        return f"{date.fromisoformat(value):%-d %B %Y}"
    return value if field.kind in ("number", "money") else f"“{value}”"


def _either(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"


def _happened(event: Event, leaf: Tree, names: Names) -> str:
    none, which = leaf.get("exactly") == 0, leaf.get("which", "any")
    thing = {"any": event.thing, "last": event.last_words}.get(which) or (
        f"“{names.get((event.key, leaf['id']), 'something that is gone')}”"
    )
    often = f" at least {leaf['at_least']} times" if leaf.get("at_least") else ""
    if none and which == "any" and thing.startswith(("a ", "an ")):
        thing = f"any {thing.partition(' ')[2]}"
    anyone = "" if not event.human or leaf.get("human", True) else ", machines included,"
    said = f"who {event.denied if none else event.verb} {thing}".rstrip()
    return f"{said}{often}{anyone}{_when(leaf)}"


def _when(leaf: Tree) -> str:
    if days := leaf.get("within_days"):
        return f" in the last {days} days" if days > 1 else " today"
    start, end = (leaf.get(key) and f"{date.fromisoformat(leaf[key]):%-d %B %Y}" for key in ("from", "to"))
    if start and end:
        return f" between {start} and {end}"
    return f" since {start}" if start else f" until {end}" if end else ""
