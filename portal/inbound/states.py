"""What a returned mail means, and why it came back."""

from enum import StrEnum, auto


class Verdict(StrEnum):
    HARD = auto()  # nobody is there: never again
    SOFT = auto()  # not now: the person may be there
    BLOCK = auto()  # our reputation, authentication or content: not the person's doing
    COMPLAINT = auto()  # the person called it spam, or wants no more of it
    AUTO_REPLY = auto()  # a machine answers while its owner is away
    DELIVERED = auto()  # a notice of success
    REPLY = auto()  # a person answers
    NONE = auto()  # nothing of the kind


class Reason(StrEnum):
    USER_UNKNOWN = auto()
    HOST_UNKNOWN = auto()
    MOVED = auto()
    NO_MAIL_HERE = auto()  # the domain takes no mail at all (null MX)
    MAILBOX_FULL = auto()
    DISABLED = auto()
    FILTERED = auto()  # the recipient's own rules
    TOO_LARGE = auto()
    EXPIRED = auto()  # servers tried for days
    NETWORK = auto()
    SYSTEM = auto()  # a fault of the receiving server
    CONTENT = auto()  # malformed, or a forbidden attachment
    SPAM = auto()
    VIRUS = auto()
    REPUTATION = auto()
    AUTHENTICATION = auto()  # SPF, DKIM, DMARC, reverse DNS, TLS
    POLICY = auto()
    RELAYING = auto()
    RATE = auto()
    SENDER_REFUSED = auto()
    UNKNOWN = auto()


R, V = Reason, Verdict
VERDICTS = {
    **dict.fromkeys((R.USER_UNKNOWN, R.HOST_UNKNOWN, R.MOVED, R.NO_MAIL_HERE), V.HARD),
    **dict.fromkeys(
        (R.MAILBOX_FULL, R.DISABLED, R.FILTERED, R.TOO_LARGE, R.EXPIRED, R.NETWORK, R.SYSTEM, R.UNKNOWN), V.SOFT
    ),
    **dict.fromkeys((R.CONTENT, R.SPAM, R.VIRUS, R.REPUTATION, R.AUTHENTICATION, R.POLICY, R.RELAYING), V.BLOCK),
    **dict.fromkeys((R.RATE, R.SENDER_REFUSED), V.BLOCK),
}


class Provider(StrEnum):
    """Mail services that tell us by webhook."""

    SES = auto()
    POSTMARK = auto()
    SENDGRID = auto()
    MAILGUN = auto()
