"""The six steps, and how far each is."""

from enum import StrEnum, auto


class Step(StrEnum):
    TARGETS = auto()
    ORGANIZATION = auto()
    COMPENSATION = auto()
    CHANNELS = auto()
    TERRITORIES = auto()
    RESPONSIBILITY = auto()


class StepState(StrEnum):
    NOT_STARTED = auto()
    IN_WORK = auto()
    APPROVED = auto()


S = StepState
MOVES = {
    S.NOT_STARTED: frozenset({S.IN_WORK}),
    S.IN_WORK: frozenset({S.APPROVED, S.NOT_STARTED}),
    S.APPROVED: frozenset({S.IN_WORK}),
}
STEPS = {
    Step.TARGETS: "Sales targets",
    Step.ORGANIZATION: "Organization",
    Step.COMPENSATION: "Compensation",
    Step.CHANNELS: "Channels",
    Step.TERRITORIES: "Territories",
    Step.RESPONSIBILITY: "Account responsibility",
}
STATES = {S.NOT_STARTED: "Not started", S.IN_WORK: "In work", S.APPROVED: "Approved"}
