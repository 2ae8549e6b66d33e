"""One's own pay: where one stands, statements, questions, what if; and the leaderboard."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import Response, flash, g, request, send_file, url_for

from portal.compensation import queries, services
from portal.compensation.models import Statement
from portal.compensation.rules import interval_of
from portal.compensation.states import Interval
from portal.kernel import files
from portal.kernel.errors import NotFound
from portal.targets.queries import today
from portal.web.auth import needs
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import go, page, see

from . import bp
from .forms import AnswerDispute, RaiseDispute, ShowMe
from .pages import DISPUTE_KINDS, curve_plot, explain, rate_words, tabs, tier_words

HOME = "Commission"


@bp.get("/compensation")
@needs("compensation.view")
def show_mine() -> Any:
    """Where the person stands. Who is on no plan, but runs them, starts at the months of pay."""
    desks = queries.my_desks(g.actor)
    if not desks and g.actor.may("compensation.plans"):
        return go(url_for(".list_periods"))
    picked = {int(one) for one in request.args.getlist("deal") if one.isdigit()}
    return page(
        "compensation/mine.html",
        "what-if",
        title="My commission",
        tabs=tabs(),
        parts=[_part(desk, picked) for desk in desks],
        picked=picked,
        statements=queries.statements_of([one.id for one in queries.participations(g.actor)]),
        participations={one.id: one for one in queries.participations(g.actor)},
        act_form=ActForm(formdata=None),
    )


def _part(desk: queries.Desk, picked: set[int]) -> dict[str, Any]:
    """One plan of the person."""
    standings, deals = queries.standings(desk), queries.open_deals(g.actor, desk)
    chosen = [deal for deal in deals if deal.id in picked]
    supposed = queries.supposed(desk, chosen) if chosen else []
    return {
        "desk": desk,
        "standings": standings,
        "plots": [curve_plot(one, desk) for one in standings],
        "accept": queries.version_to_accept(desk.member.version.plan_id) if desk.member.version else None,
        "deals": deals,
        "supposed": supposed,
        "would_add": sum((one.pays for one in supposed), Decimal(0)),
        "lines": queries.recent_lines(desk),
        "rate_words": rate_words,
    }


@bp.post("/compensation/participants/<int:record_id>/acceptance")
@needs("compensation.view")
def accept_plan(record_id: int) -> Any:
    queries.own_participation(g.actor, record_id)
    return act(
        lambda: services.accept_plan(g.actor, record_id), "Plan accepted", then=lambda: go(url_for(".show_mine"))
    )


@bp.get("/compensation/statements/<int:record_id>")
@needs("compensation.view")
def show_statement(record_id: int) -> Response:
    return _statement_page(queries.statement(g.actor, record_id))


def _statement_page(found: Statement, *, status: int = 200, form: Any = None) -> Response:
    version = queries.version_behind(found)
    terms = version.terms if version else {}
    lines = queries.lines_of(found)
    return page(
        "compensation/statement.html",
        status=status,
        title=f"{found.participant.user.name}, {found.period.starts_on:%B %Y}",
        crumbs=[(HOME, url_for(".show_mine"))],
        statement=found,
        version=version,
        lines=lines,
        adjustments=queries.adjustments_of(found),
        disputes=queries.disputes_of(found.id),
        dispute_kinds=DISPUTE_KINDS,
        own=found.participant.user_id == g.actor.user_id,
        form=form or RaiseDispute(formdata=None),
        act_form=ActForm(formdata=None),
        explain=explain,
        rate_words=rate_words,
        tier=lambda line, number: tier_words(terms, line.component, number, line.quota),
    )


@bp.get("/compensation/statements/<int:record_id>/pdf")
@needs("compensation.view")
def show_statement_pdf(record_id: int) -> Response:
    found = queries.statement(g.actor, record_id)
    if found.pdf_key is None:
        raise NotFound("statement.no_pdf", "The PDF is not made yet. Try again in a minute.")
    name = f"{(found.snapshot or {}).get('number', 'statement')}.pdf"
    return send_file(BytesIO(files.read(found.pdf_key)), "application/pdf", download_name=name)


@bp.post("/compensation/statements/<int:record_id>/confirmation")
@needs("compensation.view")
def confirm_statement(record_id: int) -> Any:
    queries.own_statement(g.actor, record_id)
    return act(
        lambda: services.confirm_statement(g.actor, record_id),
        "Statement confirmed",
        then=lambda: see(show_statement, record_id=record_id),
    )


@bp.post("/compensation/statements/<int:record_id>/disputes")
@needs("compensation.view")
def raise_dispute(record_id: int) -> Any:
    queries.own_statement(g.actor, record_id)
    form = RaiseDispute()
    if submit(
        form,
        lambda: services.raise_dispute(
            g.actor, record_id, earning_id=form.earning_id.data, question=form.question.data
        ),
    ):
        flash("Asked. Sales operations will answer.", "success")
        return see(show_statement, record_id=record_id)
    return _statement_page(queries.statement(g.actor, record_id), status=form.status, form=form)


@bp.get("/compensation/disputes")
@needs("compensation.view")
def list_disputes() -> Response:
    return page(
        "compensation/disputes.html",
        title="Questions about pay",
        crumbs=[(HOME, url_for(".show_mine"))],
        tabs=tabs(),
        disputes=queries.disputes(g.actor),
        kinds=DISPUTE_KINDS,
    )


@bp.get("/compensation/disputes/<int:record_id>")
@needs("compensation.run")
def show_dispute(record_id: int) -> Response:
    found = queries.dispute(record_id)
    return _dispute_page(record_id, AnswerDispute(formdata=None, version=found.version))


def _dispute_page(record_id: int, form: AnswerDispute, *, status: int = 200) -> Response:
    found = queries.dispute(record_id)
    return page(
        "compensation/dispute.html",
        status=status,
        title="A question about pay",
        crumbs=[(HOME, url_for(".show_mine")), ("Questions", url_for(".list_disputes"))],
        dispute=found,
        statement=queries.statement(g.actor, found.statement_id),
        line=queries.line(found.earning_id),
        kinds=DISPUTE_KINDS,
        form=form,
    )


@bp.post("/compensation/disputes/<int:record_id>")
@needs("compensation.run")
def answer_dispute(record_id: int) -> Any:
    queries.dispute(record_id)
    form = AnswerDispute()
    if submit(
        form,
        lambda: services.answer_dispute(
            g.actor, record_id, answer=form.answer.data, amount=form.amount.data, version=form.version.data
        ),
    ):
        flash("Answered", "success")
        return go(url_for(".list_disputes"))
    return _dispute_page(record_id, form, status=form.status)


@bp.get("/compensation/leaderboard")
@needs("compensation.view")
def show_leaderboard() -> Response:
    starts = queries.year_start()
    quarter = interval_of(today(), Interval.QUARTER, starts)
    last = interval_of(quarter.starts_on - timedelta(days=1), Interval.QUARTER, starts)
    hidden = queries.is_hidden(g.actor)
    return page(
        "compensation/leaderboard.html",
        title="Leaderboard",
        crumbs=[(HOME, url_for(".show_mine"))],
        tabs=tabs(),
        quarter=quarter,
        leaders=queries.leaderboard(g.actor, quarter, last),
        hidden_now=hidden,
        form=ShowMe(formdata=None, shown=not hidden),
    )


@bp.post("/compensation/leaderboard")
@needs("compensation.view")
def show_on_leaderboard() -> Any:
    form = ShowMe()
    if submit(form, lambda: services.show_on_leaderboard(g.actor, form.shown.data)):
        flash("You stand on the leaderboard" if form.shown.data else "You are no longer on the leaderboard", "success")
    return go(url_for(".show_leaderboard"))
