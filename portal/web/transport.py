"""The ways out of the house: SMTP, an SMS gateway with the Twilio interface, or a capture for development."""

import json
import select
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from portal.consent.states import Channel, Purpose, SuppressionReason
from portal.kernel import clock
from portal.messages.rules import ACCEPTED, RENEW_AFTER, Kind, Outcome, read_reply
from portal.messages.services import Capture, Letter, Way

from . import mailserver
from .outbound import NoAnswer, NotSent, post
from .servers import SmsGateway, SmtpServer

if TYPE_CHECKING:
    from portal.runtime.settings import Settings

CONNECT = 15.0  # seconds to connect, greet, encrypt and sign in, each
WRITE = 30.0  # below the lease, as nothing renews it meanwhile
COMMAND = 120.0
FINAL = 600.0  # RFC 5321 4.5.3.2.6: the server may think for ten minutes about a complete message

Renew = Callable[[], None]


def transports(settings: "Settings") -> Mapping[Channel, Sequence[Way]]:
    """What this installation sends with. Without a server a demo captures; otherwise messages wait for one."""
    found: dict[Channel, Sequence[Way]] = {}
    if servers := mailserver.usable(settings):
        found[Channel.EMAIL] = [Way(SmtpTransport(server), server_id) for server_id, server in servers]
    elif settings.demo:
        found[Channel.EMAIL] = [Way(Capture())]
    if settings.sms:
        found[Channel.SMS] = [Way(SmsTransport(settings.sms, private=settings.outbound_private))]
    elif settings.demo:
        found[Channel.SMS] = [Way(Capture())]
    return found


class SmtpTransport:
    """One kept connection; one message at a time."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None
        self._used = False

    def open(self) -> Outcome:
        self.close()
        try:
            self._smtp = self._connect()
        except smtplib.SMTPResponseException as error:
            return Outcome(Kind.AWAY, f"{error.smtp_code} {_text(error.smtp_error)}", code=error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Kind.AWAY, f"{self.server.host}:{self.server.port}: {error}")
        self._used = False
        return ACCEPTED

    def _connect(self) -> smtplib.SMTP:
        host, port, ours = self.server.host, self.server.port, socket.gethostname()
        smtp: smtplib.SMTP
        if self.server.security == "tls":
            smtp = smtplib.SMTP_SSL(host, port, ours, timeout=CONNECT, context=ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(host, port, ours, timeout=CONNECT)
        try:
            if self.server.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if self.server.user:
                smtp.login(self.server.user, self.server.password or "")
        except BaseException:
            smtp.close()
            raise
        assert smtp.sock is not None
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the final dot is a packet of its own
        smtp.sock.settimeout(WRITE)
        return smtp

    def close(self) -> None:
        if self._smtp:
            with suppress(OSError, smtplib.SMTPException):  # gone already is what was wanted
                self._smtp.putcmd("QUIT")
            self._drop()

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
            self._smtp = None

    def hand_over(self, letter: Letter, renew: Renew) -> Outcome:
        """Nothing counts as handed over before the final dot, which is sent alone: only then the answer can be lost."""
        try:
            answer = self._begin(letter, renew)
            if answer.kind == Kind.ACCEPTED:
                answer = self._envelope(letter, renew)
            if answer.kind != Kind.ACCEPTED:
                self._reset(renew)
                return answer
            self._write(letter.raw.replace(b"\r\n.", b"\r\n.."))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome(Kind.DEFERRED, f"The connection was lost before the message was complete: {error}")
        try:
            self._write(b".\r\n")
            return read_reply("body", *self._reply(FINAL, renew))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome(Kind.UNKNOWN, f"The message was handed over complete, but no answer came: {error}")

    def _begin(self, letter: Letter, renew: Renew) -> Outcome:
        """MAIL FROM. A kept connection that the server has ended meanwhile is opened again, once."""
        line = f"MAIL FROM:<{letter.sender}>"
        if self._smtp and self._used:
            try:
                code, text = self._ask(line, renew)
                if code != 421:
                    return read_reply("mail", code, text)
            except (OSError, smtplib.SMTPException):
                self._drop()
        if self._smtp is None or self._used:
            reached = self.open()
            if reached.kind != Kind.ACCEPTED:
                return reached
        self._used = True
        return read_reply("mail", *self._ask(line, renew))

    def _envelope(self, letter: Letter, renew: Renew) -> Outcome:
        answer = read_reply("rcpt", *self._ask(f"RCPT TO:<{letter.address}>", renew))
        return read_reply("data", *self._ask("DATA", renew)) if answer.kind == Kind.ACCEPTED else answer

    def _reset(self, renew: Renew) -> None:
        """Clean up for the next message; a server that does not even do that is left."""
        try:
            if self._smtp and self._ask("RSET", renew)[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _ask(self, line: str, renew: Renew) -> tuple[int, str]:
        self._write(f"{line}\r\n".encode("ascii"))
        return self._reply(COMMAND, renew)

    def _write(self, content: bytes) -> None:
        if self._smtp is None or self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self._smtp.sock.sendall(content)

    def _reply(self, limit: float, renew: Renew) -> tuple[int, str]:
        """(code, text). Renews the lease while the server thinks. Raises TimeoutError, SMTPServerDisconnected."""
        assert self._smtp is not None
        assert self._smtp.sock is not None
        sock, waited = self._smtp.sock, 0.0
        while not (isinstance(sock, ssl.SSLSocket) and sock.pending()):
            if select.select([sock], [], [], min(RENEW_AFTER, limit))[0]:
                break
            waited += RENEW_AFTER
            if waited >= limit:
                raise TimeoutError(f"no answer within {limit:.0f} seconds")
            renew()
        code, text = self._smtp.getreply()
        if code == -1:
            raise smtplib.SMTPServerDisconnected("unreadable answer")
        return code, _text(text)


def send_test(transport: SmtpTransport, sender: str, to: str) -> Outcome:
    """One mail, now; what the server said to it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Test mail of Throughline"
    mail["Date"], mail["Message-ID"] = format_datetime(clock.now()), make_msgid(domain=sender.rpartition("@")[2])
    mail.set_content("This mail shows that your portal can send mail.\n")
    letter = Letter(
        0, Channel.EMAIL, Purpose.TRANSACTIONAL, sender, to, mail["Subject"], mail.as_bytes(policy=SMTP), False
    )
    reached = transport.open()
    try:
        return transport.hand_over(letter, lambda: None) if reached.kind == Kind.ACCEPTED else reached
    finally:
        transport.close()


