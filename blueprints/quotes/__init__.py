"""Quotes for people who sell, and the page on which a customer answers."""

from .routes import bp

__all__ = ["bp"]
