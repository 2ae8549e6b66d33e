"""Kinds of activity."""

from enum import StrEnum, auto


class Kind(StrEnum):
    NOTE = auto()
    CALL = auto()
    MEETING = auto()
    TASK = auto()
    EMAIL = auto()
    SMS = auto()
    FORM = auto()
    STAGE = auto()
    DOCUMENT = auto()
    PAYMENT = auto()
    SYSTEM = auto()
