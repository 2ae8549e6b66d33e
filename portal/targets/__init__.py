"""What is to be reached: quotas per position and period.

Words: *quota* = target amount of a metric (bookings) for a position from a day until a day (exclusive).
"""
