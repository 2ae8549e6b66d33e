"""The rule as a form: every condition a row, every button a submission of the whole form, nothing kept meanwhile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.kernel.errors import Refused
from portal.segments.rules import EVENTS, FIELDS, OPERATORS, Event, Operator, check
from portal.segments.rules import Field as Asked

JOINTS = {"all": "all of these", "any": "at least one of these", "none": "none of these", "not_all": "not all of these"}
SEGMENT = "segment"
FIRST = "field:contact.country"
ROOT = "n"
DEEPEST = 5


@dataclass
class Node:
    """A group (`joint`) or a condition (`about` something) with what was typed for it."""

    joint: str = ""
    children: list["Node"] = field(default_factory=list)
    about: str = ""
    given: dict[str, list[str]] = field(default_factory=dict)
    error: str = ""

    @property
    def asked(self) -> Asked | None:
        return FIELDS.get(self.about.removeprefix("field:")) if self.about.startswith("field:") else None

    @property
    def event(self) -> Event | None:
        return EVENTS.get(self.about.removeprefix("event:")) if self.about.startswith("event:") else None

    @property
    def operators(self) -> Mapping[str, Operator]:
        return OPERATORS[self.asked.kind] if self.asked else {}

    @property
    def op(self) -> str:
        given = self.one("op")
        return given if given in self.operators else next(iter(self.operators), "")

    @property
    def comparisons(self) -> list[tuple[str, str]]:
        return [(key, op.words) for key, op in self.operators.items()]

    @property
    def things(self) -> list[tuple[str, str]]:
        """What an event may have happened to: anything of its kind, the last one, or one that is named."""
        event = self.event
        if event is None:
            return []
        named = [(f"id:{key}", name) for key, name in event.subjects()] if event.subjects else []
        return [("any", event.thing), *([("last", event.last_words)] if event.last else []), *named]

    def one(self, key: str) -> str:
        return (self.given.get(key) or [""])[0]

    def many(self, key: str) -> list[str]:
        return self.given.get(key, [])


def node_of(rule: Mapping[str, Any]) -> Node:
    """The rule as a form shows it; the outermost is a group."""
    shown = _node(rule)
    return shown if shown.joint else Node("all", [shown])


def _node(rule: Mapping[str, Any]) -> Node:
    inner = rule.get("not")
    if inner is not None and SEGMENT in inner:
        return Node(about=SEGMENT, given={"op": ["out"], "value": [str(inner[SEGMENT])]})
    for joint, denied in (("all", "not_all"), ("any", "none")):
        if joint in rule:
            return Node(joint, [_node(child) for child in rule[joint]])
        if inner is not None and joint in inner:
            return Node(denied, [_node(child) for child in inner[joint]])
    if inner is not None:
        return Node("none", [_node(inner)])
    if SEGMENT in rule:
        return Node(about=SEGMENT, given={"op": ["in"], "value": [str(rule[SEGMENT])]})
    return _event_node(rule) if "event" in rule else _field_node(rule)


def _field_node(leaf: Mapping[str, Any]) -> Node:
    value = leaf.get("value", [])
    values = [str(one) for one in (value if isinstance(value, list) else [value])]
    return Node(about=f"field:{leaf['field']}", given={"op": [leaf["op"]], "value": values})


def _event_node(leaf: Mapping[str, Any]) -> Node:
    which = leaf.get("which", "any")
    span = "days" if "within_days" in leaf else "dates" if "from" in leaf or "to" in leaf else ""
    given = {
        "did": "no" if leaf.get("exactly") == 0 else "yes",
        "which": f"id:{leaf['id']}" if which == "specific" else which,
        "times": str(leaf.get("at_least", 1)),
        "span": span,
        "days": str(leaf.get("within_days", "")),
        "from": leaf.get("from", ""),
        "to": leaf.get("to", ""),
        "human": "yes" if leaf.get("human", True) else "no",
    }
    return Node(about=f"event:{leaf['event']}", given={key: [text] for key, text in given.items()})


def rule_of(node: Node) -> dict[str, Any]:
    """The rule that the form says; what is wrong with a condition stands on it. Raises Refused for the first."""
    rule = _rule(node)
    wrong = next((leaf.error for leaf in walk(node) if leaf.error), "")
    if wrong:
        raise Refused("segment.bad_rule", wrong, "rule")
    return check(rule)


def _rule(node: Node) -> dict[str, Any]:
    if node.joint:
        children = [_rule(child) for child in node.children]
        inner = {"any" if node.joint in ("any", "none") else "all": children}
        return {"not": inner} if node.joint in ("none", "not_all") else inner
    try:
        return check(_leaf(node))
    except Refused as refusal:
        node.error = refusal.message
        return {"all": []}


def _leaf(node: Node) -> dict[str, Any]:
    if node.about == SEGMENT:
        named = {SEGMENT: node.one("value")}
        return {"not": named} if node.one("op") == "out" else named
    if node.event:
        which = node.one("which") or "any"
        leaf: dict[str, Any] = {"event": node.event.key, "which": which, "human": node.one("human") != "no"}
        if which.startswith("id:"):
            leaf |= {"which": "specific", "id": which.removeprefix("id:")}
        leaf |= {"exactly": 0} if node.one("did") == "no" else {"at_least": node.one("times")}
        span = node.one("span")
        leaf |= {"within_days": node.one("days") or "30"} if span == "days" else {}
        return leaf | ({"from": node.one("from"), "to": node.one("to")} if span == "dates" else {})
    leaf = {"field": node.about.removeprefix("field:"), "op": node.op, "value": node.many("value")}
    takes = node.operators[node.op].takes if node.operators else ""
    if takes == "many" and node.asked and not node.asked.choices:
        leaf["value"] = [part.strip() for part in node.one("value").split(",")]
    return leaf | ({"value": node.one("value")} if takes == "days" else {})


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def node_from(form: MultiDict[str, str], path: str = ROOT, depth: int = 0) -> Node:
    """What was submitted: the names of the controls tell the tree ("n-0-1.op")."""
    if joint := form.get(f"{path}.joint"):
        children: list[Node] = []
        while depth < DEEPEST and (f"{(below := f'{path}-{len(children)}')}.joint" in form or f"{below}.about" in form):
            children.append(node_from(form, below, depth + 1))
        return Node(joint if joint in JOINTS else "all", children)
    about = form.get(f"{path}.about", FIRST)
    if about != form.get(f"{path}.was", about):
        return Node(about=about)  # what was typed belongs to what was asked before
    keys = ("op", "value", "did", "which", "times", "span", "days", "from", "to", "human")
    return Node(about=about, given={key: form.getlist(f"{path}.{key}") for key in keys if f"{path}.{key}" in form})


def act(root: Node, said: str) -> None:
    """Do what a button says: "up n-0-1". Whatever names no place leaves the rule as it is."""
    verb, _, path = said.partition(" ")
    place = _place(root, path)
    if verb in ADDED and place and place[-1][0].joint:
        place[-1][0].children.append(ADDED[verb]())
    elif verb in MOVES and place and len(place) > 1:
        MOVES[verb](place)


def _place(root: Node, path: str) -> list[tuple[Node, int]]:
    """The nodes from the root to the named one, each with its position; nothing where there is no such place."""
    steps = path.split("-")
    if steps[0] != ROOT:
        return []
    way = [(root, 0)]
    for step in steps[1:]:
        children = way[-1][0].children
        if not step.isdecimal() or int(step) >= len(children):
            return []
        way.append((children[int(step)], int(step)))
    return way


Place = Sequence[tuple[Node, int]]


def _remove(place: Place) -> None:
    place[-2][0].children.pop(place[-1][1])


def _swap(place: Place, by: int) -> None:
    siblings, at = place[-2][0].children, place[-1][1]
    if 0 <= at + by < len(siblings):
        siblings[at], siblings[at + by] = siblings[at + by], siblings[at]


def _into(place: Place) -> None:
    """Into the group just before it."""
    siblings, at = place[-2][0].children, place[-1][1]
    if at and siblings[at - 1].joint:
        siblings[at - 1].children.append(siblings.pop(at))


def _out(place: Place) -> None:
    """Behind the group that it is in."""
    if len(place) > 2:
        place[-3][0].children.insert(place[-2][1] + 1, place[-2][0].children.pop(place[-1][1]))


ADDED: Mapping[str, Callable[[], Node]] = {
    "add": lambda: Node(about=FIRST),
    "group": lambda: Node("any", [Node(about=FIRST)]),
}
MOVES: Mapping[str, Callable[[Place], None]] = {
    "remove": _remove, "up": lambda place: _swap(place, -1), "down": lambda place: _swap(place, 1), "into": _into, "out": _out,
}  # fmt: skip


def topics() -> list[tuple[str, list[tuple[str, str]]]]:
    """All that can be asked about, in groups, for the first choice of a condition."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for asked in FIELDS.values():
        label = f"{asked.of} {asked.label}" if asked.of else asked.label.removeprefix("account's ")
        groups.setdefault(asked.group, []).append((f"field:{asked.key}", label[:1].upper() + label[1:]))
    for event in EVENTS.values():
        thing = event.thing.partition(" ")[2]
        verb = event.verb.removeprefix("are at an account that ")
        groups.setdefault(event.group, []).append((f"event:{event.key}", f"{verb.capitalize()} ({thing})"))
    return [*groups.items(), ("Segments and lists", [(SEGMENT, "Is in a segment or list")])]
