"""Targets, and how far they are reached."""

from .attainment import Row as Row
from .attainment import attainment as attainment
from .attainment import booked_by as booked_by
from .attainment import of_positions as of_positions
from .attainment import past as past
from .attainment import quota_in as quota_in
from .attainment import quota_of as quota_of
from .attainment import row_of as row_of
from .calendar import actuals as actuals
from .calendar import actuals_of as actuals_of
from .calendar import currency as currency
from .calendar import current_period as current_period
from .calendar import midnight as midnight
from .calendar import placed as placed
from .calendar import quarter_of as quarter_of
from .calendar import today as today
from .calendar import year_start as year_start
