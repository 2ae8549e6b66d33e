"""Which kinds of activity belong together, for filters, and which count as a touch."""

from collections.abc import Mapping

from .states import Kind

FILTERS: Mapping[str, tuple[str, frozenset[Kind]]] = {
    "notes": ("Notes", frozenset({Kind.NOTE})),
    "talks": ("Calls and meetings", frozenset({Kind.CALL, Kind.MEETING})),
    "tasks": ("Tasks", frozenset({Kind.TASK})),
    "mail": ("Emails and SMS", frozenset({Kind.EMAIL, Kind.SMS})),
    "changes": ("Changes", frozenset({Kind.FORM, Kind.STAGE, Kind.DOCUMENT, Kind.PAYMENT, Kind.SYSTEM})),
}
# Somebody spoke with the customer, or they with us: what the cadence of an account counts.
TOUCHES = frozenset({Kind.CALL, Kind.MEETING, Kind.EMAIL, Kind.SMS, Kind.FORM})
