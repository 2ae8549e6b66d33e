"""Deals in the browser: list, board, one deal, closing, and qualifying a lead."""

from flask import Blueprint

bp = Blueprint("opportunities", __name__)

from . import editing, qualification, routes, splits  # noqa: E402, F401
