"""Whatever a stranger types into a public field: a clear error or inert text, never a failure, never lost."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from portal.consent.queries import preference_token
from portal.consent.states import Channel
from portal.kernel import clock
from portal.kernel.db import db
from tests import world
from tests.events.makers import event
from tests.landing.makers import landing_page
from tests.quotes import makers as quotes
from tests.story.forms import forms_of

NAUGHTY = json.loads((Path(__file__).parents[1] / "data" / "blns.json").read_text())
NASTY = [
    "x" * 100_000,
    "\x00",
    "a\x00b",
    "\r\nBcc: everybody@example.com",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% for i in range(9**9) %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "{0.__class__}%s%n",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "' OR 1=1; DROP TABLE lead; --",
    "../../../etc/passwd",
    "\u202eevil\u202d \ufeff\u2028\u2029",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "ﷺ" * 500,
    "Ω≈ç√∫˜µ≤≥÷",
    "-1",
    "9" * 400,
    "1e309",
    "NaN",
]


@pytest.fixture
def pages(app):
    """Pages a stranger reaches, by name."""
    landing_page()
    soon = clock.now() + timedelta(days=1)
    meeting = event(starts_at=soon, ends_at=soon + timedelta(hours=1))
    return {
        "landing page": "/p/resellers",
        "offer": f"/q/{quotes.token(quotes.sent())}",
        "sign-in": "/signin",
        "password reset": "/password/reset",
        "event": f"/event/{meeting.slug}",
        "preferences": f"/c/{preference_token(Channel.EMAIL, 'ann@example.com')}",
    }


@pytest.mark.parametrize("name", ["landing page", "offer", "sign-in", "password reset", "event", "preferences"])
def test_every_public_field_bears_everything(name, pages, client, frozen_form_age):
    page = pages[name]
    shown = client.get(page).text
    found = [form for form in forms_of(shown, page) if form.typed]
    assert found
    for form in found:
        for field in form.typed:
            for nasty in [*NASTY, *NAUGHTY[:: 25 if field != "name" else 5]]:
                with frozen_form_age():
                    answer = client.post(form.action, data=form.values | {field: nasty})
                assert answer.status_code in (200, 302, 303, 400, 404, 413, 422, 429), (form.action, field, nasty[:40])
                assert "<script>alert(1)" not in answer.text
                assert "49" not in answer.text or "7 * 7" in answer.text or "7*7" in answer.text or "{{" not in nasty


def test_wrong_encodings_and_odd_bodies_are_refused_with_words(pages, client, frozen_form_age):
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "text/plain")
    bodies = (b"name=%ff%fe&email=\xff\xfe", b"--x\r\nContent-Disposition: form-data\r\n\r\n\xff", b"\x00" * 1000, b"")
    for page in pages.values():
        for kind in kinds:
            for body in bodies:
                answer = client.post(page, data=body, content_type=kind)
                assert answer.status_code < 500, (page, kind, body[:20])


def test_a_thousand_and_one_fields_are_too_many(pages, client):
    answer = client.post("/p/resellers", data={f"f{n}": "x" for n in range(2_000)}, content_type="multipart/form-data")

    assert answer.status_code == 413


def test_what_was_typed_reaches_staff_as_text(pages, client, client_of, run_jobs, frozen_form_age):
    form = next(f for f in forms_of(client.get("/p/resellers").text, "/p/resellers") if f.typed)
    attack = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}=1+1'
    sent = {
        "name": attack,
        "company": attack,
        "message": attack,
        "email": "a@b.example",
        "country": "US",
        "consent": "y",
    }
    with frozen_form_age():
        assert client.post(form.action, data=form.values | sent).status_code == 303
        run_jobs()
    db.session.expire_all()
    rep = client_of("manager")

    for page in ("/", "/leads", "/leads?q=script"):
        shown = rep.get(page).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
    assert "&lt;script&gt;" in rep.get("/leads").text
    assert world.user("manager")
