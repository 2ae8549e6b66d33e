"""What visitors did."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class SubmissionReceived(Event):
    submission_id: int
