"""Networks, and states of posts and of their publication on each account."""

from enum import StrEnum, auto


class Network(StrEnum):
    MASTODON = auto()  # and everything that speaks its interface
    WEBHOOK = auto()
    LINKEDIN = auto()
    X = auto()
    FACEBOOK = auto()


class PostState(StrEnum):
    DRAFT = auto()
    SCHEDULED = auto()


class PublicationState(StrEnum):
    DUE = auto()
    PUBLISHING = auto()
    PUBLISHED = auto()
    REMINDED = auto()  # a person has the text and publishes it by hand
    FAILED = auto()


P = PublicationState
MOVES = {
    P.DUE: frozenset({P.PUBLISHING, P.REMINDED}),
    P.PUBLISHING: frozenset({P.PUBLISHED, P.DUE, P.FAILED}),
    P.REMINDED: frozenset({P.PUBLISHED}),
    P.FAILED: frozenset({P.DUE, P.PUBLISHED}),
}
POST_MOVES = {
    PostState.DRAFT: frozenset({PostState.SCHEDULED}),
    PostState.SCHEDULED: frozenset({PostState.DRAFT}),
}
