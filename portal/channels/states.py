"""Kinds of channels, and the life of a deal registration."""

from enum import StrEnum, auto


class ChannelKind(StrEnum):
    DIRECT = auto()
    INSIDE = auto()
    PARTNER = auto()
    WEB = auto()
    EVENT = auto()
    REFERRAL = auto()


KIND_NAMES = {
    ChannelKind.DIRECT: "Direct field sales",
    ChannelKind.INSIDE: "Inside sales",
    ChannelKind.PARTNER: "Partner or reseller",
    ChannelKind.WEB: "Web, self-service",
    ChannelKind.EVENT: "Events",
    ChannelKind.REFERRAL: "Referral",
}


class RegistrationState(StrEnum):
    SUBMITTED = auto()
    APPROVED = auto()
    REJECTED = auto()
    WITHDRAWN = auto()
    EXPIRED = auto()


S = RegistrationState
MOVES = {
    S.SUBMITTED: frozenset({S.APPROVED, S.REJECTED, S.WITHDRAWN}),
    S.APPROVED: frozenset({S.EXPIRED, S.WITHDRAWN}),
}
