"""What happened to leads."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class LeadCaptured(Event):
    """A submission became a lead, or was added to one."""

    lead_id: int
    submission_id: int
