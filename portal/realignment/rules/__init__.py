"""What a territory carries, how even that is, and which moves make it more even."""

from .balance import MEASURES, WEIGHTS, Balance, Load, balance
from .improving import Step, Unit, improve

__all__ = ["MEASURES", "WEIGHTS", "Balance", "Load", "Step", "Unit", "balance", "improve"]
