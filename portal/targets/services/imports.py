"""Targets from a table: pasted, or a CSV or Excel file, in the form in which they are exported."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Forbidden, Refused
from portal.kernel.tables import Table
from portal.organization.queries import authorize, reach

from ..models import Node, Plan
from ..queries.tables import COLUMNS, TOTAL
from ..rules import months_of
from ..states import Metric
from .numbers import ZERO, set_target
from .plans import open_plan

SEVERAL = "Several parts of the tree are called so; give the key."
NONE = "No part of the tree below you is called so."


@dataclass(frozen=True)
class Problem:
    """`row` as a spreadsheet counts it; `column` by its name."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"Row {self.row}, {self.column}: {self.text}"


def import_table(actor: Actor, plan_id: int, table: Table) -> tuple[int, list[Problem]]:
    """All rows or none: with problems nothing is changed. The same table again changes nothing. Returns how many targets
    it holds, and what is wrong. Raises Refused for columns that are missing."""
    authorize(actor, "targets.edit")
    plan = open_plan(actor, plan_id)
    place = _columns(table, plan)
    nodes = _nodes(actor, plan)
    problems: list[Problem] = []
    read: dict[tuple[int, Metric], Mapping[date, Decimal]] = {}
    lines = []
    for line, row, _ in table:
        cells = {name: row[at] for name, at in place.items()}
        try:
            known = _node(nodes, cells)
            metric = _metric(cells, plan)
            if (known, metric) in read:
                raise Refused("import.twice", "This target stands in an earlier row.", "Key")
            read[known, metric] = _months(cells, plan)
            lines.append(line)
        except Refused as refused:
            problems.append(Problem(line, refused.field or "Key", refused.message))
    if not problems:
        problems = _store(actor, plan, read, lines)
    return len(read), problems


def _store(
    actor: Actor, plan: Plan, read: Mapping[tuple[int, Metric], Mapping[date, Decimal]], lines: Sequence[int]
) -> list[Problem]:
    problems = []
    firsts = months_of(plan.starts_on)
    for line, ((node_id, metric), months) in zip(lines, read.items(), strict=True):
        try:
            set_target(actor, node_id, metric, months)
        except (Refused, Forbidden) as refused:
            at = re.fullmatch(r"m(\d+)", refused.field or "")
            problems.append(Problem(line, f"{firsts[int(at[1])]:%Y-%m}" if at else "Key", refused.message))
    return problems


def _columns(table: Table, plan: Plan) -> dict[str, int]:
    """Name -> place. Raises Refused for what is missing or does not belong here."""
    months = [f"{first:%Y-%m}" for first in months_of(plan.starts_on)]
    known = {name.casefold(): name for name in (*COLUMNS, *months, TOTAL)}
    found: dict[str, int] = {}
    for at, name in enumerate(table.header):
        plain = (
            name.strip().casefold()[:7]
            if re.fullmatch(r"\d{4}-\d\d(-01)?( .*)?", name.strip())
            else name.strip().casefold()
        )
        if plain not in known:
            outside = re.fullmatch(r"\d{4}-\d\d", plain)
            text = (
                f"{name} is not in this fiscal year."
                if outside
                else f"There is no column {name!r} in a table of targets."
            )
            raise Refused("import.column", f"First row, {name}: {text}", "file")
        found[known[plain]] = at
    if "Metric" not in found or not {"Key", "Name"} & found.keys() or not set(months) & found.keys():
        raise Refused(
            "import.columns", f"The first row names Key or Name, Metric, and months such as {months[0]}.", "file"
        )
    return found


def _nodes(actor: Actor, plan: Plan) -> dict[str, list[int]]:
    """Key or name -> nodes that the actor may change."""
    rows = select(Node.id, Node.key, Node.name).where(Node.plan_id == plan.id, reach(actor, Node, "targets.edit"))
    found: dict[str, list[int]] = {}
    for node in db.session.execute(rows):
        found.setdefault(node.key.casefold(), []).append(node.id)
        found.setdefault(node.name.casefold(), []).append(node.id)
    return found


def _node(nodes: Mapping[str, Sequence[int]], cells: Mapping[str, str]) -> int:
    for column in ("Key", "Name"):
        if text := cells.get(column, ""):
            found = nodes.get(text.casefold(), ())
            if len(found) != 1:
                raise Refused("import.node", SEVERAL if found else NONE, column)
            return found[0]
    raise Refused("import.node", "Say which part of the tree this is.", "Key")


def _metric(cells: Mapping[str, str], plan: Plan) -> Metric:
    text = cells["Metric"].strip().casefold().replace(" ", "_")
    if text not in set(Metric):
        raise Refused("import.metric", f"Give one of {', '.join(Metric)}.", "Metric")
    coin = cells.get("Currency", "").strip().upper()
    if coin not in ("", plan.currency):
        raise Refused("import.currency", f"Targets are in {plan.currency}, not {coin}.", "Currency")
    return Metric(text)


def _months(cells: Mapping[str, str], plan: Plan) -> dict[date, Decimal]:
    found = {}
    for first in months_of(plan.starts_on):
        name = f"{first:%Y-%m}"
        if text := cells.get(name, ""):
            found[first] = _number(text, name)
    if total := cells.get(TOTAL, ""):
        given = _number(total, TOTAL)
        if given != sum(found.values(), ZERO):
            raise Refused("import.sum", f"The months add up to {sum(found.values(), ZERO):,}, not {given:,}.", TOTAL)
    return found


def _number(text: str, column: str) -> Decimal:
    """With or without thousands separators: 1,234.50 and 1.234,50 and 1 234,5. One comma before three digits is one."""
    plain = re.sub(r"[\s\u00a0\u202f'$€£]", "", text)
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+|-?\d{1,3}(\.\d{3}){2,}|-?\d+,(\d{1,2}|\d{4,})", plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise Refused("import.number", f"{text!r} is no number.", column) from None
    if not number.is_finite() or abs(number) > 10**12 or number != round(number, 4):
        raise Refused("import.number", f"{text!r} is no number that can be kept.", column)
    if number < 0:
        raise Refused("import.negative", "A target cannot be negative.", column)
    return number
