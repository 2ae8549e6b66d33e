"""Mail services are heard when their signature is right: once per event, in any order."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import func, select

from portal.consent.queries import may_send
from portal.consent.states import Channel, Purpose
from portal.inbound.models import Webhook
from portal.inbound.rules import read_events
from portal.inbound.services import set_webhook
from portal.inbound.states import Provider, Verdict
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, transact
from portal.messages.models import Message, MessageEvent
from portal.web import hooks, mailserver, outbound
from tests.conftest import Client

from .makers import sent

TOPIC = "arn:aws:sns:eu-west-1:1:mail"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"


def listen(app: Flask, provider: Provider, secret: str) -> None:
    sealed = mailserver.seal(app.extensions["settings"], secret)
    transact(lambda: set_webhook(SYSTEM, provider, sealed, active=True))


def may(purpose: Purpose, address: str = "ann@example.com") -> bool:
    return may_send(Channel.EMAIL, address, purpose).allowed


def count() -> int:
    return db.session.scalar(select(func.count(MessageEvent.id))) or 0


def mailgun(event: dict[str, Any], key: str = "key") -> dict[str, Any]:
    signature = hmac.new(key.encode(), b"1780000000token", "sha256").hexdigest()
    return {"signature": {"timestamp": "1780000000", "token": "token", "signature": signature}, "event-data": event}


def failed(message: Message, **more: Any) -> dict[str, Any]:
    return {
        "id": "e1", "event": "failed", "severity": "permanent", "reason": "bounce", "recipient": message.address,
        "timestamp": 1780000000.5, "delivery-status": {"code": 550, "message": "5.1.1 User unknown"},
        "message": {"headers": {"message-id": message.message_id.strip("<>")}}, **more,
    }  # fmt: skip


def test_mailgun(app: Flask, client: Client) -> None:
    listen(app, Provider.MAILGUN, "key")
    message = sent()
    for _ in range(2):
        assert client.post("/hooks/mail/mailgun", json=mailgun(failed(message))).status_code == 204
    assert count() == 1
    assert not may(Purpose.TRANSACTIONAL)
    late = failed(message, id="e0", event="delivered")
    assert client.post("/hooks/mail/mailgun", json=mailgun(late)).status_code == 204
    assert count() == 2
    assert db.session.scalar(select(Webhook.received)) == 3


@pytest.mark.parametrize(
    "body", [mailgun({"event": "failed"}, "other"), {}, [], "x", {"signature": {}}, {"signature": None}]
)
def test_what_is_not_signed_changes_nothing_and_says_why(app: Flask, client: Client, body: Any) -> None:
    listen(app, Provider.MAILGUN, "key")
    assert client.post("/hooks/mail/mailgun", json=body).status_code == 403
    assert count() == 0
    assert db.session.scalar(select(Webhook.problem))


def test_who_was_not_set_up_is_not_heard(client: Client) -> None:
    for provider in ("ses", "nonsense"):
        assert client.post(f"/hooks/mail/{provider}", json={}).status_code == 404
    assert client.get("/hooks/mail/ses").status_code in (404, 405)


def test_postmark(app: Flask, client: Client) -> None:
    listen(app, Provider.POSTMARK, "secret")
    message = sent()
    told = {"RecordType": "SpamComplaint", "ID": 42, "Email": message.address, "BouncedAt": "2026-06-01T12:00:00Z"}
    assert client.post("/hooks/mail/postmark", json=told, auth=("portal", "wrong")).status_code == 403
    assert client.post("/hooks/mail/postmark", json=told).status_code == 403
    assert client.post("/hooks/mail/postmark", json=told, auth=("portal", "secret")).status_code == 204
    assert (may(Purpose.COMMERCIAL), may(Purpose.TRANSACTIONAL)) == (False, True)
    assert db.session.get_one(Message, message.id).complained_at == datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_sendgrid(app: Flask, client: Client) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    listen(app, Provider.SENDGRID, base64.b64encode(der).decode())
    message = sent()
    event = {"email": message.address, "smtp-id": message.message_id, "timestamp": 1780000000}
    body = json.dumps([
        event | {"event": "bounce", "type": "blocked", "sg_event_id": "a", "reason": "550 5.7.1 policy"},
        event | {"event": "open", "sg_event_id": "b"},
        event | {"event": "unsubscribe", "sg_event_id": "c"},
    ]).encode()  # fmt: skip
    signature = base64.b64encode(key.sign(b"1780000000" + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": "1780000000",
    }
    bad = client.post("/hooks/mail/sendgrid", data=body + b" ", headers=headers, content_type="application/json")
    assert bad.status_code == 403
    good = client.post("/hooks/mail/sendgrid", data=body, headers=headers, content_type="application/json")
    assert good.status_code == 204
    assert list(db.session.scalars(select(MessageEvent.kind).order_by(MessageEvent.id))) == ["blocked", "unsubscribed"]
    assert (may(Purpose.COMMERCIAL), may(Purpose.TRANSACTIONAL)) == (False, True)


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> rsa.RSAPrivateKey:
    """A key whose certificate lies where Amazon's do."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1)).sign(
        key, hashes.SHA256()
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    monkeypatch.setattr(outbound, "get", lambda url: outbound.Answer(200, pem))
    hooks.amazon_key.cache_clear()
    return key


