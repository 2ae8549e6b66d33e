"""Broadcasts: written, sent, tested, and what came of them."""

from . import reports, sending, trials  # noqa: F401 - register their routes on bp
from .routes import bp

__all__ = ["bp"]
