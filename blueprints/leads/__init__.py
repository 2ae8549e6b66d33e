"""Leads in the browser: list, page, and every act on one or many."""

from .routes import bp

__all__ = ["bp"]
