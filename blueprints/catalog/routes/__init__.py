"""Products, price lists, tax rates."""

from flask import Blueprint

bp = Blueprint("catalog", __name__)

from . import prices as prices  # noqa: E402
from . import products as products  # noqa: E402
from . import taxes as taxes  # noqa: E402
