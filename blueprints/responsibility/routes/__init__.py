"""The routes of responsibility, by what they are about."""

from flask import Blueprint

bp = Blueprint("responsibility", __name__, url_prefix="/responsibility")

from . import accounts, care, rules, transfers  # noqa: E402

__all__ = ["accounts", "bp", "care", "rules", "transfers"]
