"""Stage gates, health and splits: pure, over plain facts; and what quotes tell of a deal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portal.kernel.errors import Refused

from .states import SplitKind, Stage

ORDER = tuple(Stage)
SILENT_AFTER = 21  # days without any activity


@dataclass(frozen=True)
class Step:
    """One thing that must be true before a stage is left."""

    text: str
    done: bool


@dataclass(frozen=True)
class Facts:
    """What the gates ask about a deal."""

    contact: bool
    need: bool
    worth: bool
    close_on: date | None
    today: date
    decision_maker: bool
    quote_sent: bool
    quote_accepted: bool


def gate(stage: Stage, facts: Facts) -> list[Step]:
    """What it takes to leave the stage."""
    match stage:
        case Stage.QUALIFY:
            return [Step("Contact named", facts.contact), Step("Need written down", facts.need)]
        case Stage.DEVELOP:
            planned = facts.close_on is not None and facts.close_on >= facts.today
            return [
                Step("Products or an amount", facts.worth),
                Step("Close date ahead", planned),
                Step("Decision maker known", facts.decision_maker),
            ]
        case Stage.PROPOSE:
            return [Step("Quote sent", facts.quote_sent)]
        case Stage.CLOSE:
            return [Step("Quote accepted, or closed by hand", facts.quote_accepted)]


def missing(current: Stage, wanted: Stage, facts: Facts) -> list[tuple[Stage, Step]]:
    """The unfinished steps of every stage that a move forward would leave behind."""
    left = ORDER[ORDER.index(current) : ORDER.index(wanted)]
    return [(stage, step) for stage in left for step in gate(stage, facts) if not step.done]


def is_back(current: Stage, wanted: Stage) -> bool:
    return ORDER.index(wanted) < ORDER.index(current)


@dataclass(frozen=True)
class Flag:
    """Something wrong with a deal; `bad` weighs more than a warning."""

    text: str
    bad: bool = False


def health(
    *, close_on: date, next_step: str, next_step_on: date | None, last_activity: date | None, contacts: int, today: date
) -> list[Flag]:
    """What is wrong with an open deal, worst first; nothing when it is well."""
    flags = []
    if close_on < today:
        flags.append(Flag(f"Close date passed {_days((today - close_on).days)} ago", bad=True))
    if next_step and next_step_on and next_step_on < today:
        flags.append(Flag(f"Next step {_days((today - next_step_on).days)} overdue", bad=True))
    if not next_step:
        flags.append(Flag("No next step"))
    if last_activity is None or (today - last_activity).days >= SILENT_AFTER:
        silent = (
            "Nothing happened yet" if last_activity is None else f"Silent for {_days((today - last_activity).days)}"
        )
        flags.append(Flag(silent))
    if contacts < 2:
        flags.append(Flag("Only one contact known" if contacts else "No contact known"))
    return flags


def grade(flags: Sequence[Flag]) -> tuple[str, str]:
    """(word, kind) of a health: one hard flag or three soft ones are a risk, one soft flag on its own is no news."""
    if any(flag.bad for flag in flags) or len(flags) >= 3:
        return "At risk", "bad"
    return ("Watch", "warn") if len(flags) == 2 else ("Good", "good")


class NewSplit(NamedTuple):
    """A position's percent of the credit of a deal."""

    kind: SplitKind
    position_id: int
    percent: Decimal


MOST_OVERLAY = 1000  # percent


def check_splits(wanted: Sequence[NewSplit]) -> None:
    """Raises Refused unless revenue splits add up to 100 percent, or there is none."""
    if len({(one.kind, one.position_id) for one in wanted}) < len(wanted):
        raise Refused("split.twice", "A position stands there twice. Add its percents up.", "position_id")
    for one in wanted:
        most = 100 if one.kind == SplitKind.REVENUE else MOST_OVERLAY
        if not 0 < one.percent <= most:
            raise Refused("split.percent", f"A {one.kind} split has more than 0 and at most {most} %.", "percent")
    total = sum((one.percent for one in wanted if one.kind == SplitKind.REVENUE), Decimal(0))
    if total not in (0, 100):
        raise Refused("split.total", f"Revenue splits add up to {total.normalize():f} %, not to 100 %.", "percent")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


# Quotes come later in the process: they tell what they know of a deal by registering themselves here.
Fact = Callable[[int], bool]
_facts: dict[str, Fact] = {}


def register_fact(name: str, knows: Fact) -> None:
    """`knows` answers for an opportunity id. Names asked for: quote_sent, quote_accepted."""
    _facts[name] = knows


def fact(name: str, opportunity_id: int) -> bool:
    """False while nobody knows."""
    return name in _facts and _facts[name](opportunity_id)
