"""Landing pages and what came in through them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import with_expression

from portal.kernel import clock, persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Field, Listing
from portal.organization.queries import authorize, get, visible_to

from .models import LandingPage, PageVersion, Submission


class PublicPage(NamedTuple):
    """What a visitor's page needs, read as plain values: this is the busiest page of all."""

    id: int
    slug: str
    title: str
    lead: str
    body: str
    language: str
    consent_wording: str
    news_wording: str
    thanks: str
    ask_phone: bool
    version: int


_known: dict[str, PublicPage] = {}  # as this process last read them: good for an act that makes sure of `version`
_SHOWN = select(*(LandingPage.__table__.c[name] for name in PublicPage._fields)).where(
    LandingPage.__table__.c.slug == bindparam("slug"), LandingPage.__table__.c.published
)


def public_page(slug: str) -> PublicPage:
    """The published page at /p/SLUG. Raises NotFound for one that is not published."""
    _known.pop(slug, None)
    row = db.session.execute(_SHOWN, {"slug": slug}).one_or_none()
    if row is None:
        raise NotFound("landing.not_found", "There is no such page.")
    found = _known[slug] = PublicPage(*row)
    return found


def known_page(slug: str) -> PublicPage:
    """The same as this process last read it: it may have been changed or withdrawn since. Raises NotFound."""
    return _known.get(slug) or public_page(slug)


def preview(actor: Actor, page_id: int) -> PublicPage:
    """The page as visitors would see it, published or not."""
    found = get(actor, LandingPage, page_id)
    return PublicPage(*(getattr(found, name) for name in PublicPage._fields))


def page_as_of(actor: Actor, page_id: int, version: int) -> PublicPage:
    """As it read when it had this version. Raises NotFound."""
    found = get(actor, LandingPage, page_id)
    kept = select(PageVersion).where(PageVersion.page_id == found.id, PageVersion.version <= version)
    then = db.session.scalar(kept.order_by(PageVersion.version.desc()).limit(1))
    if then is None:
        raise NotFound("landing.not_found", "There is no such page.")
    return PublicPage(id=found.id, version=then.version, **then.words)


def landing_page(actor: Actor, page_id: int, *, lock: bool = False) -> LandingPage:
    return get(actor, LandingPage, page_id, lock=lock)


def _pages(actor: Actor) -> Select[Any]:
    counted = select(func.count(Submission.id)).where(Submission.page_id == LandingPage.id).scalar_subquery()
    return visible_to(actor, LandingPage).options(with_expression(LandingPage.submissions, counted))


PAGES = Listing(
    name="landing",
    query=_pages,
    identity=LandingPage.id,
    fields=(
        Field("title", "Page", LandingPage.title),
        Field("slug", "Address", LandingPage.slug, value=lambda page: f"/p/{page.slug}"),
        Field("language", "Language", LandingPage.language),
        Field("source", "Source of its leads", LandingPage.source),
        Field(
            "published",
            "State",
            LandingPage.published,
            value=lambda page: "Published" if page.published else "Draft",
            filter="flag",
            kind="state",
        ),
        Field("submissions", "Submissions", value=lambda page: page.submissions, kind="number", sortable=False),
        Field("created_at", "Made", LandingPage.created_at, kind="datetime"),
    ),
    sort="-created_at",
    words=(LandingPage.title, LandingPage.slug, LandingPage.source),
)


def submissions(actor: Actor, page_id: int, *, before: int | None = None, limit: int = 50) -> Sequence[Submission]:
    """What came in through a page, newest first."""
    authorize(actor, "landing.view")
    query = select(Submission).where(Submission.page_id == page_id)
    if before:
        query = query.where(Submission.id < before)
    return db.session.scalars(query.order_by(Submission.id.desc()).limit(limit)).all()


def count_submissions(page_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Submission.page_id == page_id)) or 0


def submissions_per_day(page_id: int, zone: str, *, days: int = 14) -> list[tuple[date, int]]:
    """The last days with their number of submissions, oldest first; a day is a day in the viewer's zone."""
    today = clock.today(zone)
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, datetime.min.time(), ZoneInfo(zone))
    at = select(Submission.received_at).where(Submission.page_id == page_id, Submission.received_at >= since)
    counted = Counter(moment.astimezone(ZoneInfo(zone)).date() for moment in db.session.scalars(at))
    return [(day, counted[day]) for day in (first + timedelta(days=n) for n in range(days))]


def _sent_by(person: persons.Person) -> ColumnElement[bool]:
    return func.lower(Submission.payload["email"].as_string()).in_(person.emails)


EMPTY = dict.fromkeys(("name", "email", "company", "phone", "country", "message"), "")
persons.leave(
    persons.Trail("submissions", Submission, _sent_by, {"payload": EMPTY, "ip": None, "user_agent": ""}),
)
