"""What a lead is scored on, and what its score would be under another model."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import String, cast, func, or_, select

from portal.activities.models import Activity, Regarding
from portal.activities.states import Kind
from portal.consent.models import Consent
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import reach, visible_to
from portal.scoring import rules as scoring

from ..models import Lead
from ..rules import FREE_MAIL, domain_of, international
from ..states import OPEN


def count_by_grade(actor: Actor) -> dict[str, int]:
    """Open leads per grade, as far as the person sees them."""
    query = select(Lead.grade, func.count()).where(reach(actor, Lead, "leads.view"), Lead.state.in_(OPEN))
    return dict(db.session.execute(query.group_by(Lead.grade)).all())


def what_if(
    actor: Actor, model: Sequence[scoring.Rule], now: datetime, limit: int = 500
) -> list[tuple[Lead, scoring.Score]]:
    """Open leads the person may see, best first, with the score they would have under another model."""
    query = visible_to(actor, Lead).where(Lead.state.in_(OPEN)).order_by(Lead.score.desc(), Lead.id).limit(limit)
    found = db.session.scalars(query).all()
    return list(zip(found, scores(found, model, now), strict=True))


def scores(leads: Sequence[Lead], model: Sequence[scoring.Rule], now: datetime) -> Iterable[scoring.Score]:
    """The score of each lead under a model, in their order."""
    happened, wanted = _happenings([lead.id for lead in leads]), _news_wanted([lead.email for lead in leads])
    for one in leads:
        facts = _facts(one, news_wanted=one.email in wanted)
        yield scoring.score(facts, happened.get(one.id, ()), model, now)


def _facts(one: Lead, *, news_wanted: bool) -> scoring.Facts:
    plain = ("source", "country", "region", "industry", "company", "job_title", "phone", "message", "campaign")
    domain = domain_of(one.email)
    facts: dict[str, scoring.Value] = {name: getattr(one, name) for name in plain}
    return facts | {
        "employees": one.employees,
        "email_domain": domain,
        "free_mail": domain in FREE_MAIL,
        "news_wanted": news_wanted,
    }


HAPPENINGS = (Kind.FORM, Kind.MEETING, Kind.CALL, Kind.EMAIL)


def _happenings(lead_ids: Sequence[int]) -> dict[int, list[scoring.Happening]]:
    """What each lead did, from the timelines: what has happened, not what is planned."""
    query = (
        select(Regarding.record_id, Activity.kind, Activity.at, Activity.subject)
        .join(Activity, Activity.id == Regarding.activity_id)
        .where(Regarding.noun_of == Lead.noun, Regarding.record_id.in_(lead_ids), Activity.kind.in_(HAPPENINGS))
        .where(or_(Activity.due_at.is_(None), Activity.done_at.is_not(None)))
    )
    found: dict[int, list[scoring.Happening]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.record_id, []).append(scoring.Happening(row.kind.value, row.at, row.subject))
    return found


def _news_wanted(emails: Sequence[str]) -> set[str]:
    wanted = select(Consent.address).where(Consent.channel == Channel.EMAIL, Consent.purpose == Purpose.COMMERCIAL)
    agreed = wanted.where(Consent.state == ConsentState.OPTED_IN, Consent.address.in_(emails))
    return set(db.session.scalars(agreed))


def _find_leads(person: persons.Person) -> persons.Person:
    found = db.session.scalars(select(Lead).where(Lead.email.in_(person.emails))).all()
    ids, names = [lead.id for lead in found], [lead.name for lead in found if lead.first_name]
    phones = [international(lead.phone, lead.country) for lead in found]
    return person.known_as("leads", ids, (), phones, names, typed=[lead.phone for lead in found])


BLANK = ("first_name", "job_title", "phone", "company", "city", "postcode", "message", "assigned_because")
persons.find_by(_find_leads)
persons.leave(
    persons.Trail(
        "leads", Lead, lambda person: Lead.id.in_(person.of("leads")),
        dict.fromkeys(BLANK, "")
        | {"last_name": persons.NOBODY, "email": "erased-" + cast(Lead.id, String), "version": Lead.version + 1},
        scrubs=("disqualified_reason",),
    )
)  # fmt: skip
