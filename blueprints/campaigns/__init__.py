"""Campaigns: what belongs to them, what they cost, whom they reached and what they brought."""

from .routes import bp

__all__ = ["bp"]
