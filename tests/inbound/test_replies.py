"""What a person wrote is told from what the mail program quoted, in many programs and languages."""

import pytest

from portal.inbound.rules.replies import reply_text, text_of_html, wants_out, without_quote


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, Jun 1, 2026 at 10:00 AM Ann Ash <ann@example.com> wrote:\n> Hi",
        "On Mon, Jun 1, 2026 at 10:00 AM Ann Ash <ann@example.com>\nwrote:\n\n> Hi",
        "Am 01.06.2026 um 10:00 schrieb Ann Ash:\n> Hallo",
        "Le lun. 1 juin 2026 à 10:00, Ann Ash <ann@example.com> a écrit :\n> Salut",
        "El lun, 1 jun 2026 a las 10:00, Ann Ash (<ann@example.com>) escribió:\n> Hola",
        "-----Original Message-----\nFrom: Ann\nSent: Monday\n\nHi",
        "-----Ursprüngliche Nachricht-----\nVon: Ann\n\nHi",
        "________________________________\nFrom: Ann Ash <ann@example.com>\nSent: Monday\nTo: Bob\nSubject: Hi\n\nHi",
        "From: Ann Ash <ann@example.com>\nSent: Monday, June 1, 2026 10:00\nTo: Bob\nSubject: Hi\n\nHi",
        "Von: Ann Ash <ann@example.com>\nGesendet: Montag, 1. Juni 2026 10:00\nAn: Bob\nBetreff: Hi\n\nHi",
        "> Hi\n> there",
    ],
)
def test_the_quote_is_cut_off(quoted: str) -> None:
    assert without_quote(f"Yes, gladly.\nMonday at 10:00?\n\n{quoted}\n") == "Yes, gladly.\nMonday at 10:00?"


def test_answers_below_and_between_stay() -> None:
    assert without_quote("On Mon, Ann <a@b.example> wrote:\n> Hi\n> Monday?\n\nYes.\n") == "Yes."
    assert without_quote("> Monday?\nYes.\n> At ten?\nRather eleven.\n") == "Yes.\nRather eleven."


def test_html_only() -> None:
    html = '<style>p{}</style><div>Yes,<br>gladly</div><blockquote><p>Hi</p></blockquote><div class="gmail_quote">On Mon</div>'
    assert text_of_html(html).split() == ["Yes,", "gladly"]
    raw = b"Content-Type: text/html; charset=utf-8\n\n" + html.encode()
    assert reply_text(raw).split() == ["Yes,", "gladly"]


@pytest.mark.parametrize(
    "text", ["Unsubscribe", "STOP", "please remove me from your list.", "Bitte austragen!", "abmelden"]
)
def test_a_wish_to_hear_no_more(text: str) -> None:
    assert wants_out("Re: News", text)


@pytest.mark.parametrize(
    "text", ["Do not unsubscribe me", "Stop by on Monday", "How do I unsubscribe my colleague?", ""]
)
def test_not_every_mention_is_a_wish(text: str) -> None:
    assert not wants_out("Re: News", text)
