"""The servers that messages go out through, as one address each: SMTP_URL, SMS_URL, or what administrators enter."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class SmtpServer:
    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    user: str | None = None
    password: str | None = None


@dataclass(frozen=True)
class SmsGateway:
    """A gateway with the Twilio interface: POST {url}/2010-04-01/Accounts/{account}/Messages.json"""

    url: str
    account: str
    token: str
    sender: str


def parse_smtp(url: str) -> SmtpServer:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("use smtp://user:password@host:587?starttls=1 or smtps://user:password@host")
    starttls = parse_qs(parts.query).get("starttls", ["0"])[-1] == "1"
    security: Literal["none", "starttls", "tls"] = (
        "tls" if parts.scheme == "smtps" else "starttls" if starttls else "none"
    )
    port = _port(url) or {"tls": 465, "starttls": 587, "none": 25}[security]
    return SmtpServer(parts.hostname, port, security, _decoded(parts.username), _decoded(parts.password))


def parse_sms(url: str) -> SmsGateway:
    parts = urlsplit(url)
    sender = parse_qs(parts.query).get("from", [""])[-1].strip()
    if parts.scheme not in ("http", "https") or not (parts.hostname and parts.username and parts.password and sender):
        raise ValueError("use https://ACCOUNT:TOKEN@host/?from=%2B15551234567 (a gateway with the Twilio interface)")
    port = f":{number}" if (number := _port(url)) else ""
    # In a query a bare "+" reads as a blank: a number without its plus is still a number.
    sender = f"+{sender}" if sender.isdigit() and len(sender) > 6 else sender
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    base = f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"
    return SmsGateway(base, unquote(parts.username), unquote(parts.password), sender)


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        raise ValueError("the port must be a number between 1 and 65535") from None


def _decoded(value: str | None) -> str | None:
    return unquote(value) if value else None
