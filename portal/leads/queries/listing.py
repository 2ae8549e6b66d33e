"""The list of leads, what waits for whom, and single leads."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import get, owner_field, reach, visible_to
from portal.scoring.rules import LETTERS
from portal.territories import queries as territories

from ..models import Lead
from ..states import OPEN, LeadState

STATE_NAMES = {
    LeadState.NEW: "New",
    LeadState.CONTACTED: "Contacted",
    LeadState.QUALIFIED: "Qualified",
    LeadState.DISQUALIFIED: "Disqualified",
}


def lead(actor: Actor, lead_id: int, *, lock: bool = False) -> Lead:
    return get(actor, Lead, lead_id, lock=lock)


def _rows(actor: Actor) -> Select[Lead]:
    return visible_to(actor, Lead).options(joinedload(Lead.territory))


def _sources(actor: Actor) -> list[tuple[str, str]]:
    query = select(Lead.source).where(reach(actor, Lead, "leads.view"), Lead.source != "").distinct()
    return [(source, source) for source in db.session.scalars(query.order_by(Lead.source))]


def _territories(actor: Actor) -> list[tuple[str, str]]:
    return sorted(((str(key), name) for key, name in territories.names().items()), key=lambda pair: pair[1])


def _grades(actor: Actor) -> list[tuple[str, str]]:
    return [(letter, f"{letter}1 to {letter}4") for letter, _ in LETTERS]


def _has_letter(actor: Actor, value: str) -> ColumnElement[bool]:
    return Lead.grade.startswith(value, autoescape=True)


def _states(actor: Actor) -> list[tuple[str, str]]:
    return [("open", "Open"), *((state.value, name) for state, name in STATE_NAMES.items())]


def _state(row: Lead) -> str:
    return STATE_NAMES[row.state]


def _territory(row: Lead) -> str:
    return row.territory.name if row.territory else ""


def _is_state(actor: Actor, value: str) -> ColumnElement[bool]:
    return Lead.state.in_(OPEN) if value == "open" else Lead.state == LeadState(value)


LISTING = Listing(
    name="leads",
    query=_rows,
    identity=Lead.id,
    fields=(
        Field("name", "Lead", Lead.last_name, value=lambda row: row.name),
        Field("company", "Company", Lead.company),
        Field("source", "Source", Lead.source, filter="choice", choices=_sources),
        Field("score", "Score", Lead.score, kind="number", filter="range"),
        Field("grade", "Grade", Lead.grade, filter="choice", choices=_grades, match=_has_letter),
        Field("state", "Status", Lead.state, value=_state, filter="choice", choices=_states, match=_is_state),
        owner_field(Lead, shown=True),
        Field("respond_by", "First answer", Lead.respond_by, kind="datetime"),
        Field(
            "territory",
            "Territory",
            Lead.territory_id,
            value=_territory,
            shown=False,
            filter="choice",
            choices=_territories,
        ),
        Field("created_at", "Came in", Lead.created_at, kind="datetime", shown=False, filter="range"),
        Field(
            "campaign",
            "Campaign",
            Lead.campaign,
            shown=False,
            filter="contains",
            match=lambda actor, text: Lead.campaign == text.strip(),
        ),
        Field("job_title", "Job title", Lead.job_title, shown=False),
        Field("email", "Email", Lead.email, shown=False),
        Field("phone", "Phone", Lead.phone, shown=False),
        Field("country", "Country", Lead.country, shown=False),
    ),
    sort="-score",
    words=(Lead.first_name, Lead.last_name, Lead.company, Lead.email, Lead.city),
    views=(("Mine, open", "owner=me&state=open"), ("New", "state=new"), ("Best fit, not called", "grade=A&state=new")),
)


def my_open(actor: Actor, limit: int = 20) -> Sequence[Lead]:
    """The open leads of the person's own positions: those that wait for a first answer first, then the best."""
    mine = visible_to(actor, Lead).where(Lead.owner_id.in_(actor.position_ids), Lead.state.in_(OPEN))
    waiting = (Lead.responded_at.is_not(None), Lead.respond_by.is_(None), Lead.respond_by, Lead.score.desc(), Lead.id)
    return db.session.scalars(mine.order_by(*waiting).limit(limit)).all()


def count_waiting(actor: Actor) -> int:
    """Open leads the person may see that nobody has answered yet."""
    query = select(func.count()).select_from(Lead).where(reach(actor, Lead, "leads.view"))
    return db.session.scalar(query.where(Lead.state == LeadState.NEW, Lead.responded_at.is_(None))) or 0


def open_lead_with(email: str, *, lock: bool = False) -> Lead | None:
    """The one open lead of an address."""
    query = select(Lead).where(Lead.email == email, Lead.state.in_(OPEN))
    return db.session.scalar(query.with_for_update() if lock else query)
