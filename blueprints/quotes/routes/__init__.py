"""Routes of staff and of customers, in one blueprint."""

from flask import Blueprint

bp = Blueprint("quotes", __name__)

from . import public, staff  # noqa: E402, F401  they hang their routes on bp
