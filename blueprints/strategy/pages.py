"""Fiscal years to choose from, and links that lead only where the reader may go."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import current_app, g, url_for

from portal.kernel.errors import NotFound
from portal.strategy.rules import axis
from portal.targets.queries import currency, this_year, year_start
from portal.targets.rules import Period, fiscal_year
from portal.web.auth import permission_of
from portal.web.filters import format_short


def years() -> list[Period]:
    """Last year, this one, and the next."""
    return [this_year(shift) for shift in (-1, 0, 1)]


def year_beginning(year: int | None) -> Period:
    """The fiscal year that begins in the calendar year; this one where none is named. Raises NotFound far from today."""
    if year is None:
        return this_year()
    if not 2000 <= year <= 2100:
        raise NotFound("strategy.no_year", "There is no such year.")
    return fiscal_year(date(year, year_start(), 1), year_start())


def link(endpoint: str, values: Mapping[str, Any]) -> str:
    """ "" where there is no such page, or not for this person."""
    if endpoint not in current_app.view_functions or not g.actor.may(permission_of(current_app, endpoint) or ""):
        return ""
    return url_for(endpoint, **values)


def plotting() -> dict[str, Callable[..., Any]]:
    """What the plots of both pages ask: short names of months, short amounts, a round axis."""
    unit = currency()
    return {
        "months": lambda plan: [f"{one.starts_on:%b}" for one in plan.months],
        "say": lambda amount: format_short(amount, unit).striptags(),
        "axis_of": lambda team: axis(max([*team.target, *team.capacity])),
    }
