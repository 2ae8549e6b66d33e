"""How promising somebody is: fit and engagement, every point with its receipt.

Words: *score rule* = condition and points, *receipt* = one rule that applied, *grade* = fit letter and engagement number.
Invariant: a score is a pure function of facts, happenings, model and time; recomputing it changes nothing. Emits ModelChanged.
"""
