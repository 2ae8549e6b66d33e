"""The pages: gallery, builder with and without scripts, segment, members, why, lists, and who may."""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.models import Contact
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.messages.states import Verdict
from portal.segments import services
from portal.segments.models import Segment, SegmentMember
from portal.segments.rules import GALLERY, check, sentence
from tests.accounts.makers import make_account, make_contact
from tests.broadcasts.makers import people
from tests.conftest import Client
from tests.segments.makers import mail, make_broadcast, make_segment

ClientOf = Callable[[str], Client]
INDIA = {"field": "contact.country", "op": "is", "value": "IN"}
FORM = {
    "name": "India", "note": "", "nonce": "1", "n.joint": "all",
    "n-0.about": "field:contact.country", "n-0.was": "field:contact.country", "n-0.op": "is", "n-0.value": "IN",
}  # fmt: skip


def refreshed(segment: Segment) -> Segment:
    with unit_of_work():
        services.refresh(segment.id)
    return segment


def test_the_gallery_says_what_each_means(client_of: ClientOf) -> None:
    page = client_of("marketer").get("/segments/new")
    assert page.status_code == 200
    for one in GALLERY:
        assert check(one.rule) == one.rule
    assert (
        sentence(GALLERY[0].rule, {})
        == "All contacts whose country is India and who opened the last mailing that reached them."
    )
    assert "who opened the last mailing that reached them" in page.text


@pytest.mark.parametrize("key", [one.key for one in GALLERY])
def test_every_template_opens_and_comes_back_as_it_is(client_of: ClientOf, key: str) -> None:
    client = client_of("marketer")
    page = client.get(f"/segments/new?from={key}")
    assert page.status_code == 200
    made = client.post("/segments", data=controls(page.text) | {"name": key})
    assert made.status_code == 303
    rule = db.session.scalar(select(Segment.rule).where(Segment.name == key))
    assert sentence(rule, {}) == sentence(next(one.rule for one in GALLERY if one.key == key), {})


def controls(html: str) -> dict[str, Any]:
    """What a browser would send for the form called segment."""
    import html5lib

    tree = html5lib.parse(html, namespaceHTMLElements=False)
    form = next(one for one in tree.iter("form") if one.get("id") == "segment")
    sent: dict[str, Any] = {}
    for one in form.iter():
        name = one.get("name")
        if one.tag == "input" and name:
            sent[name] = one.get("value", "")
        elif one.tag == "textarea" and name:
            sent[name] = one.text or ""
        elif one.tag == "select" and name:
            options = list(one.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None]
            chosen = chosen or ([] if one.get("multiple") is not None else options[:1])
            sent[name] = [option.get("value") for option in chosen]
    return sent


def test_a_segment_is_built_without_scripts(client_of: ClientOf, run_jobs: Callable[[], int]) -> None:
    make_contact("Indian", country="IN", job_title="Buyer")
    make_contact("German", country="DE", job_title="Buyer")
    client = client_of("marketer")
    page = client.get("/segments/new?from=blank")
    assert "All contacts." in page.text
    page = client.post("/segments/preview", data=controls(page.text) | {"do": "add n"})
    assert "say what it is compared with" in page.text
    sent = controls(page.text) | {"n-0.value": "IN", "do": "group n"}
    page = client.post("/segments/preview", data=sent)
    sent = controls(page.text) | {"n-1.joint": "none", "n-1-0.about": "field:contact.job_title"}
    page = client.post("/segments/preview", data=sent)
    sent = controls(page.text) | {"n-1-0.op": "contains", "n-1-0.value": "head", "name": "Indians", "do": ""}
    page = client.post("/segments/preview", data=sent)
    assert "whose country is India and not (whose job title contains “head”)" in page.text
    assert "1</span> contact now" in page.text
    assert "Indian" in page.text
    answer = client.post("/segments", data=controls(page.text))
    assert answer.status_code == 303
    run_jobs()
    segment = db.session.scalars(select(Segment).where(Segment.name == "Indians")).one()
    assert segment.size == 1
    assert "Indian" in client.get(answer.location).text


def test_conditions_move_by_buttons(client_of: ClientOf) -> None:
    client = client_of("marketer")
    rule = {
        "all": [INDIA, {"any": [{"field": "contact.email", "op": "known"}]}, {"field": "contact.mobile", "op": "known"}]
    }
    segment = make_segment("Three", rule)
    page = client.get(f"/segments/{segment.id}/edit").text
    expected = {
        "up n-2": "country is India and whose mobile number is known and whose email",
        "down n-0": "whose email address is known and whose country is India and",
        "into n-2": "whose country is India and (whose email address is known or whose mobile number is known)",
        "out n-1-0": "of whom there are none and whose email address is known and whose mobile",
        "remove n-1": "whose country is India and whose mobile number is known.",
        "remove n-9-x": "whose country is India and whose email address is known and whose mobile number is known.",
    }
    for do, said in expected.items():
        answer = client.post(f"/segments/{segment.id}/preview", data=controls(page) | {"do": do}, htmx="rule")
        assert answer.status_code == 200
        assert said in answer.text, do
        assert "<html" not in answer.text
    assert db.session.get_one(Segment, segment.id).rule == rule


