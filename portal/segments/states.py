"""Kinds of segments."""

from enum import StrEnum, auto


class SegmentKind(StrEnum):
    STATIC = auto()  # who was put in
    DYNAMIC = auto()  # whom the rule says
    SNAPSHOT = auto()  # whom the rule said at one moment
