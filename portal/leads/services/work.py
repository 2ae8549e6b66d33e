"""Working leads: catch, score, assign, answer, put aside."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select, update

from portal.accounts.rules import split_name
from portal.activities import services as activities
from portal.activities.states import Kind
from portal.campaigns.queries import word_of
from portal.consent import services as consent
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.landing.models import Submission
from portal.organization.queries import authorize, own_position, seated_user
from portal.scoring import queries as scoring
from portal.scoring.services import keep_receipts
from portal.territories.queries import Facts, place
from portal.workspace import services as workspace

from .. import queries
from ..events import LeadCaptured
from ..models import Lead
from ..rules import RESPOND_WITHIN, international
from ..states import MOVES, OPEN, REASONS, LeadState

SLICE = 500
VISITOR_MAY_FILL = ("first_name", "phone", "company", "country", "message", "campaign")


def capture_submission(submission_id: int) -> Lead | None:
    """Make the submission a lead, or add it to the open lead of its address. None when that was done before."""
    if queries.taken_in(submission_id):
        return None
    sent = db.session.get_one(Submission, submission_id)
    typed = _typed(sent)
    found = queries.open_lead_with(typed["email"], lock=True)
    if found is None:
        found = Lead(
            **typed, source=sent.page.source, respond_by=sent.received_at + RESPOND_WITHIN, created_at=sent.received_at
        )
        route(found)
        db.session.add(found)
        db.session.flush()
    else:
        for name in VISITOR_MAY_FILL:
            if not getattr(found, name):
                setattr(found, name, typed[name])
    activities.log(
        Kind.FORM,
        f"Sent the form “{sent.page.title}”",
        author=f"{typed['first_name']} {typed['last_name']}".strip(),
        about=[("leads", found.id), ("submissions", submission_id)],
        body=typed["message"],
        url=f"/landing/{sent.page_id}",
        at=sent.received_at,
        owner_id=found.owner_id,
        territory_id=found.territory_id,
    )
    _record_consent(sent, typed)
    rescore([found.id], clock.now())
    _notify(found, f"submission:{submission_id}:lead", f"{found.name} sent “{sent.page.title}”")
    emit(LeadCaptured(lead_id=found.id, submission_id=submission_id))
    return found


def _typed(sent: Submission) -> dict[str, Any]:
    given: dict[str, Any] = sent.payload
    first, last = split_name(given["name"])
    return {
        "first_name": first,
        "last_name": last or given["email"].partition("@")[0],
        "email": given["email"],
        "company": given["company"],
        "phone": given["phone"],
        "country": given["country"],
        "message": given["message"],
        "language": sent.page.language,
        "campaign": given.get("utm_campaign") or word_of(sent.page.campaign_id),
    }


def _record_consent(sent: Submission, typed: dict[str, Any]) -> None:
    """Each box that was ticked, with the words that stood beside it. That somebody may answer is no yes to news."""
    source, email = f"landing:{sent.page.slug}", typed["email"]
    shown: dict[str, Any] = {"source": source, "ip": sent.ip, "form": (sent.page_id, sent.page_version)}
    said: Callable[..., object] = partial(consent.record, state=ConsentState.OPTED_IN, **shown)
    news: Callable[..., object] = partial(said, Channel.EMAIL, email, Purpose.COMMERCIAL)
    if sent.page.double_opt_in:
        news = partial(consent.ask, email, language=sent.page.language, **shown)
    mobile = international(typed["phone"], typed["country"])
    boxes: dict[str, Callable[..., object] | None] = {
        "consent": partial(said, Channel.EMAIL, email, Purpose.TRANSACTIONAL),
        "news": partial(news, topic_id=sent.page.topic_id),
        "sms": partial(said, Channel.SMS, mobile, Purpose.TRANSACTIONAL) if mobile else None,
    }
    for box, say in boxes.items():
        if say and sent.payload.get(box):
            say(wording=sent.payload.get(f"{box}_wording", ""))


def route(lead: Lead) -> None:
    """Put the lead in its territory and give it to the position that answers for it, with the reason in words."""
    placed = place(_whereabouts(lead))
    lead.territory_id = placed.territory_id
    lead.owner_id, why = queries.taker(lead)
    lead.assigned_because = f"{placed.why}; {why}"


def _whereabouts(lead: Lead) -> Facts:
    """A lead that is not stored yet has no empty texts either."""
    return Facts(
        lead.country or "", lead.region or "", lead.postcode or "", lead.industry or "", employees=lead.employees
    )


def _notify(lead: Lead, reason: str, text: str) -> None:
    """Tell whoever sits in the owner position today."""
    owner = seated_user(lead.owner_id, clock.today("UTC"))
    if owner:
        workspace.notify(owner.id, text, f"/leads/{lead.id}", reason)


def create_lead(actor: Actor, **values: Any) -> Lead:
    """A lead typed in by hand belongs to who typed it, or else to who covers its territory."""
    authorize(actor, "leads.edit")
    made = Lead(**values)
    route(made)
    if (mine := own_position(actor)) and not actor.may("leads.assign"):
        made.owner_id, made.assigned_because = mine, f"{actor.name} typed this lead in"
    db.session.add(made)
    db.session.flush()
    rescore([made.id], clock.now())
    return made


def change_lead(actor: Actor, lead_id: int, version: int | None, **values: Any) -> Lead:
    """Raises Stale when somebody else changed the lead first. Its territory follows its address, its owner does not."""
    lead = queries.lead(actor, lead_id, lock=True)
    authorize(actor, "leads.edit", lead)
    lead.expect(version)
    for name, value in values.items():
        setattr(lead, name, value)
    lead.territory_id = place(_whereabouts(lead)).territory_id
    db.session.flush()
    rescore([lead.id], clock.now())
    return lead


def mark_contacted(actor: Actor, lead_id: int, *, at: datetime) -> Lead:
    """The first answer was given; the clock of the lead stops."""
    lead = queries.lead(actor, lead_id, lock=True)
    authorize(actor, "leads.edit", lead)
    check_move(MOVES, lead.state, LeadState.CONTACTED, noun="lead")
    lead.state, lead.responded_at = LeadState.CONTACTED, lead.responded_at or at
    _log(lead, actor, "Marked as contacted")
    return lead


def disqualify(actor: Actor, lead_id: int, reason: str) -> Lead:
    """Put the lead aside for a reason. Raises Refused unless it is open."""
    lead = queries.lead(actor, lead_id, lock=True)
    authorize(actor, "leads.edit", lead)
    if reason not in REASONS:
        raise Refused("lead.reason_needed", "Choose a reason.", "reason")
    check_move(MOVES, lead.state, LeadState.DISQUALIFIED, noun="lead")
    lead.state, lead.disqualified_reason = LeadState.DISQUALIFIED, reason
    _log(lead, actor, f"Disqualified: {reason}")
    return lead


def reactivate(actor: Actor, lead_id: int) -> Lead:
    """Back to work: contacted when it was answered before, else new. Raises Refused when the address has an open lead."""
    lead = queries.lead(actor, lead_id, lock=True)
    authorize(actor, "leads.edit", lead)
    if lead.state is not LeadState.DISQUALIFIED:
        raise Refused("lead.not_disqualified", "Only a disqualified lead can be taken up again.")
    other = queries.open_lead_with(lead.email)
    if other:
        raise Refused("lead.email_taken", "An open lead has this address already.")
    check_move(MOVES, lead.state, LeadState.CONTACTED if lead.responded_at else LeadState.NEW, noun="lead")
    lead.state = LeadState.CONTACTED if lead.responded_at else LeadState.NEW
    lead.disqualified_reason = ""
    _log(lead, actor, "Taken up again")
    return lead


def assign(actor: Actor, lead_id: int, position_id: int, reason: str) -> Lead:
    """Give the lead to a position by hand. Raises Refused for one out of the person's reach."""
    lead = queries.lead(actor, lead_id, lock=True)
    authorize(actor, "leads.assign", lead)
    offered = dict(queries.assignable(actor, clock.today("UTC")))
    if position_id not in offered:
        raise Refused("lead.not_assignable", "Choose somebody from the list.", "position_id")
    if lead.state not in OPEN:
        raise Refused("lead.closed", "Only an open lead can be given to somebody.")
    lead.owner_id = position_id
    lead.assigned_because = f"{actor.name} gave it to {offered[position_id]}" + (f": {reason}" if reason else "")
    _log(lead, actor, f"Assigned to {offered[position_id]}", reason)
    _notify(lead, f"lead:{lead.id}:assigned:{lead.version}:{position_id}", f"{lead.name} is yours now")
    return lead


