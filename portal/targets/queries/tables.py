"""Targets as a table: the form in which they leave and come back."""

from portal.kernel.actor import Actor

from ..models import Plan
from ..rules import ZERO, months_of
from ..states import Metric
from .tree import tree

COLUMNS = ("Key", "Name", "Metric", "Currency")
TOTAL = "Total"


def table_of(actor: Actor, plan: Plan) -> list[list[str]]:
    """Every number the actor may see, a row for each part of the tree and metric, a column for each month."""
    rows = [[*COLUMNS, *(f"{first:%Y-%m}" for first in months_of(plan.starts_on)), TOTAL]]
    for metric in Metric:
        for branch in tree(actor, plan.starts_on, metric, plan=plan).walk():
            if branch.amounts is not None:
                coin = plan.currency if metric.is_money else ""
                numbers = [f"{n.normalize():f}" for n in (*branch.amounts, sum(branch.amounts, ZERO))]
                rows.append([branch.key, branch.name, metric.value, coin, *numbers])
    return rows
