"""Landing pages and submissions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, event, insert
from sqlalchemy.orm import Mapped, Mapper, mapped_column, query_expression, relationship

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.guards import append_only

SHOWN = ("slug", "title", "lead", "body", "language", "consent_wording", "news_wording", "thanks", "ask_phone")


class LandingPage(Base, Versioned, Audited):
    __tablename__ = "landing_page"
    noun = "landing"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    lead: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")  # Markdown
    language: Mapped[str] = mapped_column(default="en")
    source: Mapped[str] = mapped_column(default="Landing page")
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    consent_wording: Mapped[str]  # without this yes nothing can be sent
    news_wording: Mapped[str] = mapped_column(default="")  # a box of its own, never needed; none when empty
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))  # of the news; NULL: news as a whole
    double_opt_in: Mapped[bool] = mapped_column(default=False)  # a yes counts once it is confirmed by a mailed link
    thanks: Mapped[str]
    ask_phone: Mapped[bool] = mapped_column(default=True)
    published: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    submissions: Mapped[int | None] = query_expression()  # filled by the list of pages


class PageVersion(Base):
    """The page as it read from this version on: evidence of what somebody saw who agreed to it."""

    __tablename__ = "page_version"

    page_id: Mapped[int] = mapped_column(ForeignKey("landing_page.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=clock.now)


append_only("page_version")


@event.listens_for(LandingPage, "after_insert")
@event.listens_for(LandingPage, "after_update")
def _keep_version(mapper: Mapper[Any], connection: Connection, page: LandingPage) -> None:
    words = {name: getattr(page, name) for name in SHOWN}
    row = {"page_id": page.id, "version": page.version, "words": words, "at": clock.now()}
    connection.execute(insert(PageVersion), row)


class Submission(Base):
    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("landing_page.id"), index=True)
    page_version: Mapped[int] = mapped_column(default=1)
    nonce: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]]  # name, email, company, phone, message, consent flags, utm_*, referrer
    ip: Mapped[str | None]
    user_agent: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    page: Mapped[LandingPage] = relationship()


class AlreadyReceived(Refused):
    """This very form was accepted before."""


refuse_on(
    "uq_submission_nonce", "submission.nonce", say=AlreadyReceived("landing.already_received", "We have this already.")
)
refuse_on(
    "uq_landing_page_slug",
    "landing_page.slug",
    say=Refused("landing.slug_taken", "Another page has this address.", "slug"),
)
