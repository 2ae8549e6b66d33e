"""Experiments: splitting people by hash, power, and verdicts that stay valid however often one looks."""
