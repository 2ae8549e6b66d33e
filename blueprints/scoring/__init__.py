"""The scoring model in the browser."""

from .routes import bp

__all__ = ["bp"]
