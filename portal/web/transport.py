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

CONNECT = 10.0  # seconds to connect, greet, encrypt and sign in, each
WRITE = 30.0  # below the lease, as nothing renews it meanwhile
COMMAND = 30.0  # a server of our own answers at once; one that does not is left alone
LONGEST_REPLY = 20_000  # bytes
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
        self._heard = b""  # of the answers, what nobody has read yet

    def open(self) -> Outcome:
        self.close()
        try:
            self._smtp = self._connect()
        except smtplib.SMTPResponseException as error:
            return Outcome(Kind.AWAY, f"{error.smtp_code} {_text(error.smtp_error)}", code=error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(Kind.AWAY, f"{self.server.host}:{self.server.port}: {error}")
        self._used, self._heard = False, b""
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
            if answer.kind != Kind.ACCEPTED:
                self._reset(renew)
                return answer
            self._write(letter.raw.replace(b"\r\n.", b"\r\n.."))
        except TimeoutError as error:
            self._drop()
            return Outcome(Kind.AWAY, f"{self.server.host}:{self.server.port}: {error}", silent=True)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome(Kind.DEFERRED, f"The connection was lost before the message was complete: {error}")
        try:
            self._write(b".\r\n")
            return read_reply("body", *self._reply(FINAL, renew))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            why = f"The message was handed over complete, but no answer came: {error}"
            return Outcome(Kind.UNKNOWN, why, silent=isinstance(error, TimeoutError))

    def _begin(self, letter: Letter, renew: Renew) -> Outcome:
        """The envelope. A kept connection that the server has ended meanwhile is opened again, once."""
        if self._smtp and self._used:
            try:
                answer = self._envelope(letter, renew)
                if answer.kind != Kind.AWAY or answer.code != 421:
                    return answer
            except TimeoutError:
                raise
            except (OSError, smtplib.SMTPException):
                self._drop()
        if self._smtp is None or self._used:
            reached = self.open()
            if reached.kind != Kind.ACCEPTED:
                return reached
        self._used = True
        return self._envelope(letter, renew)

    def _envelope(self, letter: Letter, renew: Renew) -> Outcome:
        """The first refusal, or ACCEPTED when the server waits for the message. All in one go if it can (RFC 2920)."""
        steps = {"mail": f"MAIL FROM:<{letter.sender}>", "rcpt": f"RCPT TO:<{letter.address}>", "data": "DATA"}
        at_once = self._smtp is not None and self._smtp.has_extn("pipelining")
        if at_once:
            self._say("\r\n".join(steps.values()))
        found = ACCEPTED
        for verb, line in steps.items():
            if not at_once:
                self._say(line)
            answer = read_reply(verb, *self._reply(COMMAND, renew))
            if found.kind == Kind.ACCEPTED:
                found = answer
            elif verb == "data" and answer.kind == Kind.ACCEPTED:
                self._drop()  # it waits for a message that goes to nobody
            if found.kind != Kind.ACCEPTED and not at_once:
                break
        return found

    def _reset(self, renew: Renew) -> None:
        """Clean up for the next message; a server that does not even do that is left."""
        try:
            if self._smtp:
                self._say("RSET")
                if self._reply(COMMAND, renew)[0] != 250:
                    self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _say(self, line: str) -> None:
        self._write(f"{line}\r\n".encode("ascii"))

    def _write(self, content: bytes) -> None:
        self._socket().sendall(content)

    def _socket(self) -> socket.socket:
        if self._smtp is None or self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self._smtp.sock

    def _reply(self, limit: float, renew: Renew) -> tuple[int, str]:
        """(code, text). Raises TimeoutError, SMTPServerDisconnected."""
        lines: list[str] = []
        while True:
            line = self._line(limit, renew)
            lines.append(line[4:])
            if not line[:3].isdigit():
                raise smtplib.SMTPServerDisconnected("unreadable answer")
            if line[3:4] != "-":
                return int(line[:3]), "\n".join(lines)

    def _line(self, limit: float, renew: Renew) -> str:
        """The next line that the server says. Renews the lease while it thinks."""
        sock, waited = self._socket(), 0.0
        while b"\n" not in self._heard:
            if not (isinstance(sock, ssl.SSLSocket) and sock.pending() or _speaks(sock, min(RENEW_AFTER, limit))):
                waited += RENEW_AFTER
                if waited >= limit:
                    raise TimeoutError(f"no answer within {limit:.0f} seconds")
                renew()
                continue
            more = sock.recv(8192)
            if not more:
                raise smtplib.SMTPServerDisconnected("the server ended the connection")
            self._heard += more
            if len(self._heard) > LONGEST_REPLY:
                raise smtplib.SMTPServerDisconnected("unreadable answer")
        line, _, self._heard = self._heard.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")


def _speaks(sock: socket.socket, seconds: float) -> bool:
    return bool(select.select([sock], [], [], seconds)[0])


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
