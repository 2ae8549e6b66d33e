"""What came of broadcasts: figures, the click map, the people behind them, and all mailings side by side."""

from datetime import timedelta

from flask import Response, g, request, url_for

from portal.insights import queries
from portal.insights.queries import RECIPIENTS, HeatMap, Report
from portal.insights.rules import FUNNEL, RATES
from portal.kernel import clock
from portal.strategy.rules import axis
from portal.web.auth import needs
from portal.web.framed import body_response, framing
from portal.web.htmx import page
from portal.web.listing import list_page

from .heat import level, painted
from .routes import bp

MONTHS = 12
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
        report=found,
        broadcast=found.broadcast,
        total=found.total,
        rates=RATES,
        funnel=FUNNEL,
        curve=_curve(found),
        axis=axis,
        people=lambda **values: url_for(".list_recipients", broadcast=record_id, **values),
        shown_domains=SHOWN_DOMAINS,
    )


def crumbs() -> list[tuple[str, str]]:
    return [("Broadcasts", url_for("broadcasts.list_broadcasts"))]


def _curve(found: Report) -> dict[str, list[int]]:
    """By hour: who opened and clicked first in it, by people and all."""
    names = ("sent", "opened", "human_opened", "clicked", "human_clicked")
    return {name: [figures[name] for _, figures in found.hours] for name in names}


@bp.get("/broadcasts/<int:record_id>/clicks")
@needs("broadcasts.view")
def show_clicks(record_id: int) -> Response:
    found, human = _asked(record_id)
    return framing(
        page(
            "broadcasts/show_clicks.html",
            title=found.broadcast.name,
            crumbs=crumbs(),
            found=found,
            broadcast=found.broadcast,
            human=human,
            level=level,
            people=lambda **values: url_for(".list_recipients", broadcast=record_id, **values),
        )
    )


@bp.get("/broadcasts/<int:record_id>/clicks/mail")
@needs("broadcasts.view")
def show_painted(record_id: int) -> Response:
    """The mail with its clicks, as a document of its own in a sandbox."""
    found, human = _asked(record_id)
    return body_response(painted(found.content.html, found.spots, human=human))


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
        months=queries.by_month(mailings, g.timezone),
        topics=queries.by_topic(mailings),
        ranked=queries.ranked_mailings(mailings),
        rates=RATES,
        axis=axis,
    )
