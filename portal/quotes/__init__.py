"""Offers to a customer: numbered revisions, frozen when sent, accepted once.

Words: *revision* = one offer as the customer saw it; *acceptance* = a typed name on a POST; *signed link* = bound to
one revision. Invariants: one live revision per quote; a sent revision never changes.
Emits RevisionSent, QuoteAccepted, QuoteDeclined.
"""
