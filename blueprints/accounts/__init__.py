"""The browser's door to accounts and contacts."""

from .routes import bp as bp
