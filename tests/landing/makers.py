"""Pages and what visitors send to them."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.db import db
from portal.landing.models import LandingPage
from portal.web import seal
from tests.world import add

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORDING = "Keep this to answer me."
NEWS = "Send me news by email. I can stop at any time."
TYPED = {
    "name": "Marian Berch",
    "email": "marian@pro-sporting.example",
    "company": "Pro Sporting Goods",
    "country": "US",
    "phone": "",
    "message": "Please send your prices.",
    "consent": "y",
    "news": "y",
}


def landing_page(**values: Any) -> LandingPage:
    """A published page."""
    given = {
        "slug": "resellers",
        "title": "Reseller programme",
        "consent_wording": WORDING,
        "news_wording": NEWS,
        "thanks": "We call you.",
    }
    made: LandingPage = add(LandingPage(**given | {"published": True} | values))
    return made


def token_at(slug: str = "resellers", at: datetime = NOON) -> str:
    """The seal that the form of this page carries when it is rendered at that moment."""
    page = db.session.scalars(select(LandingPage).where(LandingPage.slug == slug)).one()
    words = sha256(f"{page.consent_wording}\0{page.news_wording}".encode()).hexdigest()[:12]
    with clock.frozen(at):
        return seal.issue(f"landing:{page.id}:{words}")


def send(client: Any, slug: str = "resellers", *, after: float = 10, at: datetime = NOON, **typed: Any) -> Any:
    """Open the page, wait some seconds, send the form."""
    given = {"token": token_at(slug, at)} | TYPED | typed
    with clock.frozen(at + timedelta(seconds=after)):
        return client.post(f"/p/{slug}", data={key: value for key, value in given.items() if value is not None})
