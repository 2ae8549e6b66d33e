"""The browser's door to timelines and tasks."""

from .routes import bp as bp
