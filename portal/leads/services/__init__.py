"""Working leads: catch, take in, score, assign, answer, put aside."""

from .imports import LEAD_FIELDS, import_lead_rows
from .work import (
    assign,
    capture_submission,
    change_lead,
    create_lead,
    disqualify,
    mark_contacted,
    reactivate,
    rescore,
    rescore_slice,
    route,
)

__all__ = [
    "LEAD_FIELDS",
    "assign",
    "capture_submission",
    "change_lead",
    "create_lead",
    "disqualify",
    "import_lead_rows",
    "mark_contacted",
    "reactivate",
    "rescore",
    "rescore_slice",
    "route",
]
