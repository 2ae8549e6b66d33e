"""The territory tree, its rules, and the question who would get an address."""

from .routes import bp

__all__ = ["bp"]
