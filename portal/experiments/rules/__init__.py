"""Who gets what, how many are needed, and what the figures say."""

from .effects import Arm, Effect, fixed, sequential
from .power import LOOKING_ALWAYS, detectable, needed
from .split import Share, arm_of
from .verdicts import ALPHA, Verdict, judge

__all__ = [
    "ALPHA", "LOOKING_ALWAYS", "Arm", "Effect", "Share", "Verdict", "arm_of", "detectable", "fixed", "judge", "needed",
    "sequential",
]  # fmt: skip
