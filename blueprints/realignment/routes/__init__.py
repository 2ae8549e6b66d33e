"""Models and their comparison, activation, proposals, accounts and coverage."""

from flask import Blueprint

bp = Blueprint("realignment", __name__, url_prefix="/realignment")

from . import accounts as accounts  # noqa: E402
from . import activation as activation  # noqa: E402
from . import models as models  # noqa: E402
from . import proposals as proposals  # noqa: E402
