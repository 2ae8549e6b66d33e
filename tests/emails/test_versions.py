"""Versions, translations, previews, tests to oneself, and the mail as a page."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.consent.states import Channel, Purpose
from portal.emails import queries, services
from portal.emails.models import Email, EmailVersion
from portal.emails.states import Missing
from portal.kernel import liquid
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageContent
from portal.messages.rules.tracking import make_token, mark_links
from tests import world
from tests.opportunities.makers import account, contact

from .makers import email, published

WHEN = 'contact.language == "de"'


def versions() -> list[EmailVersion]:
    return list(db.session.scalars(select(EmailVersion).order_by(EmailVersion.id)))


def test_going_back_brings_the_text_part_back_as_well(client_of: Any) -> None:
    found, marketer = published(), client_of("marketer")
    for words in ("Written by hand", ""):
        marketer.post(f"/emails/{found.id}/text", data={"text": words})
        marketer.post(f"/emails/{found.id}/versions")
    for number, words in ((2, "Written by hand"), (3, ""), (1, "")):
        marketer.post(f"/emails/{found.id}/versions/{number}/restoration")
        db.session.expire_all()
        assert db.session.get_one(Email, found.id).text == words


def test_a_version_never_changes_and_the_draft_can_go_back_to_it(client_of: Any) -> None:
    found, marketer = published(), client_of("marketer")
    marketer.post(f"/emails/{found.id}/titles", data={"subject": "Another subject"})
    marketer.post(f"/emails/{found.id}/versions")
    assert [one.number for one in versions()] == [1, 2]
    compared = marketer.get(f"/emails/{found.id}/versions?left=1&right=2").text
    assert "<ins>Another subject</ins>" in compared
    assert "<del>Workshop letter: winter is repair season</del>" in compared
    marketer.post(f"/emails/{found.id}/versions/1/restoration")
    assert db.session.get_one(Email, found.id).subject == "Workshop letter: winter is repair season"
    with pytest.raises(Exception, match="append only"), unit_of_work():
        versions()[0].subject = "Forged"
    assert marketer.get(f"/emails/{found.id}/render?version=9").status_code == 404


def test_what_cannot_be_read_is_not_published(client_of: Any) -> None:
    found = email("letter", text="{% if %}")
    assert client_of("marketer").post(f"/emails/{found.id}/versions").status_code == 422
    assert versions() == []


def test_a_translation_is_published_with_its_original(client_of: Any) -> None:
    found, marketer = email(), client_of("marketer")
    assert marketer.post(f"/emails/{found.id}/translations", data={"language": "de"}).status_code == 303
    assert marketer.post(f"/emails/{found.id}/translations", data={"language": "de"}).status_code == 422
    german = db.session.scalars(select(Email).where(Email.language == "de")).one()
    assert marketer.post(f"/emails/{german.id}/titles", data={"subject": ""}).status_code == 422
    marketer.post(f"/emails/{german.id}/titles", data={"subject": "Werkstattbrief"})
    marketer.post(f"/emails/{german.id}/versions")
    original = queries.latest(found.id)
    assert original
    languages = queries.languages_of(original)
    assert {name: one.subject for name, one in languages.items()} == {
        "en": "Workshop letter: winter is repair season", "de": "Werkstattbrief",
    }  # fmt: skip
    assert "Abbestellen" in languages["de"].html
    assert german.name not in [
        row.name for row in db.session.scalars(queries.EMAILS.query(SYSTEM)) if row.id == german.id
    ]


def test_values_of_many_people_are_one_query(app: Any, count_queries: Any) -> None:
    house = account()
    people = [contact(house, email=f"p{n}@example.com", first_name="" if n else "Ann").id for n in range(3)]
    count_queries.clear()
    found = queries.values_of(people)
    assert len(count_queries) == 3  # the contacts, the company, the brand kit
    assert found[people[0]]["contact"]["first_name"] == "Ann"
    assert found[people[1]]["contact"]["first_name"] is None
    assert found[people[0]]["account"]["name"] == house.name
    assert "1 Test Street" in found[people[0]]["company"]["address"]
    paths = {f"{area}.{name}" for area, named in found[people[0]].items() for name in named}
    assert paths | {f"links.{name}" for name in queries.LINKS} == queries.known_paths()


def test_a_preview_is_filled_for_the_chosen_contact(client_of: Any) -> None:
    person = contact(account(), first_name="Zoë <b>", email="zoe@example.com")
    found, marketer = email("welcome"), client_of("marketer")
    assert "Zoë &lt;b&gt;" in marketer.get(f"/emails/{found.id}/render?contact={person.id}").text
    assert "zoe@example.com" not in marketer.get(f"/emails/{found.id}/preview").text
    page = marketer.get(f"/emails/{found.id}/preview?q=zoe&contact={person.id}&theme=dark&width=phone")
    assert "Zoë &lt;b&gt;" in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    frame = marketer.get(f"/emails/{found.id}/render?theme=dark")
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "@media all" in frame.text
    assert marketer.get(f"/emails/{found.id}/render?contact=999999").status_code == 404


def test_a_preview_offers_one_contact_for_each_branch(client_of: Any) -> None:
    house = account()
    for n, language in enumerate(("en", "de", "de")):
        contact(house, first_name=f"P{n}", email=f"p{n}@example.com", language=language)
    found = email("letter", document={"blocks": [
        {"id": "b1", "kind": "heading", "props": {"text": "Hallo", "size": "large", "align": "left", "when": WHEN}},
    ]})  # fmt: skip
    page = client_of("marketer").get(f"/emails/{found.id}/preview").text
    assert "like 2 of" in page


def test_a_value_that_may_not_be_missing_stops_the_mail(app: Any) -> None:
    found = email(
        "letter",
        missing=Missing.REFUSE,
        document={"blocks": []},
        source="<p>{{ contact.first_name }} {{ links.web_view }}</p>",
    )
    html = queries.compile_draft(found).html
    assert html == "<p>{{ contact.first_name | required }} {{ links.web_view }}</p>"
    with pytest.raises(liquid.Missing):
        liquid.personalise(html, {"contact": {"first_name": None}})


def test_a_test_goes_to_oneself_and_its_links_work(client_of: Any, client: Any) -> None:
    found, marketer = email(), client_of("marketer")
    assert marketer.post(f"/emails/{found.id}/test", data={"to": "no address"}).status_code == 422
    assert marketer.post(f"/emails/{found.id}/test", data={"to": "mia@test-cycles.example"}).status_code == 303
    message, content = db.session.execute(select(Message, MessageContent).join(MessageContent)).one()
    assert (message.address, message.purpose) == ("mia@test-cycles.example", Purpose.TRANSACTIONAL)
    assert content.subject == "[Test] Workshop letter: winter is repair season"
    assert "{{" not in content.html + content.text
    for path in (queries.links_of(message)[name].removeprefix("http://portal.test") for name in queries.LINKS[:3]):
        assert path in content.html
        assert client.get(path).status_code == 200


def test_the_mail_as_a_page_says_what_was_sent(client: Any, app: Any) -> None:
    html, _ = mark_links(
        '<p>Hi {{ contact.first_name }} <a href="https://x.example/a">x</a> {{ links.unsubscribe }}</p>'
    )
    content = world.add(MessageContent(subject="S", text="T", html=html, is_template=True))
    message = world.add(Message(
        reason="r", channel=Channel.EMAIL, purpose=Purpose.COMMERCIAL, address="a@b.example", address_hash="h", message_id="<m>",
        content_id=content.id, values={"contact": {"first_name": "<Ann>"}},
    ))  # fmt: skip
    answer = client.get(f"/e/v/{make_token(message.id, content.id)}")
    assert 'Hi &lt;Ann&gt; <a href="https://x.example/a">x</a> http://portal.test/c/' in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    token = make_token(message.id, content.id)
    for wrong in ("x", make_token(message.id + 1, content.id), token[:-1] + ("B" if token[-1] == "A" else "A")):
        assert client.get(f"/e/v/{wrong}").status_code == 404


def test_an_email_that_was_brought_along_is_sent_as_it_is(client_of: Any) -> None:
    html = "<!doctype html><p>Hello {{ contact.name }} <a href=https://x.example>x</a>"
    marketer = client_of("marketer")
    marketer.post("/emails/new", data={"name": "Ours", "language": "en", "source": html})
    found = db.session.scalars(select(Email)).one()
    assert marketer.get(f"/emails/{found.id}").status_code == 200
    with unit_of_work():
        assert services.publish(SYSTEM, found.id).html == html
    assert marketer.post(f"/emails/{found.id}/source", data={"source": "<p>New</p>"}).status_code == 303
    assert marketer.post(f"/emails/{found.id}/source", data={"source": "{% if %}"}).status_code == 422
    refused = marketer.post(f"/emails/{found.id}/blocks", data={"kind": "text"}, follow_redirects=True)
    assert "it has no blocks" in refused.text


def test_settings_brand_copy_and_archive(client_of: Any) -> None:
    found, marketer = email(), client_of("marketer")
    url = f"/emails/{found.id}"
    assert (
        marketer.post(f"{url}/settings", data={"name": "New name", "language": "de", "missing": "refuse"}).status_code
        == 303
    )
    assert marketer.post(f"{url}/settings", data={"name": "", "language": "xx", "missing": "x"}).status_code == 422
    assert marketer.post(f"{url}/text", data={"text": "Mine"}).status_code == 303
    assert queries.compile_draft(db.session.get_one(Email, found.id)).text == "Mine"
    copy = marketer.post(f"{url}/copy").location
    assert "Copy of New name" in marketer.get(copy).text
    marketer.post(f"{url}/archive")
    assert "New name" not in marketer.get("/emails?archived=0").text.replace("Copy of New name", "")
    marketer.post(f"{url}/archive/restoration")
    assert not db.session.get_one(Email, found.id).archived
    kit = {"sender": "Crank & Co", "accent": "#ff0000", "font": "serif", "social": "LinkedIn https://x.example/in"}
    assert marketer.post("/emails/brand", data=kit).status_code == 303
    for wrong in (
        {"accent": "red"},
        {"social": "LinkedIn"},
        {"reply_to": "x"},
        {"logo": "javascript:x"},
        {"font": "comic"},
    ):
        assert marketer.post("/emails/brand", data=kit | wrong).status_code == 422, wrong
    html = queries.compile_draft(db.session.get_one(Email, found.id)).html
    for worn in ("Crank &amp; Co", "Georgia", "https://x.example/in", "#e00000"):
        assert worn in html, worn


def test_the_list_asks_the_same_for_one_and_for_three(client_of: Any, count_queries: Any) -> None:
    marketer = client_of("marketer")
    published()
    count_queries.clear()
    marketer.get("/emails")
    one = len(count_queries)
    email()
    email("letter")
    count_queries.clear()
    marketer.get("/emails")
    assert len(count_queries) == one
