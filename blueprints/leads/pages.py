"""The pages that several views show."""

from collections.abc import Sequence
from typing import Any

from flask import g, url_for

from portal.consent.queries import may_send
from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.leads import queries
from portal.leads.models import Lead
from portal.leads.rules import answer_state, international
from portal.leads.states import OPEN
from portal.organization.queries import allows
from portal.scoring.models import ScoreReceipt
from portal.scoring.queries import receipts
from portal.territories.queries import name_of
from portal.web.filters import format_number
from portal.web.forms import ActForm
from portal.web.htmx import page
from portal.web.listing import list_page
from portal.web.records import tabs_of

from .forms import AssignLead, DisqualifyLead


def leads_page() -> Any:
    waiting = queries.count_waiting(g.actor)
    return list_page(
        "leads/list.html",
        queries.LISTING,
        title="Leads",
        sub=f"{format_number(waiting)} {'waits' if waiting == 1 else 'wait'} for a first answer"
        if waiting
        else "Nobody waits for a first answer",
        empty="Publish a page with a form, or type in the first one.",
        row_url=lambda row: url_for("leads.show_lead", record_id=row.id),
        under=lambda row: row.job_title,
        receipts_of=_receipts_once(),
        answer=answer,
    )


def _receipts_once() -> Any:
    """The receipts of all rows, read with the first row that asks."""
    read: dict[int, list[ScoreReceipt]] = {}

    def of(row: Lead, rows: Sequence[Lead]) -> list[ScoreReceipt]:
        if not read:
            read.update({one.id: [] for one in rows} | receipts(Lead.noun, [one.id for one in rows]))
        return read[row.id]

    return of


def answer(row: Lead) -> tuple[str, str]:
    """(state, words) of the first answer: answered, late by, due in."""
    if row.state not in OPEN and row.responded_at is None:
        return "none", ""
    state, left = answer_state(row.respond_by, row.responded_at, clock.now())
    return state, _span(left.total_seconds()) if left is not None else ""


def _span(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 24 * 60 else f"{minutes // (24 * 60)} d"


def lead_page(
    record_id: int, *, disqualify: DisqualifyLead | None = None, assign: AssignLead | None = None, status: int = 200
) -> Any:
    lead = queries.lead(g.actor, record_id)
    rights = {name: allows(g.actor, f"leads.{name}", lead) for name in ("edit", "assign", "qualify")}
    if rights["assign"] and assign is None:
        assign = AssignLead(formdata=None).offer(queries.assignable(g.actor, clock.today(g.timezone)))
    return page(
        "leads/lead.html",
        status=status,
        title=lead.name,
        crumbs=[("Leads", url_for("leads.list_leads"))],
        lead=lead,
        is_open=lead.state in OPEN,
        state_name=queries.STATE_NAMES[lead.state],
        rights=rights,
        receipts=receipts(Lead.noun, [lead.id])[lead.id],
        answer=answer(lead),
        verdicts=_verdicts(lead),
        act_form=ActForm(formdata=None),
        disqualify=disqualify or DisqualifyLead(formdata=None),
        assign=assign,
        territory=name_of(lead.territory_id),
        **tabs_of(lead),
    )


def _verdicts(lead: Lead) -> list[tuple[str, bool, str]]:
    """(what, allowed, why) for each way to write to this person."""
    asked = [("Marketing by email", Channel.EMAIL, lead.email, Purpose.COMMERCIAL)]
    if number := international(lead.phone, lead.country):
        asked.append(("SMS about a request", Channel.SMS, number, Purpose.TRANSACTIONAL))
    found = []
    for what, channel, address, purpose in asked:
        try:
            verdict = may_send(channel, address, purpose)
        except Refused as refusal:
            found.append((what, False, refusal.message))
        else:
            found.append((what, verdict.allowed, verdict.why))
    return found
