"""What the paper says, that it is accessible and repeatable, and that nobody can make it fetch, read or run away."""

import hashlib
import re
import subprocess
import sys
from io import BytesIO
from typing import Any, Literal

import pytest
from pypdf import PdfReader

from portal.kernel.paper import DocumentSnapshot, snapshot_hash
from portal.web import pdf
from portal.web.press import AssetFetcher, press
from tests.web.samples import BRAND, LOGO, document, line

Kind = Literal["quote", "order", "invoice"]
TEMPLATES: dict[Kind, str] = {
    "quote": "quotes/pdf/quote.html", "order": "orders/pdf/order.html", "invoice": "invoices/pdf/invoice.html"
}  # fmt: skip
HOSTILE = [
    "file:///etc/passwd",
    "http://127.0.0.1:9/x",
    "https://a.example/x",
    "data:text/plain,x",
    "asset:other",
    "ftp://a/x",
]
WAYS = [
    '<img src="{url}">', '<link rel="stylesheet" href="{url}">', '<link rel="attachment" href="{url}">',
    '<style>@import "{url}";</style>',
    '<style>@font-face {{ font-family: X; src: url("{url}") }} body {{ font-family: X }}</style>x',
    '<div style="background: url(\'{url}\')">x</div>', '<object data="{url}"></object>', '<embed src="{url}">',
    '<svg width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
    '<style>@page {{ background: url("{url}") }}</style>',
    '<ul style="list-style-image: url(\'{url}\')"><li>x</ul>', '<p style="content: url(\'{url}\')">x</p>',
    '<a rel="attachment" href="{url}">x</a>', '<iframe src="{url}"></iframe>', '<a href="{url}">x</a>',
]  # fmt: skip
HARMLESS = {WAYS[11], WAYS[13], WAYS[14]}  # never fetched: no pseudo-element, no frames, a plain link


def printed(kind: Kind, count: int = 1, language: str = "en-IE", size: str = "A4") -> PdfReader:
    raw = pdf.render(TEMPLATES[kind], document(kind, count, language), BRAND, size=size, logo=LOGO)
    return PdfReader(BytesIO(raw))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("kind", TEMPLATES)
def test_figures_and_words_are_on_the_page_in_the_language_of_the_recipient(kind: Kind) -> None:
    english, german = words(printed(kind, 12, "en-IE")), words(printed(kind, 12, "de-DE"))
    totals = document(kind, 12)["totals"]
    plain = f"{float(totals['total']):,.2f}"
    assert f"€{plain}" in english
    assert plain.translate(str.maketrans(",.", ".,")) in german
    assert {
        "quote": "Angebot Q-2026-0042",
        "order": "Auftragsbestätigung SO-2026-0311",
        "invoice": "Rechnung INV-2026-0187",
    }[kind] in german
    assert "20 November 2026" in english
    assert "20. November 2026" in german
    assert "Net total" in english
    assert "Nettobetrag" in german


def test_a_quote_names_what_changed_and_how_to_accept() -> None:
    text = words(printed("quote", 12))
    for part in (
        "Revision 2 replaces 1",
        "Changed: quantity 4",
        "Removed in revision 2",
        "sales.adventure-works.example/q/",
        "Page 1 of",
    ):
        assert part in text


def test_an_invoice_says_how_to_pay() -> None:
    text = words(printed("invoice", 12))
    for part in (
        "DE89 3704 0044 0532 0130 00",
        "Deposit of 16 October 2026",
        "Amount due",
        "20 December 2026",
        "Your VAT ID DE999999999",
    ):
        assert part in text


@pytest.mark.parametrize("kind", TEMPLATES)
@pytest.mark.parametrize(("size", "width"), [("A4", 595), ("Letter", 612)])
def test_tags_language_title_and_size(kind: Kind, size: str, width: int) -> None:
    reader = printed(kind, 1, "de-DE", size)
    root: Any = reader.root_object
    assert "/StructTreeRoot" in root
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de-DE"
    assert document(kind)["number"] in str(reader.metadata and reader.metadata.title)
    assert round(float(reader.pages[0].mediabox.width)) == width
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    pages: Any = reader.pages
    fonts = {str(font.get_object()["/BaseFont"]) for page in pages for font in page["/Resources"]["/Font"].values()}
    assert all("Inter" in font for font in fonts)


def test_long_documents_repeat_the_head_and_keep_the_total_with_a_line() -> None:
    reader = printed("quote", 60)
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) > 3
    with_lines = [page for page in pages if "AW-00" in page]
    assert all("Unit price" in page for page in with_lines)
    (total,) = [page for page in pages if "Net total" in page]
    assert "AW-0059" in total


