"""The chart of positions, and the company itself."""

from .routes import bp

__all__ = ["bp"]
