"""Whether what claims to come from a mail service was signed by it."""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_pem_x509_certificate

from portal.inbound.states import Provider

from . import outbound

_AMAZON = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/SimpleNotificationService-[\w.-]+\.pem\Z")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


class NotGenuine(Exception):
    """Says what is wrong, for whoever sets it up."""


def genuine(provider: Provider, secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    """What the service tells. Raises NotGenuine."""
    try:
        return CHECKS[provider](secret, headers, body)
    except (ValueError, KeyError, TypeError, InvalidSignature, binascii.Error) as error:
        raise NotGenuine(
            f"{type(error).__name__}: {error}"[:200] if str(error) else "The signature is not right."
        ) from error


def text_is_genuine(token: str, url: str, fields: Mapping[str, str], signature: str) -> bool:
    """Twilio: HMAC-SHA1 with the account's token over the address it calls and all fields, sorted by name."""
    told = url + "".join(name + fields[name] for name in sorted(fields))
    mine = base64.b64encode(hmac.digest(token.encode(), told.encode(), "sha1"))
    return hmac.compare_digest(mine, signature.encode())


def _ses(secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    """Amazon SNS, signature version 1 or 2. The secret is the topic's ARN."""
    envelope = json.loads(body)
    if envelope["TopicArn"] != secret:
        raise NotGenuine(f"Another topic: {str(envelope['TopicArn'])[:100]}")
    told = "".join(f"{name}\n{envelope[name]}\n" for name in _SIGNED[envelope["Type"]] if name in envelope)
    how = hashes.SHA256() if envelope.get("SignatureVersion") == "2" else hashes.SHA1()
    key = amazon_key(envelope["SigningCertURL"])
    key.verify(base64.b64decode(envelope["Signature"]), told.encode(), padding.PKCS1v15(), how)
    if envelope["Type"] == "SubscriptionConfirmation":
        raise NotGenuine(f"Open this address once to confirm the subscription: {envelope['SubscribeURL']}")
    return json.loads(envelope["Message"])


@lru_cache(8)
def amazon_key(url: str) -> rsa.RSAPublicKey:
    if not _AMAZON.match(url):
        raise NotGenuine("The certificate is not Amazon's.")
    try:
        answer = outbound.get(url)
    except (outbound.NotSent, outbound.NoAnswer) as error:
        raise NotGenuine(f"The certificate cannot be read: {error}") from error
    key = load_pem_x509_certificate(answer.body).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def _postmark(secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    """Postmark signs nothing: the secret is the password in the address that it calls."""
    given = base64.b64decode(headers.get("Authorization", "").removeprefix("Basic "), validate=True)
    if not hmac.compare_digest(given.partition(b":")[2], secret.encode()):
        raise NotGenuine("The password in the address is not right.")
    return json.loads(body)


def _sendgrid(secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    """Signed with ECDSA; the secret is the public key that SendGrid shows."""
    key = serialization.load_der_public_key(base64.b64decode(secret))
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise NotGenuine("This is not a key of SendGrid.")
    signature = base64.b64decode(headers["X-Twilio-Email-Event-Webhook-Signature"])
    told = headers["X-Twilio-Email-Event-Webhook-Timestamp"].encode() + body
    key.verify(signature, told, ec.ECDSA(hashes.SHA256()))
    return json.loads(body)


def _mailgun(secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    """HMAC over time and token; the secret is the signing key for webhooks."""
    payload = json.loads(body)
    signed = payload["signature"]
    mac = hmac.new(secret.encode(), f"{signed['timestamp']}{signed['token']}".encode(), "sha256").hexdigest()
    if not hmac.compare_digest(mac, str(signed["signature"])):
        raise InvalidSignature
    return payload


CHECKS: Mapping[Provider, Callable[[str, Mapping[str, str], bytes], Any]] = {
    Provider.SES: _ses,
    Provider.POSTMARK: _postmark,
    Provider.SENDGRID: _sendgrid,
    Provider.MAILGUN: _mailgun,
}