def _log(lead: Lead, actor: Actor, subject: str, body: str = "") -> None:
    activities.log(
        Kind.SYSTEM,
        subject,
        author=actor.signs(lead.owner_id),
        about=[("leads", lead.id)],
        body=body,
        owner_id=lead.owner_id,
        territory_id=lead.territory_id,
    )


def rescore(lead_ids: Sequence[int], now: datetime) -> None:
    """Score these leads under the model in force and keep the receipts. Changes neither version nor audit."""
    leads = db.session.scalars(select(Lead).where(Lead.id.in_(lead_ids)).order_by(Lead.id)).all()
    found = {lead.id: score for lead, score in zip(leads, queries.scores(leads, scoring.model(), now), strict=True)}
    keep_receipts(Lead.noun, found, now)
    table = Lead.__table__
    rows = [
        {"lead": key, "fit": s.fit, "engagement": s.engagement, "score": s.total, "grade": s.grade, "scored_at": now}
        for key, s in found.items()
    ]
    if rows:
        db.session.execute(update(table).where(table.c.id == bindparam("lead")), rows)  # type: ignore[arg-type]
    for lead in leads:
        db.session.expire(lead, ["fit", "engagement", "score", "grade", "scored_at"])


def rescore_slice(after_id: int, now: datetime) -> int | None:
    """Score the next open leads; the id to go on after, or None at the end."""
    query = select(Lead.id).where(Lead.id > after_id, Lead.state.in_(OPEN)).order_by(Lead.id).limit(SLICE)
    ids = db.session.scalars(query).all()
    rescore(ids, now)
    return ids[-1] if len(ids) == SLICE else None
