"""Mail servers, how they fare, and the domains we send from."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.kernel.db import db
from portal.kernel.errors import NotFound

from ..models import MailPace, MailServer, SenderDomain


def mail_servers() -> Sequence[tuple[MailServer, MailPace]]:
    """All of them, each with how it fares."""
    both = select(MailServer, MailPace).join(MailPace, MailPace.server_id == MailServer.id).where(MailPace.domain == "")
    return [(row[0], row[1]) for row in db.session.execute(both.order_by(MailServer.active.desc(), MailServer.name))]


def mail_server(server_id: int) -> MailServer:
    """Raises NotFound."""
    found = db.session.get(MailServer, server_id)
    if found is None:
        raise NotFound("mail_server.not_found", "This server is not here.")
    return found


def sender_domain(domain_id: int) -> SenderDomain:
    """Raises NotFound."""
    found = db.session.get(SenderDomain, domain_id)
    if found is None:
        raise NotFound("sender_domain.not_found", "This domain is not here.")
    return found


def paces(server_id: int) -> Sequence[MailPace]:
    """Of the domains that have found us too fast, or are limited."""
    learned = select(MailPace).where(MailPace.server_id == server_id, MailPace.slowed_at.is_not(None))
    return db.session.scalars(learned.order_by(MailPace.domain)).all()


def sender_domains() -> Sequence[SenderDomain]:
    return db.session.scalars(select(SenderDomain).order_by(SenderDomain.domain)).all()


def active_servers() -> Sequence[MailServer]:
    return db.session.scalars(select(MailServer).where(MailServer.active).order_by(MailServer.id)).all()


def server_of_environment() -> MailServer | None:
    """The one whose address SMTP_URL says."""
    return db.session.scalar(select(MailServer).where(MailServer.url == ""))


def signing_domains() -> Sequence[SenderDomain]:
    return db.session.scalars(select(SenderDomain).where(SenderDomain.signing)).all()


def return_domains() -> dict[str, str]:
    """Sender domain -> where its bounces come back to."""
    found = select(SenderDomain.domain, SenderDomain.return_domain).where(SenderDomain.return_domain != "")
    return {row.domain: row.return_domain for row in db.session.execute(found)}
