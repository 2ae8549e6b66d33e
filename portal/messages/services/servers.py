"""Mail servers and sender domains: entering, changing, forgetting them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from portal.kernel import audit, clock, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import ring
from portal.kernel.upsert import insert_ignore
from portal.organization.queries import authorize

from ..models import MailPace, MailServer, Message, SenderDomain
from ..queries.servers import mail_server, sender_domain, server_of_environment

BY_ENVIRONMENT = "SMTP_URL"


def adopt_servers(former: str | None, key: str, *, by_environment: bool) -> None:
    """Rows for the servers that were set up elsewhere: `former` is the sealed address kept under `key`."""
    if former is not None:
        add_server({"name": "Mail server", "url": former})
        settings.put(key, None)
    if by_environment and not server_of_environment():
        add_server({"name": BY_ENVIRONMENT, "url": ""})


def enter_server(actor: Actor, values: Mapping[str, Any]) -> MailServer:
    """A new way out, from the next message on."""
    authorize(actor, "company.edit")
    server = add_server(values)
    audit.record("company", 1, "mail server entered", server=[None, server.name])
    return server


def add_server(values: Mapping[str, Any]) -> MailServer:
    server = MailServer(**values)
    db.session.add(server)
    db.session.flush()
    _keep_pace(server)
    ring("mail")
    return server


def change_server(actor: Actor, server_id: int, version: int | None, values: Mapping[str, Any]) -> MailServer:
    """Raises Stale, NotFound."""
    authorize(actor, "company.edit")
    server = mail_server(server_id)
    server.expect(version)
    for name, value in values.items():
        setattr(server, name, value)
    _keep_pace(server)
    ring("mail")
    return server


def forget_server(actor: Actor, server_id: int) -> None:
    """One that has sent something stays as a name in the ledger, switched off and without its address."""
    authorize(actor, "company.edit")
    server = mail_server(server_id)
    if not server.url:
        raise Refused("mail_server.environment", "SMTP_URL says this one. Take it out there, or switch it off here.")
    audit.record("company", 1, "mail server forgotten", server=[server.name, None])
    used = db.session.scalar(select(Message.id).where(Message.server_id == server_id).limit(1))
    if used is None:
        db.session.delete(server)
    else:
        server.active, server.url = False, "forgotten"


def wake_server(actor: Actor, server_id: int) -> None:
    """Try it now, at full pace: what was learned of it and of domains through it is forgotten."""
    authorize(actor, "company.edit")
    server = mail_server(server_id)
    db.session.execute(delete(MailPace).where(MailPace.server_id == server_id))
    _keep_pace(server)
    ring("mail")


def _keep_pace(server: MailServer) -> None:
    """Rows by which all workers keep its limits together."""
    db.session.flush()
    rows = [
        {"server_id": server.id, "domain": domain, "why": "", "day_sent": 0} for domain in ("", *server.domain_limits)
    ]
    insert_ignore(MailPace, rows)


def add_domain(actor: Actor, values: Mapping[str, Any]) -> SenderDomain:
    """`values`: columns, with a key that the caller has made and sealed."""
    authorize(actor, "company.edit")
    found = SenderDomain(**values)
    db.session.add(found)
    db.session.flush()
    return found


def change_domain(actor: Actor, domain_id: int, version: int | None, values: Mapping[str, Any]) -> SenderDomain:
    """What DNS said is forgotten: it may need other records now. Raises Stale, NotFound."""
    authorize(actor, "company.edit")
    found = sender_domain(domain_id)
    found.expect(version)
    for name, value in values.items():
        setattr(found, name, value)
    found.found, found.checked_at = {}, None
    return found


def note_dns(domain_id: int, found: Mapping[str, Sequence[str]]) -> None:
    """What DNS said just now."""
    domain = sender_domain(domain_id)
    domain.found, domain.checked_at = {key: list(one) for key, one in found.items()}, clock.now()
