"""Channels, partners, registrations."""

from flask import Blueprint

bp = Blueprint("channels", __name__)

from . import channels as channels  # noqa: E402
from . import deals as deals  # noqa: E402
from . import partners as partners  # noqa: E402
from . import registrations as registrations  # noqa: E402
