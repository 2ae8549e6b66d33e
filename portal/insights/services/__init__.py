"""What an operator may set right, and what is credited to mailings."""

from .conversions import credit_conversions
from .system import retry_entry

__all__ = ["credit_conversions", "retry_entry"]
