"""My work, the dashboard, search, the audit, and the state of the system."""

from flask import Blueprint

bp = Blueprint("insights", __name__)

from . import routes, system  # noqa: E402, F401
