"""The mail server that administrators enter. SMTP_URL wins; what is stored is sealed with the portal's secret."""

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken

from portal.kernel import audit
from portal.kernel import settings as kept
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.organization.queries import authorize

from .outbound import NotSent, resolve
from .servers import SmtpServer, parse_smtp
from .signin import derived

if TYPE_CHECKING:
    from portal.runtime.settings import Settings

log = logging.getLogger(__name__)

STORED = "mail_server"
PORTS = (25, 465, 587, 2525)


def current(settings: "Settings") -> SmtpServer | None:
    """What mail goes out through now."""
    return settings.smtp or stored(settings)


def stored(settings: "Settings") -> SmtpServer | None:
    """None where nothing was entered, or the portal has another secret by now."""
    sealed = kept.get(STORED)
    if sealed is None:
        return None
    try:
        return parse_smtp(_box(settings).decrypt(sealed.encode()).decode())
    except InvalidToken:
        log.warning("the stored mail server was sealed with another SECRET_KEY: enter it again")
        return None


def entered(settings: "Settings", given: dict[str, Any]) -> SmtpServer:
    """The server as typed in; an empty password is the stored one of the same server and user. Raises Refused."""
    known = stored(settings)
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


def keep(actor: Actor, settings: "Settings", server: SmtpServer | None) -> None:
    """From the next message on; None forgets it."""
    authorize(actor, "company.edit")
    before = stored(settings)
    kept.put(STORED, _box(settings).encrypt(_url(server).encode()).decode() if server else None)
    names = [f"{one.host}:{one.port}" if one else None for one in (before, server)]
    audit.record("company", 1, "mail server changed", server=names)


def _url(server: SmtpServer) -> str:
    """The form that `parse_smtp` reads."""
    who = f"{quote(server.user, safe='')}:{quote(server.password or '', safe='')}@" if server.user else ""
    scheme = "smtps" if server.security == "tls" else "smtp"
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"{scheme}://{who}{host}:{server.port}{'?starttls=1' if server.security == 'starttls' else ''}"


def _box(settings: "Settings") -> Fernet:
    return Fernet(derived(settings.secret_key, "mail server"))
