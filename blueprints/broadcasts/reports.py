"""What came of broadcasts: figures, the click map, the people behind them, and all mailings side by side."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from babel import dates
from flask import Response, g, request, url_for

from portal.broadcasts.rules.trials import in_points
from portal.emails.queries import values_of
from portal.insights import queries
from portal.insights.queries import RECIPIENTS, HeatMap, Report
from portal.insights.rules import FUNNEL, RATES, Figures
from portal.kernel import clock
from portal.kernel.liquid import personalise
from portal.strategy.rules import axis
from portal.web.auth import needs
from portal.web.filters import format_number, format_percent, format_time, local, viewer_locale, when
from portal.web.framed import body_response, framing
from portal.web.htmx import page
from portal.web.listing import list_page

from .heat import level, painted
from .pages import tabs
from .routes import bp

PEOPLE = ("human_opened", "human_clicked")
SHOWN_DOMAINS = 12


@bp.get("/broadcasts/<int:record_id>/report")
@needs("broadcasts.view")
def show_report(record_id: int) -> Response:
    found = queries.report(g.actor, record_id)
    return page(
        "broadcasts/show_report.html",
        "figures",
        title=found.broadcast.name,
        crumbs=crumbs(),
        **tabs(found.broadcast, "Report"),
        report=found,
        broadcast=found.broadcast,
        total=found.total,
        rates=RATES,
        funnel=FUNNEL,
        curve=_curve(found),
        axis=axis,
        held=queries.hold_out(found.broadcast, found.total["sent"]),
        in_points=in_points,
        people=partial(url_for, ".list_recipients", broadcast=record_id),
        by_variant=lambda key: url_for(".list_recipients", broadcast=record_id, batch=key, figure="sent"),
        by_domain=lambda key: url_for(".list_recipients", broadcast=record_id, domain=key, figure="sent"),
        by_device=lambda key: url_for(".list_recipients", broadcast=record_id, device=key),
        shown_domains=SHOWN_DOMAINS,
    )


def crumbs() -> list[tuple[str, str]]:
    return [("Broadcasts", url_for("broadcasts.list_broadcasts"))]


def _curve(found: Report) -> dict[str, Any]:
    """By hour: who opened and clicked first in it, by people and all."""
    shown = ("sent", "human_opened", "opened", "human_clicked", "clicked")
    lines = {name: [figures[name] for _, figures in found.hours] for name in shown}
    moments = [hour for hour, _ in found.hours]
    rows = [[when(hour), *map(format_number, numbers)] for hour, *numbers in zip(moments, *lines.values(), strict=True)]
    return {"names": [format_time(local(hour)) for hour in moments], "rows": rows, **lines}


@bp.get("/broadcasts/<int:record_id>/clicks")
@needs("broadcasts.view")
def show_clicks(record_id: int) -> Response:
    found, human = _asked(record_id)
    return framing(
        page(
            "broadcasts/show_clicks.html",
            title=found.broadcast.name,
            crumbs=crumbs(),
            **tabs(found.broadcast, "Click map"),
            found=found,
            names=queries.block_names(found),
            broadcast=found.broadcast,
            human=human,
            level=level,
            people=partial(url_for, ".list_recipients", broadcast=record_id),
        )
    )


@bp.get("/broadcasts/<int:record_id>/clicks/mail")
@needs("broadcasts.view")
def show_painted(record_id: int) -> Response:
    """The mail with its clicks, as one of its recipients got it, as a document of its own in a sandbox."""
    found, human = _asked(record_id)
    somebody = found.somebody or 0
    values = values_of([somebody], found.content.language).get(somebody, {})
    html = painted(found.content.html, found.spots, human=human)
    return body_response(personalise(html, values) if found.content.is_template else html)


def _asked(record_id: int) -> tuple[HeatMap, bool]:
    content = request.args.get("content", type=int)
    return queries.heat_map(g.actor, record_id, content), request.args.get("who") != "all"


@bp.get("/broadcasts/recipients")
@needs("broadcasts.view")
def list_recipients() -> Response:
    return list_page(
        "broadcasts/list_recipients.html",
        RECIPIENTS,
        title="Recipients",
        empty="Everybody a broadcast was written down for appears here.",
        row_url=lambda message: url_for("messages.show_message", record_id=message.id),
        under=lambda message: message.address,
    )


@bp.get("/broadcasts/performance")
@needs("broadcasts.view")
def show_performance() -> Response:
    since = clock.now() - timedelta(days=365)
    mailings = queries.performance(g.actor, since)
    return page(
        "broadcasts/show_performance.html",
        title="Email performance",
        crumbs=crumbs(),
        mailings=mailings,
        trend=_trend(queries.by_month(mailings, g.timezone)),
        total=queries.together(one.figures for one in mailings),
        topics=queries.by_topic(mailings),
        ranked=queries.ranked_mailings(mailings),
        rates=RATES,
        axis=axis,
    )


def _trend(months: Sequence[tuple[datetime, int, Figures]]) -> dict[str, Any]:
    """Rates by month in percent."""
    names = [dates.format_skeleton("MMM", month, locale=viewer_locale()) for month, _, _ in months]
    opened, clicked = ([100 * (f.share(part, "delivered") or 0) for _, _, f in months] for part in PEOPLE)
    rows = [
        [
            name,
            format_number(number),
            format_number(f.delivered),
            format_percent(o / 100, 1),
            format_percent(c / 100, 1),
        ]
        for (name, (_, number, f)), o, c in zip(zip(names, months, strict=True), opened, clicked, strict=True)
    ]
    return {"names": names, "rows": rows, "opened": opened, "clicked": clicked}
