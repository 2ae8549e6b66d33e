"""Founding the company, and who sits where, stands in for whom, reports to whom and covers what."""

from .company import edit_company, found_company, remove_logo, replace_logo
from .positions import PositionFacts, add_position, cover, edit_position, move_position, remove_position
from .seats import delegate, end_delegation, seat, vacate
from .units import add_ramp, add_unit, edit_ramp, edit_unit, remove_unit

__all__ = [
    "PositionFacts",
    "add_position",
    "add_ramp",
    "add_unit",
    "cover",
    "delegate",
    "edit_company",
    "edit_position",
    "edit_ramp",
    "edit_unit",
    "end_delegation",
    "found_company",
    "move_position",
    "remove_logo",
    "remove_position",
    "remove_unit",
    "replace_logo",
    "seat",
    "vacate",
]
