"""What keeps a message from going, in codes that rows carry and in sentences that people read."""

from collections.abc import Mapping
from typing import NamedTuple

from ..states import SuppressionReason

BLOCKS_ALL = frozenset(
    {SuppressionReason.HARD_BOUNCE, SuppressionReason.STOP, SuppressionReason.MANUAL, SuppressionReason.ERASED}
)  # the others end commercial messages only: who complained still gets the invoice

OPTED_OUT = "opted_out"
TOPIC_OUT = "topic_out"
NO_CONSENT = "no_consent"
PENDING = "unconfirmed"
PAUSED = "paused"
CAPPED = "capped"
CAP_WAITS = "cap_waits"
QUIET = "quiet_hours"
CAPS = frozenset({CAPPED, CAP_WAITS})  # asked last, as a message that waits for the hours may find room afterwards
LATER = frozenset({CAP_WAITS, QUIET})  # such a message goes at another time; every other code ends it

WHY: Mapping[str, str] = {
    SuppressionReason.UNSUBSCRIBED: "This address is on the suppression list because its owner unsubscribed.",
    SuppressionReason.HARD_BOUNCE: "This address is blocked because the mail server said it does not exist.",
    SuppressionReason.COMPLAINT: "This address is on the suppression list because its owner reported our mail as spam.",
    SuppressionReason.STOP: "This number is blocked because its owner answered STOP.",
    SuppressionReason.MANUAL: "This address was blocked by a colleague.",
    SuppressionReason.ERASED: "The person behind this address was erased and must not be contacted.",
    OPTED_OUT: "The person said no.",
    TOPIC_OUT: "The person does not want this topic.",
    NO_CONSENT: "The person has not said yes; commercial messages need a yes.",
    PENDING: "The person has not yet confirmed the address by the link we mailed.",
    PAUSED: "The person has paused our messages.",
    CAPPED: "The person has had as many commercial messages as the frequency cap allows.",
    CAP_WAITS: "The frequency cap is reached; the message waits for the next slot.",
    QUIET: "It is outside the sending hours where the person is.",
}


class Verdict(NamedTuple):
    """Whether a message may go, and the sentence that says why."""

    allowed: bool
    why: str
