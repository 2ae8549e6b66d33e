"""The ways to social networks: the Mastodon interface and a signed webhook. The others are published on by people."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken

from portal.kernel import clock, files
from portal.kernel.public import absolute
from portal.social.rules import HandedPicture, Handover, Publishing, words_for
from portal.social.states import Network

from .outbound import Answer, NoAnswer, NotSent, post
from .signin import derived

Send = Callable[[str, bytes, dict[str, str]], Answer]

if TYPE_CHECKING:
    from portal.runtime.settings import Settings


def seal(settings: "Settings", secret: str) -> str:
    """What is stored of an access token or signing key."""
    return _box(settings).encrypt(secret.encode()).decode() if secret else ""


def publish(settings: "Settings", one: Handover) -> Publishing:
    try:
        secret = _box(settings).decrypt(one.secret.encode()).decode() if one.secret else ""
    except InvalidToken:
        return Publishing(False, "The access was sealed with another SECRET_KEY: enter it again.")
    send = partial(post, private=settings.outbound_private)
    try:
        return read_answer((_status if one.network == Network.MASTODON else _call)(one, secret, send))
    except (NotSent, NoAnswer) as error:
        return Publishing(False, str(error), again=True)


def _status(one: Handover, secret: str, send: Send) -> Answer:
    """Pictures first, each by itself; the status names them. A picture that is refused is the answer."""
    server, headers = one.url.rstrip("/"), {"Authorization": f"Bearer {secret}"}
    named = []
    for picture in one.pictures:
        body, kind = _multipart(picture)
        answer = send(f"{server}/api/v2/media", body, headers | {"Content-Type": kind})
        if answer.status not in (200, 202):  # 202: it is still being made smaller
            return answer
        named.append(("media_ids[]", str(json.loads(answer.body)["id"])))
    status = urlencode([("status", words_for(one.text, one.link)), ("visibility", "public"), *named]).encode()
    headers |= {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": one.key}
    return send(f"{server}/api/v1/statuses", status, headers)


def _multipart(picture: HandedPicture) -> tuple[bytes, str]:
    """A form with the picture and its words, and its content type (RFC 7578)."""
    edge, part = f"----{secrets.token_hex(16)}", "Content-Disposition: form-data; name="
    words = f'--{edge}\r\n{part}"description"\r\n\r\n{picture.alt}\r\n'
    file = f'--{edge}\r\n{part}"file"; filename="{picture.name}"\r\nContent-Type: {picture.media_type}\r\n\r\n'
    body = (words + file).encode() + files.read(picture.key) + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


def _call(one: Handover, secret: str, send: Send) -> Answer:
    """JSON; `Throughline-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256 of "SECONDS.BODY" under the key."""
    pictures = [{"url": absolute(each.path), "type": each.media_type, "alt": each.alt} for each in one.pictures]
    told = {"id": one.key, "text": one.text, "link": one.link, "campaign": one.campaign, "pictures": pictures}
    body, at = json.dumps(told).encode(), int(clock.now().timestamp())
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Throughline-Signature": f"t={at},v1={signed}"}
    return send(one.url, body, headers | {"Idempotency-Key": one.key})


def read_answer(answer: Answer) -> Publishing:
    """2xx is published (JSON may say where: `url`); 408, 429 and 5xx are worth another try."""
    told: Any = None
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = None  # a webhook need not answer in JSON
    fields = told if isinstance(told, dict) else {}
    if 200 <= answer.status < 300:
        url = str(fields.get("url") or "")
        return Publishing(True, url=url if url.startswith(("https://", "http://")) else "")
    why = f"{answer.status} {fields.get('error', '')}".strip()
    return Publishing(False, why, again=answer.status in (408, 429) or answer.status >= 500)


def _box(settings: "Settings") -> Fernet:
    return Fernet(derived(settings.secret_key, "social networks"))
