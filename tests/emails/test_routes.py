"""The pages of emails."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.emails.models import Email, EmailVersion
from portal.kernel.db import db

from .makers import email, published

PAGES = ("", "/text", "/source", "/check", "/preview", "/render", "/versions", "/settings")


def only() -> Email:
    return db.session.scalars(select(Email)).one()


@pytest.mark.parametrize(
    "template", ["", "newsletter", "launch", "event", "webinar", "welcome", "reengage", "offer", "story", "letter"]
)
def test_every_template_begins_an_email_whose_pages_all_show(client_of: Any, template: str) -> None:
    marketer = client_of("marketer")
    assert marketer.get(f"/emails/new?template={template}").status_code == 200
    answer = marketer.post("/emails/new", data={"name": "Spring", "language": "en", "template": template})
    assert answer.location == f"/emails/{only().id}"
    for path in PAGES:
        assert marketer.get(f"/emails/{only().id}{path}").status_code == 200, path


def test_a_published_email_is_a_version_that_stays(client_of: Any) -> None:
    found, marketer = email(), client_of("marketer")
    assert marketer.post(f"/emails/{found.id}/versions").status_code == 303
    assert marketer.post(f"/emails/{found.id}/versions").status_code == 303
    version = db.session.scalars(select(EmailVersion)).one()
    assert "{{ links.unsubscribe }}" in version.html
    assert "{{ links.unsubscribe }}" in version.text


def test_only_who_may_can_see_or_change(client_of: Any) -> None:
    found = published()
    assert client_of("rep").get(f"/emails/{found.id}").status_code == 403
    leader = client_of("leader")
    assert leader.get(f"/emails/{found.id}").status_code == 200
    assert leader.post(f"/emails/{found.id}/blocks", data={"kind": "text"}).status_code == 403
