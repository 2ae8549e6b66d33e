"""The strategy of a fiscal year in six steps, whether it works, and whether there are people enough to carry it.

Words: *step* = one of the six, with an owner, a day and a state; *gap* = what is missing in a step, with the place that
mends it; *benefit* = a live measure of what the strategy is for; *finding* = what the figures suggest to change;
*capacity* = what the people in their positions can carry: quota times ramp, month by month; *scenario* = hires that are
only thought of. Invariants: a step is approved only when what it rests on is; a scenario changes no position.
"""
