"""Consent."""

from flask import Blueprint

bp = Blueprint("consent", __name__)

from . import check as check  # noqa: E402
from . import ledger as ledger  # noqa: E402
from . import persons as persons  # noqa: E402
from . import policies as policies  # noqa: E402
from . import public as public  # noqa: E402

bp.record(public.exempt_from_csrf)
