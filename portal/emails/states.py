"""What a finding of the check means for sending."""

from enum import StrEnum, auto


class Level(StrEnum):
    BLOCK = auto()  # may not be sent like this
    WARN = auto()


class Missing(StrEnum):
    """What becomes of a mail when a value without a default is empty for its recipient."""

    BLANK = auto()
    REFUSE = auto()
