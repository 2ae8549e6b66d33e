"""Pictures: what is taken, what is kept of it, and who may see it."""

import io
from typing import Any

import pytest
from PIL import Image

from portal.kernel.errors import Refused
from portal.kernel.pictures import WIDEST, read_picture

from .makers import picture, png


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_are_written_anew(kind: str) -> None:
    hidden = png(40, 20, kind=kind) + b"<script>alert(1)</script>"
    read = read_picture(hidden)
    assert (read.width, read.height) == (40, 20)
    assert b"script" not in read.content
    assert read.media_type == ("image/jpeg" if kind == "JPEG" else "image/png")


def test_wide_pictures_become_narrower_and_places_are_forgotten() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (3000, 1500)).save(out, "JPEG", exif=exif)
    read = read_picture(out.getvalue())
    assert (read.width, read.height) == (WIDEST, WIDEST // 2)
    assert b"taken at home" not in read.content


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", png()[:40], b"x" * (6 * 2**20)]
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_picture(content)


def test_a_picture_is_for_everybody_who_has_its_address(client: Any, app: Any) -> None:
    kept = picture()
    answer = client.get(kept.path)
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert picture().id == kept.id
    assert client.get("/mail-pictures/ridge.png").status_code == 200
    for nothing in ("/mail-pictures/" + "0" * 32 + ".png", "/mail-pictures/..png", "/mail-pictures/x"):
        assert client.get(nothing).status_code == 404


def test_the_library_takes_a_picture(client_of: Any) -> None:
    marketer = client_of("marketer")
    sent = {"file": (io.BytesIO(png(colour="blue")), "blue.png")}
    assert marketer.post("/emails/pictures", data=sent).status_code == 303
    assert "blue.png" in marketer.get("/emails/pictures").text
    assert marketer.post("/emails/pictures", data={"file": (io.BytesIO(b"no"), "no.png")}).status_code == 422
    assert client_of("leader").post("/emails/pictures", data={"file": (io.BytesIO(png()), "r.png")}).status_code == 403
