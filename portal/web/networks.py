"""The ways to social networks: the Mastodon interface and a signed webhook. The others are published on by people."""

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken

from portal.kernel import clock
from portal.social.rules import Handover, Publishing, words_for
from portal.social.states import Network

from .outbound import Answer, NoAnswer, NotSent, post
from .signin import derived

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
    url, body, headers = (_status if one.network == Network.MASTODON else _call)(one, secret)
    try:
        answer = post(url, body, headers | {"Idempotency-Key": one.key}, private=settings.outbound_private)
    except (NotSent, NoAnswer) as error:
        return Publishing(False, str(error), again=True)
    return read_answer(answer)


def _status(one: Handover, secret: str) -> tuple[str, bytes, dict[str, str]]:
    body = urlencode({"status": words_for(one.text, one.link), "visibility": "public"}).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-www-form-urlencoded"}
    return f"{one.url.rstrip('/')}/api/v1/statuses", body, headers


def _call(one: Handover, secret: str) -> tuple[str, bytes, dict[str, str]]:
    """JSON; `Throughline-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256 of "SECONDS.BODY" under the key."""
    told = {"id": one.key, "text": one.text, "link": one.link, "campaign": one.campaign}
    body, at = json.dumps(told).encode(), int(clock.now().timestamp())
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Throughline-Signature": f"t={at},v1={signed}"}
    return one.url, body, headers


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
