"""Experiments: splitting people by hash, power, and verdicts that stay valid however often one looks.

Words: *arm* = the people who got one variant, *hits* = those of them who did what is measured, *effect* = difference of
two rates with its interval. Owns no tables: whoever tests something keeps its own figures. Decision 0019 says why.
"""
