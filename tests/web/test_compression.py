"""What is sent compressed, what is not, and to whom."""

import os
import zlib
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient

from portal.kernel.db import db

UNPACK = {"br": brotli.decompress, "gzip": lambda data: zlib.decompress(data, wbits=31)}
TAKES = {"Accept-Encoding": "gzip, deflate, br, zstd"}
TLS = "https://localhost"


def ask(client: Any, path: str, *, base_url: str = "http://localhost", **headers: str) -> Any:
    """Past our client, which would parse every answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = FlaskClient.open(client, path, headers=TAKES | named, base_url=base_url)
    answer.get_data()
    answer.close()
    db.session.rollback()
    return answer


@pytest.mark.parametrize(
    ("takes", "coding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip")]
)
@pytest.mark.parametrize("path", ["/leads", "/static/portal.css"])
def test_the_browser_gets_the_same_in_fewer_bytes(client_of: Any, path: str, takes: str, coding: str) -> None:
    client = client_of("rep")
    plain, packed = ask(client, path, Accept_Encoding=""), ask(client, path, Accept_Encoding=takes)
    assert packed.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in packed.vary
    assert "Accept-Encoding" in plain.vary
    assert len(packed.data) == packed.content_length < len(plain.data) / 2
    found = UNPACK[coding](packed.data)
    assert found == plain.data if "static" in path else b"Leads" in found


@pytest.mark.parametrize("takes", ["", "identity", "zstd", "br;q=0", "nonsense"])
def test_who_takes_nothing_gets_it_plain(client_of: Any, takes: str) -> None:
    for path in ("/leads", "/static/portal.css"):
        assert "Content-Encoding" not in ask(client_of("rep"), path, Accept_Encoding=takes).headers


def test_small_answers_pictures_fonts_and_refusals(client_of: Any) -> None:
    rep = client_of("rep")
    for path in ("/healthz", "/static/inter-latin.woff2", "/static/logo.svg"):
        assert "Content-Encoding" not in ask(rep, path).headers
    gone = ask(rep, "/nowhere")
    assert gone.status_code == 404
    assert gone.headers["Content-Encoding"] == "br"


def test_a_static_file_keeps_its_year_and_its_mark(client: Any) -> None:
    first = ask(client, "/static/portal.css")
    assert first.headers["ETag"].startswith("W/")
    assert first.headers["Vary"] == "Accept-Encoding"  # not the cookie, which changes with every message
    again = ask(client, "/static/portal.css", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304
    assert again.data == b""
    part = ask(client, "/static/portal.css", Range="bytes=0-99")
    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers


def test_a_changed_file_is_packed_anew(app: Any, client: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    for number, letter in enumerate("ab"):
        (tmp_path / "one.css").write_text(letter * 2_000)
        os.utime(tmp_path / "one.css", ns=(number, number))
        assert brotli.decompress(ask(client, "/static/one.css").data) == letter.encode() * 2_000


class TestLengthThatCouldBetray:
    """Over TLS, a page with a person's data beside words of another site's choosing."""

    @pytest.mark.parametrize(
        ("site", "packed"),
        [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), ("", False)],
    )
    def test_a_persons_page_is_packed_only_for_our_pages_and_the_person(
        self, client_of: Any, site: str, packed: bool
    ) -> None:
        headers = {"Sec_Fetch_Site": site} if site else {}
        answer = ask(client_of("rep"), "/leads?q=guess", base_url=TLS, **headers)
        assert answer.status_code == 200
        assert ("Content-Encoding" in answer.headers) is packed

    def test_a_visitors_page_has_no_secret_that_stands_still(self, client: Any) -> None:
        answer = ask(client, "/signin", base_url=TLS, Sec_Fetch_Site="cross-site")
        assert answer.headers["Content-Encoding"] == "br"

    def test_a_file_is_sent_as_it_is(self, client: Any) -> None:
        assert "Content-Encoding" not in ask(client, "/static/screenshot.png").headers
