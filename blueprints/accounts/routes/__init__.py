"""Accounts and contacts."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from . import accounts as accounts  # noqa: E402
from . import contacts as contacts  # noqa: E402
