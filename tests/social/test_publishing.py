"""Posts go out once, through real HTTP servers, or a person is reminded."""

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

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
from portal.web.networks import publish, seal
from tests.campaigns.makers import campaign
from tests.emails.makers import png

from .makers import social_account, social_post

P = PublicationState


class Instance(NamedTuple):
    """The network that runs beside the tests."""

    url: str
    folder: Path

    @property
    def seen(self) -> list[dict[str, Any]]:
        log = self.folder / "log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def answers(self, status: int | None) -> None:
        (self.folder / "status").unlink(missing_ok=True)
        if status:
            (self.folder / "status").write_text(str(status))


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    folder = tmp_path_factory.mktemp("network")
    command = [sys.executable, "-m", "tests.social.network_server", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Instance(f"http://127.0.0.1:{int(process.stdout.readline())}", folder)
        process.kill()


@pytest.fixture
def network(app: Flask, instance: Instance, monkeypatch: pytest.MonkeyPatch) -> Instance:
    inside = app.extensions["settings"].model_copy(update={"outbound_private": True})
    monkeypatch.setitem(app.extensions, "settings", inside)
    instance.answers(None)
    (instance.folder / "log").unlink(missing_ok=True)
    return instance


def state_of(post_id: int) -> list[PublicationState]:
    db.session.expire_all()
    query = select(Publication.state).where(Publication.post_id == post_id).order_by(Publication.id)
    return list(db.session.scalars(query))


def schedule(actor: Any, post_id: int) -> None:
    with unit_of_work():
        services.schedule(actor("marketer"), post_id)


def attach(actor: Any, post_id: int, alt: str, width: int = 20) -> int:
    with unit_of_work():
        return services.add_picture(actor("marketer"), post_id, png(width), alt)


def sealed(app: Flask, secret: str) -> str:
    return seal(app.extensions["settings"], secret)


def test_a_post_goes_to_mastodon_and_to_a_webhook(
    app: Flask, actor: Any, network: Instance, run_jobs: Callable[[], Any]
) -> None:
    fedi = social_account(Network.MASTODON, url=network.url, secret=sealed(app, "token"))
    hook = social_account(Network.WEBHOOK, url=f"{network.url}/hook", secret=sealed(app, "key"))
    spring = campaign(utm_campaign="spring", name="Spring")
    post = social_post(fedi, hook, campaign_id=spring.id, link="https://a.example/p").id
    schedule(actor, post)
    run_jobs()
    assert state_of(post) == [P.PUBLISHED, P.PUBLISHED]
    status, hooked = sorted(network.seen, key=lambda one: str(one["path"]))
    assert (status["path"], status["headers"]["Authorization"]) == ("/api/v1/statuses", "Bearer token")
    assert "utm_source=mastodon&utm_medium=social&utm_campaign=spring" in parse_qs(status["body"])["status"][0]
    assert hooked["path"] == "/hook"
    told = hooked["body"]
    assert (json.loads(told)["campaign"], json.loads(told)["pictures"]) == ("Spring", [])
    at, given = (part.partition("=")[2] for part in hooked["headers"]["Throughline-Signature"].split(","))
    assert hmac.new(b"key", f"{at}.{told}".encode(), hashlib.sha256).hexdigest() == given
    assert (
        db.session.scalars(select(Publication.url).where(Publication.account_id == fedi.id))
        .one()
        .startswith("https://")
    )


def test_pictures_are_uploaded_with_their_words_and_named_by_the_status(
    app: Flask, actor: Any, network: Instance, run_jobs: Callable[[], Any]
) -> None:
    post = social_post(social_account(Network.MASTODON, url=network.url, secret=sealed(app, "token"))).id
    hill, wheel = attach(actor, post, 'A hill, "steep"', 40), attach(actor, post, "Ein Rad für Anfänger", 20)
    assert hill != wheel
    schedule(actor, post)
    run_jobs()  # twice, as every job
    assert state_of(post) == [P.PUBLISHED]
    first, second, status = network.seen
    assert [one["path"] for one in network.seen] == ["/api/v2/media", "/api/v2/media", "/api/v1/statuses"]
    assert (first["description"], first["type"]) == ('A hill, "steep"', "image/png")
    assert (second["description"], second["headers"]["Authorization"]) == ("Ein Rad für Anfänger", "Bearer token")
    assert len(status["media_ids"]) == 2
    assert "Idempotency-Key" not in first["headers"]  # each picture is another request
    assert status["headers"]["Idempotency-Key"]


def test_a_status_whose_answer_was_lost_is_there_once(
    app: Flask, actor: Any, network: Instance, run_jobs: Callable[[], Any]
) -> None:
    """The worker died behind the status: the next one uploads anew, and the network knows the key."""
    post = social_post(social_account(Network.MASTODON, url=network.url)).id
    attach(actor, post, "A hill")
    schedule(actor, post)
    key, settings = db.session.scalars(select(Publication.id)).one(), app.extensions["settings"]
    with unit_of_work():
        handed = services.claim(key, 1, 0)
    assert handed is not None
    lost = publish(settings, handed)
    run_jobs()
    assert state_of(post) == [P.PUBLISHED]
    assert db.session.scalars(select(Publication.url)).one() == lost.url
    assert [one["path"] for one in network.seen] == ["/api/v2/media", "/api/v1/statuses"] * 2


def test_a_refused_picture_stops_the_post(
    app: Flask, actor: Any, network: Instance, run_jobs: Callable[[], Any]
) -> None:
    post = social_post(social_account(Network.MASTODON, url=network.url)).id
    attach(actor, post, "A hill")
    network.answers(422)
    schedule(actor, post)
    run_jobs()
    assert state_of(post) == [P.FAILED]
    assert [one["path"] for one in network.seen] == ["/api/v2/media"]


def test_a_webhook_fetches_pictures_by_a_signed_link_that_ends(
    app: Flask, actor: Any, network: Instance, run_jobs: Callable[[], Any], client: Any
) -> None:
    post = social_post(social_account(Network.WEBHOOK, url=f"{network.url}/hook", secret=sealed(app, "key"))).id
    attach(actor, post, "A hill")
    schedule(actor, post)
    run_jobs()
    (picture,) = json.loads(network.seen[0]["body"])["pictures"]
    assert (picture["alt"], picture["type"]) == ("A hill", "image/png")
    path = urlsplit(picture["url"]).path
    found = client.get(path)
    assert (found.status_code, found.mimetype) == (200, "image/png")
    assert client.get(path[:-3] + "abc").status_code == 404
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert client.get(path).status_code == 404


def test_a_busy_network_is_tried_again_under_the_same_key(
    app: Flask, actor: Any, network: Instance, run_jobs: Callable[[], Any]
) -> None:
    post = social_post(social_account(Network.MASTODON, url=network.url)).id
    network.answers(503)
    schedule(actor, post)
    run_jobs()  # those of the future as well
    assert state_of(post) == [P.FAILED]
    assert len({one["headers"]["Idempotency-Key"] for one in network.seen}) == 1
    assert len(network.seen) == 1 + len(WAITS)
    network.answers(None)
    one = db.session.scalars(select(Publication.id)).one()
    with unit_of_work():
        services.retry(actor("marketer"), post, one)
    run_jobs()
    assert state_of(post) == [P.PUBLISHED]


def test_a_refused_post_is_not_tried_again(
    app: Flask, actor: Any, network: Instance, run_jobs: Callable[[], Any]
) -> None:
    post = social_post(social_account(Network.MASTODON, url=network.url)).id
    network.answers(422)
    schedule(actor, post)
    run_jobs()
    assert state_of(post) == [P.FAILED]
    assert db.session.scalars(select(Publication.why)).one() == "422 not now"


def test_a_person_is_reminded_with_the_finished_text(app: Flask, actor: Any, run_jobs: Callable[[], Any]) -> None:
    post = social_post(social_account(Network.LINKEDIN, name="Our page"), link="https://a.example/p").id
    attach(actor, post, "A hill")
    schedule(actor, post)
    run_jobs()
    assert state_of(post) == [P.REMINDED]
    task = db.session.scalars(select(Activity)).one()
    assert task.subject == "Publish on Our page"
    assert "utm_source=linkedin" in task.body
    assert task.body.endswith("With a picture to download here.")
    one = db.session.scalars(select(Publication.id)).one()
    with unit_of_work():
        services.mark_published(actor("marketer"), post, one, "https://linkedin.example/1")
    assert state_of(post) == [P.PUBLISHED]


def test_what_was_put_off_does_not_go_out_at_its_old_time(
    app: Flask, actor: Any, network: Instance, run_jobs: Callable[[], Any]
) -> None:
    soon = clock.now() + timedelta(hours=1)
    post = social_post(social_account(Network.MASTODON, url=network.url), publish_at=soon).id
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