def notification(key: rsa.RSAPrivateKey, **more: str) -> dict[str, str]:
    told = {
        "Type": "Notification", "MessageId": "m", "TopicArn": TOPIC, "Timestamp": "2026-06-01T12:00:00Z",
        "SigningCertURL": CERTIFICATE, "SignatureVersion": "2", **more,
    }  # fmt: skip
    names = sorted(set(told) & {"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"})
    plain = "".join(f"{name}\n{told[name]}\n" for name in names).encode()
    return told | {"Signature": base64.b64encode(key.sign(plain, padding.PKCS1v15(), hashes.SHA256())).decode()}


def test_amazon(app: Flask, client: Client, amazon: rsa.RSAPrivateKey) -> None:
    listen(app, Provider.SES, TOPIC)
    message = sent()
    event = {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent", "feedbackId": "f1", "timestamp": "2026-06-01T12:00:00Z",
            "bouncedRecipients": [{"emailAddress": message.address, "diagnosticCode": "smtp; 550 5.1.1 user unknown"}],
        },
        "mail": {"headers": [{"name": "Message-ID", "value": message.message_id}]},
    }  # fmt: skip
    told = notification(amazon, Message=json.dumps(event))
    assert client.post("/hooks/mail/ses", json=told | {"Message": "{}"}).status_code == 403
    assert client.post("/hooks/mail/ses", json=told | {"TopicArn": "other"}).status_code == 403
    assert client.post("/hooks/mail/ses", json=told).status_code == 204
    assert db.session.get_one(Message, message.id).bounced_at
    hooks.amazon_key.cache_clear()
    elsewhere = notification(amazon, Message="{}", SigningCertURL="https://sns.evil.example/x.pem")
    assert client.post("/hooks/mail/ses", json=elsewhere).status_code == 403


def test_amazon_asks_to_confirm(app: Flask, client: Client, amazon: rsa.RSAPrivateKey) -> None:
    listen(app, Provider.SES, TOPIC)
    told = notification(
        amazon, Type="SubscriptionConfirmation", Message="m", Token="t", SubscribeURL="https://sns.x.amazonaws.com/?a"
    )
    assert client.post("/hooks/mail/ses", json=told).status_code == 403
    assert "https://sns.x.amazonaws.com/?a" in str(db.session.scalar(select(Webhook.problem)))


@pytest.mark.parametrize(
    ("provider", "event", "verdict", "delayed"),
    [
        (Provider.SENDGRID, {"event": "deferred", "email": "a@b.example", "response": "451 try later"}, Verdict.SOFT, True),
        (Provider.SENDGRID, {"event": "bounce", "email": "a@b.example", "reason": "550 no such user"}, Verdict.HARD, False),
        (Provider.SENDGRID, {"event": "spamreport", "email": "a@b.example"}, Verdict.COMPLAINT, False),
        (Provider.POSTMARK, {"RecordType": "Bounce", "Type": "SoftBounce", "Email": "a@b.example"}, Verdict.SOFT, False),
        (Provider.POSTMARK, {"RecordType": "Bounce", "Type": "HardBounce", "Email": "a@b.example"}, Verdict.HARD, False),
        (Provider.POSTMARK, {"RecordType": "Bounce", "Type": "SpamNotification", "Email": "a@b.example"}, Verdict.BLOCK, False),
        (Provider.MAILGUN, {"event-data": {"event": "complained", "recipient": "a@b.example"}}, Verdict.COMPLAINT, False),
        (Provider.MAILGUN, {"event-data": {"event": "failed", "severity": "temporary", "recipient": "a@b.example"}},
         Verdict.SOFT, True),
        (Provider.SES, {"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bouncedRecipients": [
            {"emailAddress": "a@b.example", "diagnosticCode": "smtp; 552 5.2.2 mailbox full"}]}}, Verdict.SOFT, False),
    ],
)  # fmt: skip
def test_shapes(provider: Provider, event: Any, verdict: Verdict, delayed: bool) -> None:
    (told,) = read_events(provider, event)
    assert (told.notice.verdict, told.notice.delayed, told.notice.recipient) == (verdict, delayed, "a@b.example")
