"""The designer's forms: with htmx and without, refused and stale, undone and done again."""

import io
from typing import Any

import pytest
from sqlalchemy import select

from portal.emails.models import Email, EmailStep, SavedBlock
from portal.kernel.db import db
from tests.opportunities.makers import product

from .makers import email, png


@pytest.fixture
def marketer(client_of: Any) -> Any:
    return client_of("marketer")


@pytest.fixture
def draft(app: Any) -> Email:
    return email("")  # b1 logo, b2 heading, b3 text, b4 footer


def blocks(draft: Email) -> list[str]:
    return [f"{one['id']} {one['kind']}" for one in db.session.get_one(Email, draft.id).document["blocks"]]


def props(draft: Email, block_id: str) -> dict[str, Any]:
    found = db.session.get_one(Email, draft.id).document["blocks"]
    return next(one["props"] for one in found if one["id"] == block_id)


def test_a_new_block_stands_below_the_chosen_one_or_above_the_footer(marketer: Any, draft: Email) -> None:
    answer = marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "button"})
    assert answer.location == f"/emails/{draft.id}?block=b5#b5"
    marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "divider", "after": "b2"})
    assert blocks(draft) == ["b1 header", "b2 heading", "b6 divider", "b3 text", "b5 button", "b4 footer"]


def test_the_same_with_htmx_brings_the_designer_with_the_block_selected(marketer: Any, draft: Email) -> None:
    answer = marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "button"}, htmx="designer")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="designer" id="designer">')
    assert 'name="p_label"' in answer.text


def test_arrows_drops_copies_and_removals(marketer: Any, draft: Email) -> None:
    place = f"/emails/{draft.id}/blocks/b2/place"
    marketer.post(place, data={"do": "down"})
    assert blocks(draft)[1:3] == ["b3 text", "b2 heading"]
    marketer.post(place, data={"section": "", "column": "0", "at": "0"})
    assert blocks(draft)[0] == "b2 heading"
    marketer.post(place, data={"do": "copy"})
    assert blocks(draft)[:2] == ["b2 heading", "b5 heading"]
    marketer.post(place, data={"do": "remove"})
    assert blocks(draft)[0] == "b5 heading"
    assert marketer.post(place, data={"do": "up"}).status_code == 404


def test_blocks_go_into_columns_and_columns_do_not(marketer: Any, draft: Email) -> None:
    marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "section"})
    into = {"section": "b5", "column": "1", "at": "10000"}
    marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "text", **into})
    assert [
        [one["kind"] for one in row] for row in db.session.get_one(Email, draft.id).document["blocks"][3]["columns"]
    ] == [[], ["text"]]
    answer = marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "section", **into}, follow_redirects=True)
    assert "Columns cannot stand inside columns." in answer.text


def test_properties_are_checked_and_kept(marketer: Any, draft: Email) -> None:
    url, good = f"/emails/{draft.id}/blocks/b2", {"p_text": "Hello", "p_size": "small", "p_align": "center"}
    assert marketer.post(url, data=good | {"p_when": 'contact.language == "de"'}).status_code == 303
    assert props(draft, "b2")["when"] == 'contact.language == "de"'
    for wrong in (
        {"p_text": ""},
        {"p_text": "{{ a | x }}"},
        {"p_size": "huge"},
        {"p_when": "a =="},
        {"p_when": "a %} b"},
    ):
        assert marketer.post(url, data=good | wrong).status_code == 422, wrong
    assert props(draft, "b2")["text"] == "Hello"


@pytest.mark.parametrize("href", ["javascript:alert(1)", "/offer", "www.example.com", "{{ x | y }}"])
def test_a_button_leads_to_a_whole_address(marketer: Any, draft: Email, href: str) -> None:
    marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "button"})
    data = {"p_label": "Go", "p_href": href, "p_look": "filled", "p_align": "left"}
    assert marketer.post(f"/emails/{draft.id}/blocks/b5", data=data).status_code == 422
    assert (
        marketer.post(f"/emails/{draft.id}/blocks/b5", data=data | {"p_href": "https://x.example"}).status_code == 303
    )


