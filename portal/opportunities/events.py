"""What other areas may react to."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class LeadQualified(Event):
    lead_id: int
    account_id: int
    contact_id: int
    opportunity_id: int | None


@dataclass(frozen=True)
class OpportunityOpened(Event):
    opportunity_id: int
    by_user_id: int | None


@dataclass(frozen=True)
class StageChanged(Event):
    opportunity_id: int
    from_stage: str
    to_stage: str


@dataclass(frozen=True)
class OpportunityWon(Event):
    opportunity_id: int
    by_user_id: int | None


@dataclass(frozen=True)
class OpportunityLost(Event):
    opportunity_id: int
    reason: str
