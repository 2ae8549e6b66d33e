"""The seller as letters show it, and the chart as sheets of paper."""

from .brand import brand_of, country_name
from .sheets import Box, Sheet, sheets

__all__ = ["Box", "Sheet", "brand_of", "country_name", "sheets"]
