"""The strategy home, and the capacity plan."""

from .routes import bp as bp
