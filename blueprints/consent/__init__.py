"""Consent: the ledger, the gates, topics and policies for staff; the preference page for whoever gets our mail."""

from .routes import bp

__all__ = ["bp"]
