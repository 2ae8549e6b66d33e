"""Messages: what was sent, what waits, what nobody knows, and the outbox of a demo."""

from .captured import add_outbox
from .routes import bp

bp.record(add_outbox)

__all__ = ["bp"]
