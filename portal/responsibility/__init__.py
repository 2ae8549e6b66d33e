"""Who answers for which customer, how it changes hands, and which customers nobody looks after.

Words: *transfer* = accounts with their open work given to another position, planned for a day or done, undone within a
day; *hold-over* = how long the former owner still gets credit; *neglected* = no touch within the cadence; *orphan* = no
owner, a vacant position, no territory or no next step; *white space* = product families that peers buy and this one does not.
Invariants: every account has exactly one open assignment (see accounts); a transfer moves all or nothing.
"""
