"""People who may buy: caught, scored, assigned, worked, qualified or not.

Words: *lead* (open: new, contacted; qualified; disqualified with a reason), *source*, *first response due*.
Invariants: one open lead per email address; qualification happens once, in one transaction. Emits LeadCaptured,
LeadAssigned, LeadQualified.
"""
