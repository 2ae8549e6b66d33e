"""Sign-in, one's own settings, and the people of the portal."""

from .routes import bp

__all__ = ["bp"]
