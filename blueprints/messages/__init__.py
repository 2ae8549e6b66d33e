"""Messages: what was sent, what waits, what nobody knows, and the outbox of a demo."""

from . import domains, machines, mail_server  # noqa: F401 - registers its routes on bp
from .captured import add_outbox
from .routes import bp

bp.record(add_outbox)

__all__ = ["bp"]
