"""Visitors, guests, staff."""

from flask import Blueprint

bp = Blueprint("events", __name__)

from . import guests as guests  # noqa: E402
from . import public as public  # noqa: E402
from . import staff as staff  # noqa: E402
