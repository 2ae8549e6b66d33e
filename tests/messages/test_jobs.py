"""The mail queue's sweep: what it rings for, and that it sends with the servers the settings name."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from jobs import registry
from jobs.messages import any_due, deliver_due
from jobs.worker import sweep
from portal.consent.states import Channel
from portal.kernel import clock
from portal.messages.states import MessageState as S
from portal.web import mailserver
from portal.web.transport import SmsTransport, SmtpTransport, transports
from tests.conftest import settings_for
from tests.messages.makers import email, mail_server, sms, stored


def use(app: Flask, **values: Any) -> None:
    """The same installation with other settings."""
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=values)


def test_without_a_server_nothing_is_due_and_nothing_is_lost(app: Flask) -> None:
    number = email()
    assert not any_due()
    assert deliver_due("w") == 0
    assert stored(number).state == S.QUEUED


def test_the_sweep_sends_and_the_bell_rings_only_while_something_is_due(live_app: Flask, tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        use(live_app, smtp_url=server.url)
        assert registry.due_elsewhere() == []
        now, later = email(), email(due_at=clock.now() + timedelta(hours=1))
        assert registry.due_elsewhere() == ["mail"]
        assert sweep("mail") == 1
        assert (stored(now).state, stored(later).state) == (S.SENT, S.QUEUED)
        assert registry.due_elsewhere() == []


def test_settings_decide_the_ways_out(app: Flask, tmp_path: Path) -> None:
    plain = settings_for(tmp_path)
    assert transports(plain) == {}
    assert set(transports(plain.model_copy(update={"demo": True}))) == set(Channel)
    real = settings_for(tmp_path, smtp_url="smtp://mx.example", sms_url="https://a:b@sms.example/?from=%2B1")
    mailserver.adopt(real)
    mailserver.adopt(real)
    ways = transports(real)
    assert [type(way.transport) for way in ways[Channel.EMAIL]] == [SmtpTransport]
    assert [type(way.transport) for way in ways[Channel.SMS]] == [SmsTransport]
    assert Channel.EMAIL not in transports(plain), "SMTP_URL is set no longer"


def test_an_sms_does_not_wait_for_mail(live_app: Flask) -> None:
    use(live_app, demo=True)
    mail, text = email(), sms()
    assert sweep("mail") == 2
    assert (stored(mail).state, stored(text).state) == (S.SENT, S.SENT)
