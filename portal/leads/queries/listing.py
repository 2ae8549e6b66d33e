"""The list of leads, what waits for whom, and single leads."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import get, names_of_positions, own_position, reach, visible_to
from portal.scoring.rules import LETTERS
from portal.territories import queries as territories

from ..models import Lead
from ..states import OPEN, LeadState

FAR = datetime(9999, 1, 1, tzinfo=UTC)
STATE_NAMES = {
    LeadState.NEW: "New",
    LeadState.CONTACTED: "Contacted",
    LeadState.QUALIFIED: "Qualified",
    LeadState.DISQUALIFIED: "Disqualified",
}


def lead(actor: Actor, lead_id: int, *, lock: bool = False) -> Lead:
    return get(actor, Lead, lead_id, lock=lock)


def _rows(actor: Actor) -> Select[Lead]:
    return visible_to(actor, Lead).options(joinedload(Lead.owner), joinedload(Lead.territory))


def _owners(actor: Actor) -> list[tuple[str, str]]:
    """The person asking first, then everybody who owns a lead they may see."""
    owning = select(Lead.owner_id).where(reach(actor, Lead, "leads.view"), Lead.owner_id.is_not(None)).distinct()
    held, called = set(db.session.scalars(owning)), names_of_positions(clock.today("UTC"))
    others = sorted((called.get(p, ""), p) for p in held - {own_position(actor)} if p is not None)
    mine = own_position(actor)
    return ([(str(mine), "Mine")] if mine else []) + [(str(p), name) for name, p in others]


def _sources(actor: Actor) -> list[tuple[str, str]]:
    query = select(Lead.source).where(reach(actor, Lead, "leads.view"), Lead.source != "").distinct()
    return [(source, source) for source in db.session.scalars(query.order_by(Lead.source))]


def _territories(actor: Actor) -> list[tuple[str, str]]:
    return sorted(((str(key), name) for key, name in territories.names().items()), key=lambda pair: pair[1])


def _letters(actor: Actor) -> list[tuple[str, str]]:
    return [(letter, letter) for letter, _ in LETTERS]


def _states(actor: Actor) -> list[tuple[str, str]]:
    return [(state.value, name) for state, name in STATE_NAMES.items()]


LISTING = Listing(
    name="leads",
    query=_rows,
    identity=Lead.id,
    fields=(
        Field("name", "Lead", Lead.last_name, value=lambda row: row.name),
        Field("company", "Company", Lead.company),
        Field("source", "Source", Lead.source, filter="choice", choices=_sources),
        Field("score", "Score", Lead.score, kind="number", filter="range"),
        Field("grade", "Grade", Lead.grade),
        Field(
            "letter",
            "Fit",
            func.substr(Lead.grade, 1, 1),
            value=lambda row: row.grade[:1],
            shown=False,
            filter="choice",
            choices=_letters,
        ),
        Field(
            "state",
            "Status",
            Lead.state,
            value=lambda row: STATE_NAMES[row.state],
            kind="state",
            filter="choice",
            choices=_states,
        ),
        Field("open", "Open", Lead.state.in_(OPEN), value=lambda row: row.state in OPEN, shown=False, filter="flag"),
        Field(
            "owner",
            "Owner",
            func.coalesce(Lead.owner_id, 0),
            value=lambda row: row.owner.title if row.owner else "",
            filter="choice",
            choices=_owners,
        ),
        Field(
            "territory",
            "Territory",
            func.coalesce(Lead.territory_id, 0),
            value=lambda row: row.territory.name if row.territory else "",
            shown=False,
            filter="choice",
            choices=_territories,
        ),
        Field(
            "respond_by",
            "First answer",
            func.coalesce(Lead.respond_by, FAR),
            value=lambda row: row.respond_by,
            kind="datetime",
        ),
        Field("created_at", "Came in", Lead.created_at, kind="datetime", shown=False, filter="range"),
        Field("email", "Email", Lead.email, shown=False),
        Field("phone", "Phone", Lead.phone, shown=False),
        Field("country", "Country", Lead.country, shown=False),
    ),
    sort="-score",
    words=(Lead.first_name, Lead.last_name, Lead.company, Lead.email, Lead.city),
)


def views(actor: Actor) -> list[tuple[str, dict[str, str], int]]:
    """The views everybody starts with: (name, filters, how many)."""
    mine, counts = own_position(actor), select(func.count()).select_from(Lead).where(reach(actor, Lead, "leads.view"))
    is_open = Lead.state.in_(OPEN)
    found = [
        ("All open", {"open": "1"}, counts.where(is_open)),
        ("New", {"state": "new"}, counts.where(Lead.state == LeadState.NEW)),
    ]
    if mine:
        query = counts.where(is_open, Lead.owner_id == mine)
        found.insert(0, ("Mine, open", {"owner": str(mine), "open": "1"}, query))
    found.append(("All", {}, counts))
    row = db.session.execute(select(*(query.scalar_subquery() for _, _, query in found))).one()
    return [(name, args, count) for (name, args, _), count in zip(found, row, strict=True)]


def my_open(actor: Actor, limit: int = 20) -> Sequence[Lead]:
    """The open leads of the person's own positions: those that wait for a first answer first, then the best."""
    mine = visible_to(actor, Lead).where(Lead.owner_id.in_(actor.position_ids), Lead.state.in_(OPEN))
    waiting = (Lead.responded_at.is_not(None), func.coalesce(Lead.respond_by, FAR), Lead.score.desc(), Lead.id)
    return db.session.scalars(mine.order_by(*waiting).limit(limit)).all()


def count_waiting(actor: Actor) -> int:
    """Open leads the person may see that nobody has answered yet."""
    query = select(func.count()).select_from(Lead).where(reach(actor, Lead, "leads.view"))
    return db.session.scalar(query.where(Lead.state == LeadState.NEW, Lead.responded_at.is_(None))) or 0


def open_lead_with(email: str, *, lock: bool = False) -> Lead | None:
    """The one open lead of an address."""
    query = select(Lead).where(Lead.email == email, Lead.state.in_(OPEN))
    return db.session.scalar(query.with_for_update() if lock else query)
