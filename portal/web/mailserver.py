"""Mail servers and DKIM keys: sealed with the portal's secret, so that the database alone gives nobody a password."""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken

from portal.kernel import settings as kept
from portal.kernel.db import transact
from portal.kernel.errors import Refused
from portal.messages import services
from portal.messages.models import MailServer
from portal.messages.queries import servers
from portal.messages.rules.headers import Signer, dkim_signer

from .outbound import NotSent, resolve
from .servers import SmtpServer, parse_smtp
from .signin import derived

if TYPE_CHECKING:
    from portal.runtime.settings import Settings

log = logging.getLogger(__name__)

FORMER = "mail_server"  # where the only server of earlier versions was kept
PORTS = (25, 465, 587, 2525)


def adopt(settings: "Settings") -> None:
    """SMTP_URL, and the one server that earlier versions knew, become servers like the others, once."""
    former = kept.get(FORMER)
    if former is not None or settings.smtp and not servers.server_of_environment():
        transact(lambda: services.adopt_servers(former, FORMER, by_environment=bool(settings.smtp)))


def usable(settings: "Settings") -> list[tuple[int, SmtpServer]]:
    """(id, server) of those that mail may go through now."""
    found = ((one.id, opened(settings, one)) for one in servers.active_servers())
    return [(server_id, server) for server_id, server in found if server]


def opened(settings: "Settings", server: MailServer) -> SmtpServer | None:
    """Its address; None where SMTP_URL is not set any more, or the portal has another secret by now."""
    if not server.url:
        return settings.smtp
    try:
        return parse_smtp(_box(settings).decrypt(server.url.encode()).decode())
    except InvalidToken:
        log.warning("the mail server %s was sealed with another SECRET_KEY: enter it again", server.name)
        return None


def sealed(settings: "Settings", server: SmtpServer) -> str:
    return seal(settings, _url(server))


def seal(settings: "Settings", text: str) -> str:
    return _box(settings).encrypt(text.encode()).decode()


def unseal(settings: "Settings", text: str) -> str | None:
    """None where the portal has another secret by now."""
    try:
        return _box(settings).decrypt(text.encode()).decode()
    except InvalidToken:
        return None


def signers(settings: "Settings") -> Callable[[str], Signer | None]:
    """Who signs for a domain; None for those whose mail goes unsigned."""
    keys = {one.domain: (one.selector, one.private_key) for one in servers.signing_domains()}

    def signer(domain: str) -> Signer | None:
        return _signer(settings.secret_key, domain, *keys[domain]) if domain in keys else None

    return signer


@lru_cache(64)
def _signer(secret: str, domain: str, selector: str, private_key: str) -> Signer | None:
    try:
        return dkim_signer(domain, selector, Fernet(derived(secret, "mail server")).decrypt(private_key).decode())
    except InvalidToken:
        log.warning("the DKIM key of %s was sealed with another SECRET_KEY: make a new one", domain)
        return None


def entered(settings: "Settings", given: dict[str, Any], known: SmtpServer | None = None) -> SmtpServer:
    """The server as typed in; an empty password is the `known` one of the same server and user. Raises Refused."""
    same = known and (known.host, known.user) == (given["host"], given["user"] or None)
    password = given["password"] or (known.password if known and same else None)
    server = SmtpServer(given["host"], given["port"], given["security"], given["user"] or None, password or None)
    if not settings.outbound_private:
        if server.port not in PORTS:
            raise Refused("mail_server.port", f"Use one of the ports of mail: {', '.join(map(str, PORTS))}.", "port")
        try:
            resolve(server.host, server.port, private=False)
        except NotSent as error:
            said = f"{error}. A server inside your network is set with SMTP_URL, or allowed with OUTBOUND_PRIVATE=1."
            raise Refused("mail_server.host", said, "host") from error
    return server


def _url(server: SmtpServer) -> str:
    """The form that `parse_smtp` reads."""
    who = f"{quote(server.user, safe='')}:{quote(server.password or '', safe='')}@" if server.user else ""
    scheme = "smtps" if server.security == "tls" else "smtp"
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"{scheme}://{who}{host}:{server.port}{'?starttls=1' if server.security == 'starttls' else ''}"


def _box(settings: "Settings") -> Fernet:
    return Fernet(derived(settings.secret_key, "mail server"))
