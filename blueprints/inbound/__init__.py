"""Mail that came in, the mailboxes it is fetched from, and what mail services tell us."""

from . import hooks, sources
from .routes import bp

__all__ = ["bp", "hooks", "sources"]
