"""Pages of deals that more than one view shows."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Response, g, request, url_for

from portal.catalog.rules import PlainLine, line_net
from portal.channels.queries import protection
from portal.compensation.queries import would_pay
from portal.invoices.queries import chain
from portal.kernel import clock
from portal.opportunities import queries
from portal.opportunities.models import Opportunity
from portal.opportunities.rules import ORDER, gate, grade, missing
from portal.opportunities.states import PROBABILITY, OpportunityState, Stage
from portal.quotes.queries import newest, of_opportunity
from portal.targets.queries import current_period
from portal.web.chain import bars as chain_bars
from portal.web.filters import when
from portal.web.htmx import page
from portal.web.records import tabs_of
from portal.web.typed import line

from .forms import LineForm, NextStepForm, ReopenForm


class Bar(NamedTuple):
    """One node of the process bar, as the macro reads it."""

    name: str
    note: str
    state: str
    href: str | None


def process(deal: Opportunity, usual: dict[Stage, int], now: datetime) -> list[Bar]:
    """Qualify to Paid: what was, where it stands, what is planned."""
    days, at = queries.stage_days(deal, now), ORDER.index(deal.stage)
    bars = []
    for place, stage in enumerate(ORDER):
        is_open = deal.state == OpportunityState.OPEN
        if place < at or deal.state == OpportunityState.WON:
            bars.append(Bar(stage.capitalize(), _days(days.get(stage, 0)), "done", None))
        elif place == at:
            note = _days(days.get(stage, 0)) + (f", usually {usual[stage]}" if stage in usual else "")
            bars.append(Bar(stage.capitalize(), note if is_open else "lost here", "now", None))
        else:
            bars.append(
                Bar(stage.capitalize(), f"usually {_days(usual[stage])}" if stage in usual else "", "todo", None)
            )
    after = chain(g.actor, deal.id, now.date())[1:]  # the quote belongs to Propose
    return bars + [Bar(name, note, state, href or None) for name, note, state, href in chain_bars(after)]


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def opportunity_page(record_id: int, *, status: int = 200, **forms: Any) -> Response:
    """The deal with its tab; `forms` holds a form that was refused."""
    deal = queries.deal(g.actor, record_id)
    now, today = clock.now(), queries.business_day()
    usual, facts = queries.usual_days(), queries.facts_of(deal)
    flags = queries.flags_of([deal], today)[deal.id]
    wanted = ORDER[ORDER.index(deal.stage) + 1] if deal.stage != ORDER[-1] else None
    return page(
        "opportunities/opportunity.html",
        "record",
        status=status,
        title=deal.name,
        crumbs=[("Opportunities", url_for("opportunities.show_board"))],
        deal=deal,
        bars=process(deal, usual, now),
        steps=gate(deal.stage, facts),
        onward=wanted,
        blocked=bool(wanted and missing(deal.stage, wanted, facts)),
        back=ORDER[: ORDER.index(deal.stage)],
        flags=flags,
        health=grade(flags),
        usual_probability=PROBABILITY[deal.stage],
        today=today,
        nets=[
            (x, line_net(PlainLine(x.quantity, x.unit_price, x.discount_percent), deal.currency)) for x in deal.lines
        ],
        protected=protection(deal.account, today),
        splits=queries.splits(deal.id),
        would_pay=would_pay(g.actor, deal),
        quotes=[(q, newest(q)) for q in of_opportunity(g.actor, deal.id)],
        **tabs_of(deal),
        **_forms(deal, forms),
    )


def _forms(deal: Opportunity, refused: dict[str, Any]) -> dict[str, Any]:
    step = NextStepForm(formdata=None, text=deal.next_step, on=deal.next_step_on, version=deal.version)
    ready = {
        "step_form": step,
        "line_form": LineForm(formdata=None),
        "reopen_form": ReopenForm(formdata=None, version=deal.version),
    }
    words = line(request.args.get("find"))[:200]
    return {**ready, "find": words, "offers": queries.products_for(deal, words) if words else [], **refused}


def board_page(*, status: int = 200) -> Response:
    """The board under the filters of the request."""
    owner, territory, lane = (request.args.get(key, "") for key in ("owner", "territory", "lane"))
    now = clock.now()
    period = current_period()
    found = queries.board(
        g.actor,
        now,
        queries.business_day(),
        owner_id=int(owner) if owner.isdigit() else None,
        territory_id=int(territory) if territory.isdigit() else None,
        full=Stage(lane) if lane in ORDER else None,
    )
    filters = {key: value for key, value in (("owner", owner), ("territory", territory)) if value}
    return page(
        "opportunities/board.html",
        "board",
        status=status,
        title="Opportunities",
        board=found,
        full=lane,
        filters=filters,
        query=f"?{urlencode(filters)}" if filters else "",
        owners=queries.owners(g.actor),
        territories=queries.territories(g.actor),
        stages=ORDER,
        near=cache(when),
        days=cache(_days),
        today=queries.business_day(),
        period=period,
        closed=queries.closed_since(g.actor, queries.midnight(period.starts_on)),
        may_edit=g.actor.may("opportunities.edit"),
    )
