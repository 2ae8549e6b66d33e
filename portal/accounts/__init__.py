"""Companies we sell to and the people in them.

Words: *account* = a company with what an invoice needs; *contact* = a person, usually at one account.
Invariant: one account number each; emails are stored trimmed and lower-cased.
"""
