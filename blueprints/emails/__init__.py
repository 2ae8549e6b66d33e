"""The designer of emails, their versions, previews and tests; the brand kit, pictures, and the page of a mail."""

from .routes import bp

__all__ = ["bp"]
