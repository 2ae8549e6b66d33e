"""Writing down what people said: at once, or as a question that a mailed link answers."""

from collections.abc import Container, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select

from portal.accounts.services.imports import email_key
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.outbox import emit
from portal.kernel.upsert import insert_ignore, upsert

from ..events import ConfirmationAsked
from ..models import ABOUT_ALL, Consent, ConsentEvent
from ..queries import asked_for, home_region, question_of
from ..rules import answer_in, normal_address
from ..states import Channel, ConsentState, Purpose, SuppressionReason
from .blocks import end_block, is_erased

CONSENT_FIELDS = {"consent": "Said yes to email news", "unsubscribed": "Said no to email news"}
Form = tuple[int | None, int | None]  # a landing page and its version
MAILS_PER_DAY = 3  # that ask one address to confirm, however often a stranger fills in a form in its name


def record(
    channel: Channel, address: str, purpose: Purpose, state: ConsentState,
    *, source: str, wording: str = "", ip: str | None = None, topic_id: int | None = None, form: Form | None = None,
) -> str:  # fmt: skip
    """Add evidence and make it the current word. Returns the address as kept. Raises Refused when it is none.

    A yes ends a block that stands only because the same person unsubscribed; every other block stays.
    """
    plain, now = normal_address(channel, address, home_region()), clock.now()
    said = {
        "channel": channel, "address": plain, "purpose": purpose, "topic_id": topic_id, "state": state, "at": now
    }  # fmt: skip
    if state != ConsentState.PENDING:
        _remember([said])
    else:  # a form that anybody may have sent takes back no earlier word
        insert_ignore(Consent, [said])
    page_id, page_version = form or (None, None)
    how = {
        "source": source[:200],
        "wording": wording[:2000],
        "page_id": page_id,
        "page_version": page_version,
        "ip": ip,
    }
    db.session.add(ConsentEvent(**said, **how))
    if state == ConsentState.OPTED_IN and purpose == Purpose.COMMERCIAL:
        end_block(channel, plain, (SuppressionReason.UNSUBSCRIBED,), source)
    return plain


def _remember(rows: Sequence[dict[str, Any]]) -> None:
    """Each row becomes the current word on its purpose or topic."""
    whole = ("channel", "address", "purpose")
    upsert(Consent, [row for row in rows if row["topic_id"] is None], keys=whole, where=ABOUT_ALL)
    upsert(Consent, [row for row in rows if row["topic_id"] is not None], keys=(*whole, "topic_id"))


def ask(
    address: str, *, source: str, wording: str, ip: str | None, language: str, topic_id: int | None = None,
    form: Form | None = None,
) -> None:  # fmt: skip
    """Double opt-in for commercial email: note that a form asked, and owe the mail by which the owner confirms it.

    Who has said yes already is not asked again, and nobody is mailed more than MAILS_PER_DAY times a day.
    """
    plain = normal_address(Channel.EMAIL, address, home_region())
    here = Consent.channel == Channel.EMAIL, Consent.address == plain, Consent.purpose == Purpose.COMMERCIAL
    mine = select(Consent).where(*here, Consent.topic_id == topic_id)
    known, number = db.session.scalar(mine), _asked_lately(plain)
    agreed = known is not None and known.state == ConsentState.OPTED_IN
    if agreed or number >= MAILS_PER_DAY or is_erased(Channel.EMAIL, plain):
        return
    record(
        Channel.EMAIL, plain, Purpose.COMMERCIAL, ConsentState.PENDING,
        source=source, wording=wording, ip=ip, topic_id=topic_id, form=form,
    )  # fmt: skip
    asked = db.session.scalars(mine.execution_options(populate_existing=True)).one()
    emit(ConfirmationAsked(consent_id=asked.id, number=number, language=language))


def _asked_lately(plain: str) -> int:
    here = ConsentEvent.channel == Channel.EMAIL, ConsentEvent.address == plain
    lately = ConsentEvent.state == ConsentState.PENDING, ConsentEvent.at > clock.now() - timedelta(hours=24)
    return db.session.scalar(select(func.count()).select_from(ConsentEvent).where(*here, *lately)) or 0


def confirm(token: str, ip: str | None) -> None:
    """The owner of the address says yes to all that was asked for in its name. A second time changes nothing."""
    consent = asked_for(token)
    mine = Consent.channel == consent.channel, Consent.address == consent.address, Consent.purpose == consent.purpose
    for one in db.session.scalars(select(Consent).where(*mine)).all():
        if asked := question_of(one):
            record(
                one.channel, one.address, one.purpose, ConsentState.OPTED_IN, topic_id=one.topic_id,
                source=f"mailed link, asked by {asked.source}", wording=asked.wording, ip=ip,
                form=(asked.page_id, asked.page_version),
            )  # fmt: skip


def take_over(rows: Sequence[Mapping[str, str]], skipped: Container[int], *, source: str) -> None:
    """What a file says of email news, as evidence. It never overrules what a person said here: a yes only counts where
    nothing was said, a no always does. `rows` count from 1; those `skipped` were refused."""
    said = {
        address: answer
        for at, row in enumerate(rows, 1)
        if at not in skipped and (answer := answer_in(row)) and (address := email_key(row))
    }
    here = Consent.channel == Channel.EMAIL, Consent.purpose == Purpose.COMMERCIAL, Consent.address.in_(said)
    words = select(Consent.address, Consent.state).where(*here, ABOUT_ALL)
    known = dict(db.session.execute(words).all()) if said else {}
    news: list[dict[str, Any]] = [
        {
            "channel": Channel.EMAIL,
            "address": address,
            "purpose": Purpose.COMMERCIAL,
            "topic_id": None,
            "state": state,
            "at": clock.now(),
        }
        for address, state in said.items()
        if address not in known or (state == ConsentState.OPTED_OUT != known[address])
    ]
    _remember(news)
    if news:
        db.session.execute(insert(ConsentEvent), [one | {"source": source[:200]} for one in news])
