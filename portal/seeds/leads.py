"""Leads with their history, scored by the real model."""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.activities.models import Activity, Regarding
from portal.activities.states import Kind
from portal.consent.services import record
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.db import db
from portal.landing.models import LandingPage, Submission
from portal.leads.models import Lead
from portal.leads.queries import STATE_NAMES
from portal.leads.rules import RESPOND_WITHIN
from portal.leads.services import rescore, route
from portal.leads.states import REASONS, LeadState

from .world import World

SOURCES = {"landing_page": "Landing page", "webinar": "Webinar", "trade_fair": "Trade fair", "referral": "Referral"}
CAMPAIGNS = {"landing_page": "reseller-programme", "webinar": "spring-webinar", "trade_fair": "bicycle-fair"}
MET = {"webinar": "Attended the webinar on the spring range", "trade_fair": "Met at our stand at the trade fair"}
ANSWER_AFTER = timedelta(minutes=38)


def load(world: World) -> None:
    pages = {page.language: page for page in db.session.scalars(select(LandingPage))}
    now = clock.now()
    oldest_first = sorted(world.rows("leads"), key=lambda row: -int(row["age_in_days"]))
    for number, row in enumerate(oldest_first):
        at = now - timedelta(days=int(row["age_in_days"]), minutes=5 + 23 * (11 - number % 12))
        lead = _lead(row, at, now)
        route(lead)
        db.session.add(lead)
        db.session.flush()
        world.leads[lead.email] = lead
        _history(row, lead, pages["de" if row["country"] == "DE" else "en"])
        if row["marketing_consent"] == "1":
            page = pages["de" if row["country"] == "DE" else "en"] if row["source"] == "landing_page" else None
            source = f"landing:{page.slug}" if page else SOURCES[row["source"]]
            wording = page.news_wording if page else "Agreed in person to hear from us by email."
            with clock.frozen(at):
                record(
                    Channel.EMAIL, lead.email, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source=source, wording=wording
                )
    db.session.flush()
    rescore([lead.id for lead in world.leads.values()], now)


def _lead(row: dict[str, str], at: datetime, now: datetime) -> Lead:
    copied = (
        "first_name",
        "last_name",
        "email",
        "phone",
        "company",
        "job_title",
        "city",
        "region",
        "postcode",
        "country",
        "message",
    )
    state = LeadState(row["status"])
    answered = state is not LeadState.NEW
    return Lead(
        **{name: row[name] for name in copied},
        employees=int(row["employees"]) if row["employees"] else None,
        language="de" if row["country"] == "DE" else "en",
        source=SOURCES[row["source"]],
        campaign=CAMPAIGNS.get(row["source"], ""),
        state=state,
        disqualified_reason=next((r for r in REASONS if r.lower() == row["reason"].lower()), ""),
        created_at=at,
        respond_by=at + RESPOND_WITHIN,
        responded_at=min(at + ANSWER_AFTER, now) if answered else None,
    )


def _history(row: dict[str, str], lead: Lead, page: LandingPage) -> None:
    """What the timeline shows: how the lead came in, and the first answer."""
    about = [Regarding(noun_of="leads", record_id=lead.id)]
    if row["source"] == "landing_page":
        sent = _submission(row, lead, page)
        about.append(Regarding(noun_of="submissions", record_id=sent.id))
        _add(lead, Kind.FORM, f"Sent the form “{page.title}”", lead.created_at, about, url=f"/landing/{page.id}")
    elif row["source"] in MET:
        _add(lead, Kind.MEETING, MET[row["source"]], lead.created_at, about)
    else:
        _add(lead, Kind.NOTE, "Recommended by a customer", lead.created_at, about)
    if lead.responded_at:
        _add(lead, Kind.CALL, f"Called {lead.name}", lead.responded_at, [Regarding(noun_of="leads", record_id=lead.id)])
    if lead.state is LeadState.DISQUALIFIED and lead.responded_at:
        words = f"{STATE_NAMES[lead.state]}: {lead.disqualified_reason}"
        _add(lead, Kind.SYSTEM, words, lead.responded_at, [Regarding(noun_of="leads", record_id=lead.id)])


def _submission(row: dict[str, str], lead: Lead, page: LandingPage) -> Submission:
    payload = {name: row[name] for name in ("email", "company", "phone", "country", "message")}
    sent = Submission(
        page_id=page.id,
        nonce=f"demo:{lead.id}",
        payload={"name": lead.name, **payload, "consent": True, "news": row["marketing_consent"] == "1", "sms": False},
        received_at=lead.created_at,
    )
    db.session.add(sent)
    db.session.flush()
    return sent


def _add(lead: Lead, kind: Kind, subject: str, at: datetime, about: list[Regarding], url: str = "") -> None:
    body = lead.message if kind in (Kind.FORM, Kind.MEETING, Kind.NOTE) else ""
    owned = {"owner_id": lead.owner_id, "territory_id": lead.territory_id}
    db.session.add(
        Activity(kind=kind, subject=subject, body=body, author=lead.name, url=url, at=at, regarding=about, **owned)
    )
