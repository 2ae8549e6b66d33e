"""Broadcasts: one mailing to the frozen members of a segment, in variants, on a schedule.

Words: *audience* = everybody who was in the segment at the moment it was read; each has exactly one row of `message`,
*left out* = their row says why they get nothing, *variant* = what one share of the audience gets, *batch* = the rows of
one variant, which start, pause and end together.
Invariants: the reason "broadcast:7:contact:8" is unique, so nobody is written down twice however often the freezing is
killed; who is left out when the audience is read stays out; everybody else is asked again at the moment of sending.
"""