def test_the_same_snapshot_gives_the_same_bytes_in_every_process() -> None:
    first = pdf.render(TEMPLATES["quote"], document("quote"), BRAND, logo=LOGO)
    assert first == pdf.render(TEMPLATES["quote"], document("quote"), BRAND, logo=LOGO)
    code = (
        "import hashlib; from tests.web.samples import *; from portal.web import pdf;"
        "print(hashlib.sha256(pdf.render('quotes/pdf/quote.html', document('quote'), BRAND, logo=LOGO)).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == hashlib.sha256(first).hexdigest()


def test_the_hash_follows_every_character_and_refuses_floats() -> None:
    assert snapshot_hash(document("quote")) == snapshot_hash(document("quote"))
    assert snapshot_hash(document("quote")) != snapshot_hash(document("quote", subject="Spring"))
    with pytest.raises(ValueError, match="float"):
        snapshot_hash(document("quote", revision=2.5))


@pytest.mark.parametrize("url", HOSTILE)
def test_the_fetcher_serves_only_what_it_was_given(url: str) -> None:
    fetcher = AssetFetcher({"logo": LOGO})
    assert fetcher("asset:logo").read() == LOGO
    with pytest.raises(ValueError, match=":"):
        fetcher(url)
    assert fetcher.refused == [url]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:9/x", "data:image/svg+xml,<svg/>"])
def test_no_way_of_naming_an_address_leads_out(way: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *args, **more: opened.append(args))
    page = f"<html lang=en><title>x</title><body>{way.format(url=url)}</body></html>"
    if way in HARMLESS:
        assert not PdfReader(BytesIO(press(page, {}, "A4", "pdf/ua-1"))).attachments
    else:
        with pytest.raises(ValueError, match="paper may not load"):
            press(page, {}, "A4", "pdf/ua-1")
    assert opened == []


def test_a_redirecting_or_nested_logo_is_refused() -> None:
    logo = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd" width="9" height="9"/></svg>'
    with pytest.raises(ValueError, match="may not load .'file:///etc/passwd'"):
        pdf.render(TEMPLATES["quote"], document("quote", 1), BRAND, logo=logo)


def test_markup_in_values_is_printed_not_obeyed() -> None:
    evil = '<img src="file:///etc/passwd">{{ 7 * 7 }}'
    reader = PdfReader(BytesIO(pdf.render(TEMPLATES["quote"], document("quote", 1, subject=evil, intro=[evil]), BRAND)))
    assert evil in words(reader)


def giant(count: int) -> DocumentSnapshot:
    return document(
        "quote", 1, sections=[{"title": "", "note": "", "subtotal": None, "lines": [line(0, "en")] * count}]
    )


def test_giants_are_refused_before_any_work() -> None:
    with pytest.raises(ValueError, match="10002 lines; a document holds at most 500"):
        pdf.render("no/such/template.html", giant(10_000) | {"options": [line(0, "en")] * 2}, BRAND)
    with pytest.raises(ValueError, match="more than 1000 kB of text"):
        pdf.render("no/such/template.html", document("quote", 1, subject="x" * 1_000_001), BRAND)
    pdf.check_length(giant(498))


def test_a_child_prints_the_same_bytes() -> None:
    snapshot = document("order", 3)
    assert pdf.render_limited(TEMPLATES["order"], snapshot, BRAND, logo=LOGO) == pdf.render(
        TEMPLATES["order"], snapshot, BRAND, logo=LOGO
    )


def test_a_child_that_runs_away_is_stopped_and_reported() -> None:
    with pytest.raises(pdf.PrintFailed, match="Q-2026-0042: printing took more than 1 seconds of processor time"):
        pdf.render_limited(TEMPLATES["quote"], giant(490), BRAND, cpu=1)
    with pytest.raises(pdf.PrintFailed, match="longer than 0.5 seconds"):
        pdf.render_limited(TEMPLATES["quote"], giant(490), BRAND, wall=0.5)


def test_a_child_that_eats_memory_is_stopped_and_reported() -> None:
    code = (  # in a process of its own: this one may have set free enough for it
        "from tests.web.test_pdf import *;pdf.render_limited(TEMPLATES['quote'], giant(490), BRAND, memory=50 << 20)"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert re.search("PrintFailed: Q-2026-0042: printing (needed more than|ended)", other.stderr)


def test_a_refusal_in_the_child_is_the_same_refusal() -> None:
    with pytest.raises(ValueError, match="at most 500"):
        pdf.render_limited(TEMPLATES["quote"], giant(501), BRAND)
    with pytest.raises(ValueError, match="#rrggbb"):
        pdf.render_limited(TEMPLATES["quote"], document("quote", 1), BRAND | {"accent": "red; }"})


def test_paper_can_be_made_here() -> None:
    assert pdf.available() is None
