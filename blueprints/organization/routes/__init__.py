"""The chart, positions and who sits in them, units and ramps, and the company itself."""

from flask import Blueprint

bp = Blueprint("organization", __name__)

from . import chart as chart  # noqa: E402
from . import company as company  # noqa: E402
from . import positions as positions  # noqa: E402
from . import units as units  # noqa: E402
