"""Broadcasts: one mailing to the frozen members of a segment, in variants, on a schedule."""
