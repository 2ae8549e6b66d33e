"""Posts on social networks, and the accounts they are published on."""

from .routes import bp

__all__ = ["bp"]
