"""Consent: the ledger for staff, the preference page for whoever gets our mail."""

from .public import exempt_from_csrf
from .routes import bp

bp.record(exempt_from_csrf)

__all__ = ["bp"]
