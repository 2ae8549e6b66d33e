"""Kinds of segments, and how a contact got in."""

from enum import StrEnum, auto


class SegmentKind(StrEnum):
    STATIC = auto()  # who was put in
    DYNAMIC = auto()  # whom the rule says
    SNAPSHOT = auto()  # whom the rule said at one moment


class Source(StrEnum):
    RULE = auto()
    MANUAL = auto()
    IMPORT = auto()
    SNAPSHOT = auto()
