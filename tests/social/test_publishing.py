"""Posts go out once, through real HTTP servers, or a person is reminded."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from flask import Flask
from sqlalchemy import select

from portal.activities.models import Activity
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.social import services
from portal.social.models import Publication, SocialPost
from portal.social.rules import WAITS
from portal.social.states import Network, PostState, PublicationState
from portal.web.networks import seal
from tests.campaigns.makers import campaign

from .makers import social_account, social_post

P = PublicationState


class Instance(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    seen: ClassVar[list[tuple[str, Any, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append((self.path, dict(self.headers), body))
        self.send_response(self.status)
        self.end_headers()
        told = {"url": "https://mastodon.example/@us/1"} if self.status == 200 else {"error": "not now"}
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def network(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setitem(
        app.extensions, "settings", app.extensions["settings"].model_copy(update={"outbound_private": True})
    )
    monkeypatch.setattr(Instance, "seen", [])
    monkeypatch.setattr(Instance, "status", 200)
    with ThreadingHTTPServer(("127.0.0.1", 0), Instance) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def state_of(post_id: int) -> list[PublicationState]:
    db.session.expire_all()
    query = select(Publication.state).where(Publication.post_id == post_id).order_by(Publication.id)
    return list(db.session.scalars(query))


def schedule(actor: Any, post_id: int) -> None:
    with unit_of_work():
        services.schedule(actor("marketer"), post_id)


def sealed(app: Flask, secret: str) -> str:
    return seal(app.extensions["settings"], secret)


def test_a_post_goes_to_mastodon_and_to_a_webhook(
    app: Flask, actor: Any, network: str, run_jobs: Callable[[], Any]
) -> None:
    fedi = social_account(Network.MASTODON, url=network, secret=sealed(app, "token"))
    hook = social_account(Network.WEBHOOK, url=f"{network}/hook", secret=sealed(app, "key"))
    spring = campaign(utm_campaign="spring", name="Spring")
    post = social_post(fedi, hook, campaign_id=spring.id, link="https://a.example/p").id
    schedule(actor, post)
    run_jobs()
    assert state_of(post) == [P.PUBLISHED, P.PUBLISHED]
    (path, headers, body), (hooked, signed, told) = sorted(Instance.seen, key=lambda one: one[0])
    assert (path, headers["Authorization"]) == ("/api/v1/statuses", "Bearer token")
    assert "utm_source=mastodon&utm_medium=social&utm_campaign=spring" in parse_qs(body)["status"][0]
    assert hooked == "/hook"
    assert json.loads(told)["campaign"] == "Spring"
    at, given = (part.partition("=")[2] for part in signed["Throughline-Signature"].split(","))
    assert hmac.new(b"key", f"{at}.{told}".encode(), hashlib.sha256).hexdigest() == given
    assert (
        db.session.scalars(select(Publication.url).where(Publication.account_id == fedi.id))
        .one()
        .startswith("https://")
    )


def test_a_busy_network_is_tried_again_under_the_same_key(
    app: Flask, actor: Any, network: str, run_jobs: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = social_post(social_account(Network.MASTODON, url=network)).id
    monkeypatch.setattr(Instance, "status", 503)
    schedule(actor, post)
    run_jobs()  # those of the future as well
    assert state_of(post) == [P.FAILED]
    assert len({headers["Idempotency-Key"] for _, headers, _ in Instance.seen}) == 1
    assert len(Instance.seen) == 1 + len(WAITS)
    monkeypatch.setattr(Instance, "status", 200)
    one = db.session.scalars(select(Publication.id)).one()
    with unit_of_work():
        services.retry(actor("marketer"), post, one)
    run_jobs()
    assert state_of(post) == [P.PUBLISHED]


def test_a_refused_post_is_not_tried_again(
    app: Flask, actor: Any, network: str, run_jobs: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = social_post(social_account(Network.MASTODON, url=network)).id
    monkeypatch.setattr(Instance, "status", 422)
    schedule(actor, post)
    run_jobs()
    assert state_of(post) == [P.FAILED]
    assert db.session.scalars(select(Publication.why)).one() == "422 not now"


def test_a_person_is_reminded_with_the_finished_text(app: Flask, actor: Any, run_jobs: Callable[[], Any]) -> None:
    post = social_post(social_account(Network.LINKEDIN, name="Our page"), link="https://a.example/p").id
    schedule(actor, post)
    run_jobs()
    assert state_of(post) == [P.REMINDED]
    task = db.session.scalars(select(Activity)).one()
    assert task.subject == "Publish on Our page"
    assert "utm_source=linkedin" in task.body
    one = db.session.scalars(select(Publication.id)).one()
    with unit_of_work():
        services.mark_published(actor("marketer"), post, one, "https://linkedin.example/1")
    assert state_of(post) == [P.PUBLISHED]


def test_what_was_put_off_does_not_go_out_at_its_old_time(
    app: Flask, actor: Any, network: str, run_jobs: Callable[[], Any]
) -> None:
    soon = clock.now() + timedelta(hours=1)
    post = social_post(social_account(Network.MASTODON, url=network), publish_at=soon).id
    schedule(actor, post)
    key, first = db.session.scalars(select(Publication.id)).one(), db.session.get_one(SocialPost, post).round
    with unit_of_work():
        services.unschedule(actor("marketer"), post)
    assert db.session.get_one(SocialPost, post).state == PostState.DRAFT
    with unit_of_work():
        assert services.claim(key, first, 0) is None
    schedule(actor, post)
    with unit_of_work():
        assert services.claim(key, first, 0) is None
        assert services.claim(key, first + 1, 0) is not None
    with pytest.raises(Refused), unit_of_work():
        services.unschedule(actor("marketer"), post)


def test_it_must_fit_every_network_it_goes_to(app: Flask, actor: Any) -> None:
    short, long = social_account(Network.X), social_account(Network.FACEBOOK)
    given = {"text": "x" * 281, "link": "", "campaign_id": None, "publish_at": None}
    with pytest.raises(Refused) as refused, unit_of_work():
        services.write_post(actor("marketer"), None, **given, account_ids=[short.id, long.id])
    assert refused.value.field == "text"
    with unit_of_work():
        services.write_post(actor("marketer"), None, **given, account_ids=[long.id])
