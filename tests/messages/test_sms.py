"""SMS through a gateway with the Twilio interface: a real HTTP server stands in for it."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from flask import Flask
from sqlalchemy import select

from portal.consent.models import Suppression
from portal.consent.states import Channel, SuppressionReason
from portal.kernel.db import db
from portal.messages.queries import paused
from portal.messages.rules import Kind
from portal.messages.states import MessageState as S
from portal.web.servers import parse_sms
from portal.web.transport import SmsTransport, read_gateway
from tests.messages.makers import send_by, sms, stored


class Gateway(BaseHTTPRequestHandler):
    answer: ClassVar[tuple[int, dict[str, Any]]] = (201, {"sid": "SM1"})
    seen: ClassVar[list[tuple[str, str, dict[str, list[str]]]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append((self.path, self.headers["Authorization"], parse_qs(body)))
        status, content = self.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmsTransport]:
    monkeypatch.setattr(Gateway, "seen", [])
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        url = f"http://AC1:token@127.0.0.1:{server.server_port}/?from=%2B14255550100"
        yield SmsTransport(parse_sms(url), private=True)
        server.shutdown()
        thread.join()


def send(way: SmsTransport) -> int:
    return send_by(way, Channel.SMS)


def test_a_text_goes_out(app: Flask, way: SmsTransport) -> None:
    number = sms("206 555 0100")
    assert send(way) == 1
    assert stored(number).state == S.SENT
    path, who, fields = Gateway.seen[0]
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert who == "Basic " + b64encode(b"AC1:token").decode()
    assert fields == {"To": ["+12065550100"], "From": ["+14255550100"], "Body": ["Your order is on its way."]}


@pytest.mark.parametrize(
    ("status", "code", "state", "blocked"),
    [
        (400, 21610, S.FAILED, SuppressionReason.STOP),
        (400, 21211, S.FAILED, SuppressionReason.HARD_BOUNCE),
        (400, 21617, S.FAILED, None),
        (429, 20429, S.DEFERRED, None),
        (503, 0, S.DEFERRED, None),
    ],
)
def test_refusals(
    app: Flask, way: SmsTransport, monkeypatch: pytest.MonkeyPatch, status: int, code: int, state: S,
    blocked: SuppressionReason | None,
) -> None:  # fmt: skip
    monkeypatch.setattr(Gateway, "answer", (status, {"code": code, "message": "no"}))
    number = sms()
    send(way)
    assert stored(number).state == state
    assert db.session.scalar(select(Suppression.reason)) == blocked


def test_a_wrong_token_pauses_sms_only(app: Flask, way: SmsTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "answer", (401, {"code": 20003, "message": "Authenticate"}))
    number = sms()
    send(way)
    assert (stored(number).state, stored(number).attempt) == (S.QUEUED, 0)
    assert paused(Channel.SMS)
    assert not paused(Channel.EMAIL)


def test_a_gateway_on_a_private_address_needs_the_operators_word(app: Flask) -> None:
    number = sms()
    send(SmsTransport(parse_sms("https://AC1:token@127.0.0.1/?from=%2B14255550100"), private=False))
    assert stored(number).state == S.QUEUED
    stop = paused(Channel.SMS)
    assert stop
    assert "public internet" in stop.why


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code": "x"}', b'{"code": null}', b"\xff"])
def test_strange_answers_are_read(body: bytes) -> None:
    assert read_gateway(400, body).kind == Kind.REFUSED
    assert read_gateway(500, body).kind == Kind.DEFERRED
    assert read_gateway(302, body).kind == Kind.DEFERRED
