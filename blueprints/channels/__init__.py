"""Channels with their results, partners, deal registrations, the channel of a deal."""

from .routes import bp

__all__ = ["bp"]