def test_a_picture_comes_from_a_file_or_from_the_library(marketer: Any, draft: Email) -> None:
    marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "image"})
    url, data = (
        f"/emails/{draft.id}/blocks/b5",
        {"p_src": "", "p_alt": "Red", "p_href": "", "p_width": "full", "p_when": ""},
    )
    assert marketer.post(url, data=data | {"upload": (io.BytesIO(png()), "red.png")}).status_code == 303
    path = props(draft, "b5")["src"]
    assert path.startswith("/mail-pictures/")
    assert f'value="{path}"' in marketer.get(f"{url.rpartition('/blocks')[0]}?block=b5").text
    assert marketer.post(url, data=data | {"p_pick": "/mail-pictures/ridge.png"}).status_code == 303
    assert props(draft, "b5")["src"] == "/mail-pictures/ridge.png"
    assert marketer.post(url, data=data | {"upload": (io.BytesIO(b"no"), "no.png")}).status_code == 422


def test_a_product_brings_its_name_and_price(marketer: Any, draft: Email) -> None:
    sold = product()
    marketer.post(f"/emails/{draft.id}/blocks", data={"kind": "product"})
    url = f"/emails/{draft.id}/blocks/b5"
    page = marketer.get(f"/emails/{draft.id}?block={url.rpartition('/')[2]}").text
    assert f'<option value="{sold.sku} ' in page  # what browsers offer while one types
    assert 'list="products"' in page
    assert marketer.post(url, data={"p_product": sold.sku, "p_label": "See it"}).status_code == 303
    assert props(draft, "b5")["name"] == sold.name
    assert marketer.post(url, data={"p_product": "nonsense", "p_label": "See it"}).status_code == 422


def test_every_change_can_be_taken_back_and_done_again(marketer: Any, draft: Email) -> None:
    here = f"/emails/{draft.id}"
    marketer.post(f"{here}/titles", data={"subject": "First"})
    marketer.post(f"{here}/blocks", data={"kind": "button"})
    assert "added Button" in marketer.post(f"{here}/undo", follow_redirects=True).text
    assert "b5 button" not in blocks(draft)
    marketer.post(f"{here}/undo")
    assert db.session.get_one(Email, draft.id).subject == ""
    assert "nothing to take back" in marketer.post(f"{here}/undo", follow_redirects=True).text
    marketer.post(f"{here}/redo")
    marketer.post(f"{here}/redo")
    assert "b5 button" in blocks(draft)
    marketer.post(f"{here}/undo")
    marketer.post(f"{here}/blocks", data={"kind": "divider"})
    assert "nothing to do again" in marketer.post(f"{here}/redo", follow_redirects=True).text
    assert db.session.scalars(
        select(EmailStep.number).where(EmailStep.email_id == draft.id).order_by("number")
    ).all() == [0, 1, 2]


def test_the_second_of_two_editors_is_told(marketer: Any, draft: Email) -> None:
    url, version = f"/emails/{draft.id}/titles", draft.version
    assert marketer.post(url, data={"subject": "Mine", "version": version}).status_code == 303
    answer = marketer.post(url, data={"subject": "Theirs", "version": version})
    assert answer.status_code == 409
    assert "Mine" in answer.text


def test_a_subject_is_needed_and_has_to_be_liquid(marketer: Any, draft: Email) -> None:
    for wrong in ("", "{% if %}", "x" * 300):
        assert marketer.post(f"/emails/{draft.id}/titles", data={"subject": wrong}).status_code == 422


def test_a_block_is_saved_and_used_in_another_email(marketer: Any, draft: Email) -> None:
    assert marketer.post(f"/emails/{draft.id}/blocks/b2/saving", data={"name": "Greeting"}).status_code == 303
    assert marketer.post(f"/emails/{draft.id}/blocks/b2/saving", data={"name": "Greeting"}).status_code == 422
    saved = db.session.scalars(select(SavedBlock)).one()
    other = email("letter")
    marketer.post(f"/emails/{other.id}/blocks", data={"saved": saved.id})
    assert any("heading" in one for one in blocks(other))
    assert "Greeting" in marketer.get("/emails/brand").text
    assert marketer.post(f"/emails/saved-blocks/{saved.id}/removal").status_code == 303
    assert marketer.post(f"/emails/{other.id}/blocks", data={"saved": saved.id}).status_code == 404


def test_what_is_typed_is_never_markup_in_the_designer(marketer: Any, draft: Email) -> None:
    marketer.post(
        f"/emails/{draft.id}/blocks/b2", data={"p_text": "<script>x</script>", "p_size": "large", "p_align": "left"}
    )
    assert "<script>x" not in marketer.get(f"/emails/{draft.id}?block=b2").text
