"""Public pages with a form, and their upkeep by staff."""

from .routes import bp

__all__ = ["bp"]
