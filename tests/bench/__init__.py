"""What the portal takes for a piece of work, beside the least that could count as that work.

A workload is a module with TITLE, UNIT, SIZE and `prepare(place, size)`, which yields a Pair.
"""
