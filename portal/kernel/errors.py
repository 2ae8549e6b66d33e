"""What the domain can say no with. Each maps to one HTTP status in portal.web.errors."""


class DomainError(Exception):
    """`code` is stable and translatable; `field` ties the message to a form field."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


class Refused(DomainError):
    """The input is fine but a rule forbids it now (422 on a form)."""


class Stale(Refused):
    """Somebody else changed the record first (409)."""


class NotFound(DomainError):
    """No such record, or not visible to this actor (404)."""


class Forbidden(DomainError):
    """The actor may see it but not do this (403)."""