def test_of_very_many_contacts_a_share_is_asked_first(client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = import_module("portal.segments.queries.preview")
    monkeypatch.setattr(rules, "FEW", 10)
    monkeypatch.setattr(rules, "ASKED", 100)
    people(400, country="IN")
    client = client_of("marketer")
    page = client.post("/segments/preview", data=FORM, htmx="rule").text
    about = int(re.search(r'About <span class="num">(\d+)', page)[1])  # type: ignore[index]
    assert 300 < about < 500
    assert 'formaction="/segments/preview?exact=1"' in page
    page = client.post("/segments/preview?exact=1", data=FORM, htmx="count").text
    assert re.search(r'^<span id="count"><span class="num">400</span> contacts now</span>', page)


def test_another_question_forgets_the_old_answer(client_of: ClientOf) -> None:
    sent = FORM | {"n-0.about": "field:contact.created"}
    page = client_of("marketer").post("/segments/preview", data=sent, htmx="rule")
    assert "say how many days" in page.text
    assert 'value="IN" selected' not in page.text


def test_bad_rules_change_nothing(client_of: ClientOf) -> None:
    client = client_of("marketer")
    for wrong in (
        {"n-0.value": ""},
        {"n-0.about": "field:nothing", "n-0.was": "field:nothing"},
        {"n-0.about": "event:mail.opened", "n-0.was": "event:mail.opened", "n-0.which": "id:x"},
        {"n-0.about": "segment", "n-0.was": "segment"},
        {"n-0.about": "field:contact.created", "n-0.was": "field:contact.created", "n-0.op": "on", "n-0.value": "31.2."},
        {"name": ""},
    ):  # fmt: skip
        answer = client.post("/segments", data=FORM | wrong)
        assert answer.status_code == 422, wrong
        assert db.session.scalar(select(Segment.id)) is None


def test_names_are_taken_once_and_edits_meet(client_of: ClientOf) -> None:
    make_segment("India", INDIA)
    client = client_of("marketer")
    assert client.post("/segments", data=FORM).status_code == 422
    other = make_segment("Other", INDIA)
    answer = client.post(f"/segments/{other.id}", data=FORM | {"name": "Mine", "version": "7"})
    assert answer.status_code == 409
    assert "Other" in answer.text
    answer = client.post(f"/segments/{other.id}", data=FORM | {"name": "Mine", "version": "1", "n-0.value": "DE"})
    assert answer.status_code == 303
    changed = db.session.get_one(Segment, other.id)
    assert (changed.name, changed.rule["all"][0]["value"], changed.pending) == ("Mine", "DE", True)


def test_why_jane_is_in_or_out(client_of: ClientOf, count_queries: list[str]) -> None:
    shop, spring = make_account("Ulm Rad", country="DE"), make_broadcast("Spring news")
    jane = make_contact("Doe", first_name="Jane", email="jane@ulm.example", account_id=shop.id)
    mail(jane, 3, spring, opened=Verdict.HUMAN)
    rule = {"all": [INDIA, {"event": "mail.opened", "which": "last"}, {"field": "contact.job_title", "op": "known"}]}
    segment = make_segment("India readers", rule)
    client = client_of("marketer")
    for asked in (str(jane.id), "JANE@ulm.example"):
        page = client.get(f"/segments/{segment.id}/why", query_string={"contact": asked}).text
        assert "is not in “India readers”" in page
        assert "It is <b>Germany</b>" in page
        assert "Latest: opened “Spring news”" in page
        assert "(human)" in page
        assert "Nothing is known." in page
    asked_facts = [one for one in count_queries if "met_0" in one]
    assert len(asked_facts) == 2  # one for each page
    assert client.get(f"/segments/{segment.id}/why?contact=nobody@x.example").status_code == 404


def test_facts_of_other_areas_are_shown_to_whom_they_are_open(client_of: ClientOf) -> None:
    """Marketing may ask about orders, but reads none."""
    account = make_account("Buys")
    buyer = make_contact("Buyer", account_id=account.id)
    segment = make_segment("Orders", {"all": [{"event": "order.placed", "which": "any"}]})
    path = f"/segments/{segment.id}/why?contact={buyer.id}"
    assert "The facts are not yours to see." in client_of("marketer").get(path).text
    assert "It never happened." in client_of("leader").get(path).text


def test_members_by_hand_with_undo(client_of: ClientOf, run_jobs: Callable[[], int]) -> None:
    contact = make_contact("Indian", country="IN", email="in@test.example")
    segment = refreshed(make_segment("India", INDIA))
    client, here = client_of("marketer"), f"/segments/{segment.id}"
    answer = client.post(f"{here}/members/{contact.id}/removal", data={"nonce": "1"})
    assert answer.status_code == 303
    page = client.get(here).text
    assert "never in" in page
    assert f"{here}/members/{contact.id}/restoration" in page
    assert client.post(f"{here}/members/{contact.id}/restoration", data={"nonce": "2"}).status_code == 303
    run_jobs()
    assert "never in" not in client.get(here).text
    assert inside(segment) == {contact.id}
    german = make_contact("German", email="de@test.example")
    assert client.post(f"{here}/members", data={"email": "DE@test.example", "nonce": "3"}).status_code == 303
    assert inside(segment) == {contact.id, german.id}
    assert client.post(f"{here}/members/{german.id}/rule", data={"nonce": "4"}).status_code == 303
    run_jobs()
    assert inside(segment) == {contact.id}
    assert client.post(f"{here}/members", data={"email": "no@test.example", "nonce": "5"}).status_code in (404, 422)


def inside(segment: Segment) -> set[int]:
    stays = SegmentMember.segment_id == segment.id, SegmentMember.left_at.is_(None)
    return set(db.session.scalars(select(SegmentMember.contact_id).where(*stays)))


def test_a_list_is_made_filled_from_the_contacts_and_filters_them(client_of: ClientOf) -> None:
    one, two = make_contact("One"), make_contact("Two")
    client = client_of("marketer")
    assert client.get("/segments/new?from=list").status_code == 200
    made = client.post("/segments", data={"name": "Fair", "kind": "static", "nonce": "1"})
    fair = db.session.scalars(select(Segment).where(Segment.name == "Fair")).one()
    assert made.location.endswith(f"/segments/{fair.id}")
    client.post("/lists/contacts/list", data={"pick": [one.id], "value": fair.id, "next": "/contacts"})
    with unit_of_work():
        services.add_members(SYSTEM, fair.id, [two.id])
    page = client.get(f"/contacts?segment={fair.id}").text
    assert "Two" in page
    assert client.get("/contacts?segment=x").status_code == 422
    assert client.post(f"/segments/{fair.id}", data={"name": "Fair 2", "note": "x", "version": "1"}).status_code == 303


def test_snapshot_and_deletion(client_of: ClientOf) -> None:
    make_contact("Indian", country="IN")
    segment = refreshed(make_segment("India", INDIA))
    client = client_of("marketer")
    taken = client.post(f"/segments/{segment.id}/snapshots", data={"name": "India today", "nonce": "1"})
    page = client.get(taken.location).text
    assert "What it meant" in page
    assert "Take a snapshot" not in page
    whole = make_segment("Whole")
    with unit_of_work():
        services.create_segment(SYSTEM, name="Made of it", rule={"all": [{"segment": segment.id}]})
    refused = client.post(f"/segments/{segment.id}/removal", data={"nonce": "2"})
    assert refused.status_code == 422
    assert "Made of it" in refused.text
    assert client.post(f"/segments/{whole.id}/removal", data={"nonce": "3"}).status_code == 303
    assert db.session.get(Segment, whole.id) is None


def test_sales_reads_and_sees_only_its_own_contacts(client_of: ClientOf) -> None:
    make_contact("Ritas", owner="rep", country="IN")
    make_contact("Ottos", owner="outsider", country="IN")
    segment = refreshed(make_segment("India", INDIA))
    page = client_of("rep").get(f"/segments/{segment.id}").text
    assert "Ritas" in page
    assert "Ottos" not in page
    assert "Put in by hand" not in page
    assert client_of("rep").get(f"/segments/{segment.id}/edit").status_code == 403
    assert client_of("finance").get(f"/segments/{segment.id}").status_code == 403
    ottos = db.session.scalars(select(Contact.id).where(Contact.last_name == "Ottos")).one()
    assert client_of("rep").get(f"/segments/{segment.id}/why?contact={ottos}").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_questions_of_the_pages(client_of: ClientOf, count_queries: list[str], number: int) -> None:
    for n in range(number):
        make_contact(f"Indian {n}", country="IN")
        make_segment(f"Segment {n}", INDIA)
    segment = refreshed(make_segment("India", INDIA))
    client = client_of("marketer")
    asked = []
    for path in ("/segments", f"/segments/{segment.id}", f"/segments/{segment.id}/edit"):
        client.get(path)
        count_queries.clear()
        assert client.get(path).status_code == 200
        asked.append(len(count_queries))
    assert asked == [9, 13, 10]
