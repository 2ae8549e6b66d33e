"""Pages of events: for visitors, for guests with their link, and for staff."""

from .routes import bp

__all__ = ["bp"]
