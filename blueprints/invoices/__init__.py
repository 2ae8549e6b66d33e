"""Invoices and payments, and the page a customer sees."""

from .routes import bp

__all__ = ["bp"]
