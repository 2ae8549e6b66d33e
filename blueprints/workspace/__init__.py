"""Saved views, bulk acts, exports, imports, files, notifications and long work."""

from .routes import bp

__all__ = ["bp"]
