"""Pages of posts and accounts."""

import io
from typing import Any

import pytest
from sqlalchemy import select

from portal.kernel.db import db
from portal.social.models import SocialAccount, SocialPicture, SocialPost
from portal.social.states import Network, PostState
from tests.emails.makers import png

from .makers import social_account, social_post


def test_an_account_keeps_its_secret_unseen(client_of: Any) -> None:
    marketer = client_of("marketer")
    typed = {
        "name": "@us",
        "network": "mastodon",
        "url": "https://mastodon.example",
        "secret": "top-secret",
        "active": "y",
    }
    assert marketer.post("/social/accounts/new", data=typed).status_code == 303
    made = db.session.scalars(select(SocialAccount)).one()
    key, kept, version = made.id, made.secret, made.version
    assert "top-secret" not in kept
    for page in (marketer.get("/social/accounts"), marketer.get(f"/social/accounts/{key}")):
        assert "top-secret" not in page.text
        assert kept not in page.text
    changed = typed | {"secret": "", "name": "@them", "version": version}
    assert marketer.post(f"/social/accounts/{key}", data=changed).status_code == 303
    again = db.session.get_one(SocialAccount, key)
    assert (again.name, again.secret) == ("@them", kept)


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("network", "smoke"), ("url", "mastodon.example")])
def test_a_bad_account_is_refused_at_its_field(client_of: Any, field: str, value: str) -> None:
    typed = {"name": "@us", "network": "mastodon", "url": "https://mastodon.example", field: value}
    answer = client_of("marketer").post("/social/accounts/new", data=typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_a_post_is_written_scheduled_and_taken_back(client_of: Any) -> None:
    on, marketer = social_account(Network.LINKEDIN), client_of("marketer")
    given = {"text": "Ride with us", "publish_at": "2099-05-01T09:00", "account_ids": [on.id]}
    assert marketer.post("/social/new", data=given).status_code == 303
    key = db.session.scalars(select(SocialPost.id)).one()
    assert "Ride with us" in marketer.get(f"/social/{key}").text
    assert marketer.post(f"/social/{key}/schedule").status_code == 303
    assert db.session.get_one(SocialPost, key).state == PostState.SCHEDULED
    assert marketer.post(f"/social/{key}/edit", data=given).status_code == 422
    assert marketer.post(f"/social/{key}/draft").status_code == 303
    assert db.session.get_one(SocialPost, key).state == PostState.DRAFT
    assert "Ride with us" in marketer.get("/social").text


def test_a_post_without_an_account_stays_a_draft(client_of: Any) -> None:
    key = social_post().id
    answer = client_of("marketer").post(f"/social/{key}/schedule")
    assert answer.status_code == 422
    assert "at least one account" in answer.text


def test_leadership_reads_posts_and_reps_do_not(client_of: Any) -> None:
    key = social_post(social_account()).id
    assert client_of("leader").get(f"/social/{key}").status_code == 200
    assert client_of("leader").post(f"/social/{key}/schedule").status_code == 403
    assert client_of("rep").get("/social").status_code == 403


def test_pictures_need_words_and_are_four_at_most(client_of: Any) -> None:
    key, marketer = social_post(social_account()).id, client_of("marketer")

    def bring(alt: str, content: bytes | None = None) -> Any:
        given = {"alt": alt, "file": (io.BytesIO(content or png()), "hill.png")}
        return marketer.post(f"/social/{key}/pictures", data=given, content_type="multipart/form-data")

    silent = bring("")
    assert silent.status_code == 422
    assert "Say what it shows." in silent.text
    assert bring("A hill", b"no picture").status_code == 422
    assert db.session.query(SocialPicture).count() == 0
    for number in range(4):
        assert bring(f"Hill {number}").status_code == 303
    fifth = bring("One more")
    assert fifth.status_code in (200, 422)
    assert "Add a picture" not in marketer.get(f"/social/{key}").text
    assert db.session.query(SocialPicture).count() == 4

    first = db.session.scalars(select(SocialPicture.id)).first()
    assert marketer.get(f"/social/{key}/pictures/{first}").mimetype == "image/png"
    assert marketer.get(f"/social/{social_post().id}/pictures/{first}").status_code == 404
    assert marketer.post(f"/social/{key}/pictures/{first}/removal").status_code == 303
    assert db.session.query(SocialPicture).count() == 3
    assert marketer.post(f"/social/{key}/schedule").status_code == 303
    assert bring("Too late").status_code == 422
