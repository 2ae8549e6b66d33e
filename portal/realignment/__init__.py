"""Realignment: comparing territory models, and putting one in force with all that follows from it.

Words: *move* = an account that another model places elsewhere or with somebody else; *pin* = an account that stays where it
is, with a reason; *load* = what a territory carries against the mean; *balance index* = 100 when all carry the same, 0 when
one carries everything; *proposal* = moves of whole regions that raise the index, saved as a plan; *activation* = the act
that puts a model in force, and what it moved.
Precedence: pin > named account > rule by priority > rule of a parent > default territory; the same code answers "why here"
and every preview. A territory is known by the id it has in force, whatever the model (see `territories.models.Territory`).
Invariants: closed records and ended assignments are never rewritten; a proposal never lowers the index and moves no pin.
"""