class SmsTransport:
    """POST {url}/2010-04-01/Accounts/{account}/Messages.json"""

    def __init__(self, gateway: SmsGateway, *, private: bool) -> None:
        self.gateway, self.private = gateway, private
        self._address = f"{gateway.url}/2010-04-01/Accounts/{quote(gateway.account, safe='')}/Messages.json"
        secret = b64encode(f"{gateway.account}:{gateway.token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}

    def open(self) -> Outcome:
        return ACCEPTED  # each call connects for itself

    def close(self) -> None:
        """Nothing is kept open."""

    def hand_over(self, letter: Letter, renew: Renew) -> Outcome:
        fields = {"To": letter.address, "From": self.gateway.sender, "Body": letter.raw.decode()}
        try:
            answer = post(self._address, urlencode(fields).encode(), self._headers, private=self.private)
        except NotSent as error:
            return Outcome(Kind.AWAY, str(error))
        except NoAnswer as error:
            return Outcome(Kind.UNKNOWN, str(error))
        return read_gateway(answer.status, answer.body)


STOPPED = {21610}  # the number answered STOP
NO_SUCH_NUMBER = {21211, 21614, 21217}


def read_gateway(status: int, body: bytes) -> Outcome:
    """The answer of a gateway with the Twilio interface: HTTP status and, in errors, a JSON `code`."""
    if 200 <= status < 300:
        return ACCEPTED
    try:
        told = json.loads(body)
        code, text = int(told.get("code") or 0), str(told.get("message", ""))
    except (ValueError, AttributeError, TypeError):
        code, text = 0, ""
    why = f"{status} {code or ''} {text}".strip()[:500]
    if status in (401, 403, 404):
        return Outcome(Kind.AWAY, why)
    if status == 429 or status >= 500 or 300 <= status < 400:
        return Outcome(Kind.DEFERRED, why)
    blocks = SuppressionReason.STOP if code in STOPPED else SuppressionReason.HARD_BOUNCE
    return Outcome(Kind.REFUSED, why, blocks if code in STOPPED | NO_SUCH_NUMBER else None)


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
