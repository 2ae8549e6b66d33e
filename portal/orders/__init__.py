"""What was ordered: placed once from an accepted revision, prices locked.

Words: *place*, *fulfil*, *cancel*. Invariant: a revision makes at most one order, whatever happens in parallel.
Emits OrderPlaced.
"""
