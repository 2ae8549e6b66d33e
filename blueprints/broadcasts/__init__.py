"""Broadcasts: written, sent, tested, and what came of them."""

from . import reports  # noqa: F401 - registers its routes on bp
from .routes import bp

__all__ = ["bp"]
