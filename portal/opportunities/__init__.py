"""Deals: from qualified to closed through Qualify, Develop, Propose, Close.

Words: *stage*, *stage gate* = what must be true to move on, *close* (won, lost with reason), *opportunity line*.
Invariants: exactly one active stage; moves are gated on the server; a lead opens at most one opportunity.
Emits OpportunityOpened, StageChanged, OpportunityWon, OpportunityLost, LeadQualified.
"""
