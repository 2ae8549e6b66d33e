"""States of campaigns and members, goals, and the models by which credit is given."""

from enum import StrEnum, auto


class CampaignState(StrEnum):
    PLANNED = auto()
    ACTIVE = auto()
    ENDED = auto()


S = CampaignState
MOVES = {
    S.PLANNED: frozenset({S.ACTIVE, S.ENDED}),
    S.ACTIVE: frozenset({S.ENDED}),
    S.ENDED: frozenset({S.ACTIVE}),
}


class Goal(StrEnum):
    LEADS = auto()
    PIPELINE = auto()
    REVENUE = auto()


class MemberStatus(StrEnum):
    ADDED = auto()
    SENT = auto()
    RESPONDED = auto()


class Credit(StrEnum):
    """How a deal is credited to the campaigns that touched it."""

    FIRST_TOUCH = auto()
    LAST_TOUCH = auto()
    LINEAR = auto()
    TIME_DECAY = auto()
