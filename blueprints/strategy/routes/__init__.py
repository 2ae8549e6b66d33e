"""The six steps and their measures; capacity and what-ifs."""

from flask import Blueprint

bp = Blueprint("strategy", __name__)

from . import capacity as capacity  # noqa: E402
from . import home as home  # noqa: E402
