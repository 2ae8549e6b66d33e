"""The browser's door to segments."""

from .routes import bp as bp
