"""Routes of targets: the numbers, the plan versions, tables in and out."""

from .. import bp
from . import numbers, plans, tables, views

__all__ = ["bp", "numbers", "plans", "tables", "views"]
