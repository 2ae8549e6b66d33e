"""One's own sign-in and settings, the people of the portal, the first set-up."""

from flask import Blueprint

bp = Blueprint("identity", __name__)

from . import own, people, setup  # noqa: E402, F401  (they register their routes on bp)
