"""Every mail of ours, in every language: whole, small, without anything from outside, and safe with hostile values."""

import re
from typing import Any
from urllib.parse import urlsplit

import html5lib  # type: ignore[import-untyped]
import jinja2
import pytest

from portal.kernel.colours import on_dark, on_white
from portal.web import mail
from portal.web.language import LANGUAGES
from tests.web.samples import BRAND

VALUES: dict[str, Any] = {
    "person": "John Ault", "message": "Thank you for the good talk.\nHere is the offer.", "form_name": "Dealer enquiry",
    "answered_by": "Rachel Valdez", "preferences": "https://portal.adventure-works.example/c/7-abc",
    "answer_until": "Monday, 23 November", "company": "Pedaling Components", "reference": "L-2026-0187",
    "number": "Q-2026-0042", "revision": 2,
    "subject": "Spring range 2027", "total": "€45,074.89", "valid_until": "18 December 2026",
    "link": "https://portal.adventure-works.example/q/7fK2?a=1&b=2",
    "owner_phone": "+49 40 5550 121", "owner_name": "Rachel Valdez", "owner_role": "Sales", "your_reference": "",
    "delivery": "week 11",
    "due": "20 December 2026", "due_amount": "€35,574.89", "minutes": 30, "email": "rachel@adventure-works.example",
    "asked_at": "20 November 2026, 08:14",
    "invited_by": "Ken Sánchez", "invoice": "INV-2026-0815", "heading": "You have a seat", "text": "See you there.",
    "event_name": "Open day", "time": "4 December 2026, 10:00", "place": "Hall 1, Hamburg", "join": "",
}  # fmt: skip
CASES = [(name, language) for name in mail.names() for language in LANGUAGES]
OURS = {"portal.adventure-works.example", "www.adventure-works.example"}


def test_all_mails_are_found() -> None:
    assert mail.names() == [
        "consent/confirm", "consent/data", "events/registration", "identity/password_reset", "identity/welcome",
        "invoices/credit_note_sent", "invoices/invoice_sent", "leads/lead_confirmation", "orders/order_confirmation",
        "quotes/quote_sent",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "language"), CASES)
def test_a_mail_is_whole(name: str, language: str) -> None:
    done = mail.write_mail(name, BRAND, language, VALUES)
    html5lib.parse(done.html)
    assert f'lang="{language}"' in done.html
    for part in done:
        assert part.strip()
        assert not re.search(r"\{\{|\}\}|\{%|%\}|\[\[|\]\]|\[%|<mj-", part)
    assert len(done.html.encode()) < 102_000
    assert BRAND["legal_name"] in done.text
    assert BRAND["legal_name"] in done.html
    assert "prefers-color-scheme: dark" in done.html
    assert VALUES["link"] in done.text or name == "leads/lead_confirmation"
    assert not re.search(r"<\w+|&\w+;", done.text)


@pytest.mark.parametrize(("name", "language"), CASES)
def test_nothing_is_asked_from_strangers(name: str, language: str) -> None:
    done = mail.write_mail(name, BRAND, language, VALUES)
    assert "@import" not in done.html
    assert "<link" not in done.html
    addresses = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(https?://[^"')\s>]+)""", done.html)
    assert addresses
    assert {urlsplit(address).hostname for address in addresses} <= OURS


def test_german_is_german() -> None:
    done = mail.write_mail("quotes/quote_sent", BRAND, "de-AT", VALUES)
    assert done.subject == "Angebot Q-2026-0042: Spring range 2027"
    assert "Angebot öffnen" in done.html
    assert "Gültig bis: 18 December 2026" in done.text


def test_an_unknown_language_is_english() -> None:
    assert (
        mail.write_mail("identity/welcome", BRAND, "xx-YY", VALUES).subject == "Your account at Adventure Works Cycles"
    )


@pytest.mark.parametrize("name", mail.names())
def test_values_are_escaped_and_filled_once(name: str) -> None:
    evil = "<script>alert(1)</script>{{ 7 * 7 }}[[ 7 * 7 ]]{% raw %}\" onload='x'\r\nBcc: x@evil.example"
    values = {key: evil for key in VALUES} | {"link": VALUES["link"]}
    brand: Any = BRAND | {"name": evil, "legal_name": evil}
    done = mail.write_mail(name, brand, "en", values)
    assert "<script" not in done.html
    assert "49" not in re.sub(r"[+]49|#\w+", "", done.subject)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}[[ 7 * 7 ]]" in done.html
    assert "\r" not in done.subject
    assert "\n" not in done.subject


@pytest.mark.parametrize("name", mail.names())
def test_a_missing_value_is_an_error(name: str) -> None:
    with pytest.raises(jinja2.UndefinedError):
        mail.write_mail(name, BRAND, "en", {})


def test_a_mail_is_compiled_once_per_language_and_colour() -> None:
    first = mail.compile_mail("identity/welcome", "#0F5C4D", "de")
    assert mail.compile_mail("identity/welcome", "#0F5C4D", "de") is first
    assert mail.compile_mail("identity/welcome", "#F2B705", "de") is not first


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#123456;}", "#123456\n", ""])
def test_only_plain_colours_enter_a_style(colour: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        mail.compile_mail("identity/welcome", colour, "en")


def test_a_pale_or_a_dark_brand_stays_readable() -> None:
    assert on_white("#0F5C4D") == "#0f5c4d"
    assert on_white("#F2B705") != "#f2b705"
    assert on_dark("#000000") > "#808080"
    assert on_dark("#F2B705") == "#f2b705"
    assert on_white("#ffffff") < "#808080"
