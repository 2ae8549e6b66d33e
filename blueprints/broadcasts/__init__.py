"""Broadcasts: written, let go, watched."""

from . import sending  # noqa: F401 - registers its routes on bp
from .routes import bp

__all__ = ["bp"]
