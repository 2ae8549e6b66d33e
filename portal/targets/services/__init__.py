"""Plan versions and their numbers."""

from .imports import Problem as Problem
from .imports import import_table as import_table
from .numbers import accept_proposal as accept_proposal
from .numbers import allocate as allocate
from .numbers import move_node as move_node
from .numbers import planned_spread as planned_spread
from .numbers import propose as propose
from .numbers import set_periods as set_periods
from .numbers import set_target as set_target
from .plans import approve_plan as approve_plan
from .plans import discard_plan as discard_plan
from .plans import draft_plan as draft_plan
from .plans import return_plan as return_plan
from .plans import set_seasonality as set_seasonality
from .plans import submit_plan as submit_plan
from .plans import take_in_organization as take_in_organization
from .shifting import Shift as Shift
from .shifting import Shifted as Shifted
from .shifting import give_back as give_back
from .shifting import shift_targets as shift_targets
