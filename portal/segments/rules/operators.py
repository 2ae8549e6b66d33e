"""What can be asked of a field, by its kind."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from portal.kernel.errors import Refused

Kind = Literal["text", "choice", "number", "money", "date", "moment", "flag"]
Takes = Literal["nothing", "one", "many", "two", "days"]


class Operator(NamedTuple):
    """`denies` names the operator whose opposite it is: so what is not known counts as "is not"."""

    words: str
    takes: Takes
    denies: str = ""


_KNOWN = {"known": Operator("is known", "nothing"), "empty": Operator("is empty", "nothing", "known")}
_IS = {"is": Operator("is", "one"), "is_not": Operator("is not", "one", "is")}
_OF = {"one_of": Operator("is one of", "many"), "none_of": Operator("is none of", "many", "one_of")}
_NUMBER = {
    **_IS,
    "more": Operator("is more than", "one"),
    "less": Operator("is less than", "one"),
    "least": Operator("is at least", "one"),
    "most": Operator("is at most", "one"),
    "between": Operator("is between", "two"),
    **_KNOWN,
}
_DATE = {
    "last": Operator("is in the last", "days"),
    "next": Operator("is in the next", "days"),
    "longer": Operator("is longer ago than", "days"),
    "before": Operator("is before", "one"),
    "after": Operator("is after", "one"),
    "on": Operator("is on", "one"),
    "between": Operator("is between", "two"),
    "this_week": Operator("is in this week", "nothing"),
    "this_month": Operator("is in this month", "nothing"),
    "this_year": Operator("is in this year", "nothing"),
    "anniversary": Operator("has its anniversary today or in the next", "days"),
    **_KNOWN,
}
OPERATORS: Mapping[Kind, Mapping[str, Operator]] = {
    "text": {
        **_IS,
        "contains": Operator("contains", "one"),
        "contains_not": Operator("does not contain", "one", "contains"),
        "starts": Operator("starts with", "one"),
        **_OF,
        **_KNOWN,
    },
    "choice": {**_IS, **_OF, **_KNOWN},
    "number": _NUMBER,
    "money": _NUMBER,
    "date": _DATE,
    "moment": _DATE,
    "flag": {"yes": Operator("is yes", "nothing"), "no": Operator("is no", "nothing", "yes")},
}
RELATIVE = frozenset({"last", "next", "longer", "this_week", "this_month", "this_year", "anniversary"})


def operator(kind: Kind, op: str) -> Operator:
    """Raises Refused."""
    if op not in OPERATORS[kind]:
        raise Refused("segment.unknown_operator", f"This cannot be asked so: {op!r}.", "rule")
    return OPERATORS[kind][op]
