"""What the figures say: a winner, no clear difference, not enough data, or nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..states import Method, Outcome
from .effects import Arm, Effect, fixed, sequential

ALPHA = 0.05  # how often a test without any difference may name a winner


@dataclass(frozen=True)
class Verdict:
    """`outcome` None: go on. `effects`: the best arm against each other one, the closest first."""

    outcome: Outcome | None
    best: str
    effects: tuple[Effect, ...]

    def pick(self, default: str) -> str:
        """What everybody else should get: the winner, else the default, unless that is clearly worse than the best."""
        worse = any(effect.clear and effect.other == default for effect in self.effects)
        decided = self.outcome == Outcome.WINNER or (self.outcome == Outcome.NO_DIFFERENCE and worse)
        return self.best if decided else default


def comparisons(arms: int) -> int:
    """Pairs: the best arm is not known beforehand, so all of them count (Bonferroni)."""
    return arms * (arms - 1) // 2


def judge(arms: Sequence[Arm], method: Method, *, minimum: int, final: bool, alpha: float = ALPHA) -> Verdict:
    """`minimum`: people in each arm below which nothing is said. `final`: the time is up.

    A winner is better than every other arm, each with its interval clear of zero at alpha / pairs.
    """
    best, *rest = sorted(arms, key=lambda arm: (-arm.rate, arm.label))
    measure = fixed if method == Method.FIXED else sequential
    level = alpha / comparisons(len(arms))
    effects = tuple(sorted((measure(best, arm, level) for arm in rest), key=lambda effect: effect.difference))
    outcome = None
    if min(arm.people for arm in arms) < max(minimum, 1):
        outcome = Outcome.NOT_ENOUGH if final else None
    elif final or method == Method.SEQUENTIAL:
        clear = all(effect.clear for effect in effects)
        outcome = Outcome.WINNER if clear else Outcome.NO_DIFFERENCE if final else None
    return Verdict(outcome, best.label, effects)
