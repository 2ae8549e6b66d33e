"""Orders: what was placed, and what became of it."""

from .routes import bp

__all__ = ["bp"]
