"""Scenarios side by side, proposals, pins, what nobody covers, and the act that puts a model in force."""

from .routes import bp

__all__ = ["bp"]
