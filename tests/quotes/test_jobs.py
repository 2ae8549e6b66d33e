"""Paper and mail of offers."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import select

from jobs import quotes as jobs
from portal.kernel import clock, files
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.kernel.links import Link
from portal.messages.models import Message, MessageContent
from portal.quotes import services
from portal.web import pdf

from . import makers

needs_pango = pytest.mark.skipif(pdf.available() is not None, reason=pdf.available() or "")


def mails(about: str, record_id: int) -> list[tuple[Message, MessageContent]]:
    rows = db.session.execute(
        select(Message, MessageContent)
        .join(MessageContent, Message.content_id == MessageContent.id)
        .where(Message.noun_of == about, Message.record_id == record_id)
    )
    return [(row[0], row[1]) for row in rows]


@needs_pango
def test_the_offer_is_printed_once_and_mailed_with_a_link(run_jobs: Callable[[], int]) -> None:
    found = makers.sent()
    run_jobs()
    revision = makers.revision(found)
    assert revision.pdf_key
    page = pypdf.PdfReader(BytesIO(files.read(revision.pdf_key))).pages[0].extract_text()
    assert found.number in page
    ((message, content),) = mails("quotes", found.id)
    assert (message.address, message.reason) == ("kevin@eastside.example", f"quote:{found.id}:r1:send")
    assert content.attachments[0]["key"] == revision.pdf_key
    (link,) = db.session.scalars(select(Link).where(Link.purpose == services.LINK, Link.record_id == found.id))
    assert (link.record_version, link.address) == (1, "kevin@eastside.example")
    assert "http://portal.test/q/" in content.text


def test_without_pango_the_paper_waits_and_says_so(run_jobs: Callable[[], int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "available", lambda: "PDF needs Pango: apt install libpango-1.0-0")
        found = makers.sent()
        run_jobs()
        revision = makers.revision(found)
        assert (revision.pdf_key, revision.pdf_problem) == (None, "PDF needs Pango: apt install libpango-1.0-0")
        assert mails("quotes", found.id) == []
        jobs.print_waiting_offers()
        assert run_jobs() == 0
    if pdf.available() is None:
        jobs.print_waiting_offers()
        run_jobs()
        assert makers.revision(found).pdf_key
        assert len(mails("quotes", found.id)) == 1


def test_a_withdrawn_offer_is_not_delivered(run_jobs: Callable[[], int]) -> None:
    found = makers.sent()
    with unit_of_work():
        services.withdraw(SYSTEM, found.id)
    run_jobs()
    assert mails("quotes", found.id) == []


def test_offers_end_by_the_clock(app: object) -> None:
    found = makers.sent()
    with clock.frozen(clock.now() + timedelta(days=40)):
        jobs.expire_offers()
    assert makers.revision(found).state == "expired"
