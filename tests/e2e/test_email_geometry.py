"""Mails stand in a browser where npm's MJML puts them, to the pixel.

`geometry/` has what npm's MJML made of our templates; with MJML_NPM=path/of/bin/mjml it is written anew. With
EMAIL_TEMPLATES=folder (holding mjml_templates/*.mjml, and in html/ what npm's MJML made of them) those are compared too.
"""

import io
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from portal.emails.rules import gallery
from portal.emails.rules.compile import compile_document, mjml_source
from portal.emails.rules.source import compile_source
from portal.kernel import public
from tests.emails.looks import LOOK

pytestmark = pytest.mark.browser
GOLDEN = Path(__file__).parent / "geometry"
NPM = os.environ.get("MJML_NPM", "")
FOLDER = Path(os.environ.get("EMAIL_TEMPLATES", "/nowhere"))
WIDTHS = (700, 375)
MEASURE = """() => [...document.querySelectorAll('td, img, a, p, h1, h2, h3')].map(one => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 0 && box.height > 0)
  .map(([one, box]) => [one.tagName, ...[box.x, box.y, box.width, box.height].map(Math.round)])"""
Boxes = list[list[object]]


@pytest.fixture(scope="module")
def sheet(chromium: Browser) -> Iterator[Page]:
    """A page on which every picture is the same and nothing else is fetched."""
    before = list(public._url)
    public.reached_at("http://portal.test")
    out = io.BytesIO()
    Image.new("RGB", (300, 150), "red").save(out, "PNG")
    page = chromium.new_page()
    picture = {"body": out.getvalue(), "content_type": "image/png"}
    page.route("**/*", lambda it: it.fulfill(**picture) if it.request.resource_type == "image" else it.abort())
    yield page
    page.close()
    public._url[:] = before


def boxes(sheet: Page, html: str, width: int) -> Boxes:
    sheet.set_viewport_size({"width": width, "height": 900})
    sheet.set_content(html, wait_until="load")
    found: Boxes = sheet.evaluate(MEASURE)
    return found


def same(left: Boxes, right: Boxes) -> bool:
    """Within one pixel, which rounding may cost."""
    pairs = zip(left, right, strict=False)
    return len(left) == len(right) and all(
        a[0] == b[0] and all(abs(int(str(x)) - int(str(y))) <= 1 for x, y in zip(a[1:], b[1:], strict=True))
        for a, b in pairs
    )


@pytest.mark.parametrize("key", gallery.TEMPLATES)
def test_our_templates_stand_where_npm_puts_them(sheet: Page, key: str) -> None:
    document, path = gallery.TEMPLATES[key].document, GOLDEN / f"{key}.json"
    if NPM:
        source, shelter = mjml_source(document, LOOK)
        made = subprocess.run(
            [NPM, "-i", "-s"],
            input=shelter.show(shelter.show_comments(source)),
            capture_output=True,
            text=True,
            check=True,
        )
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({str(width): boxes(sheet, made.stdout, width) for width in WIDTHS}) + "\n")
    expected = json.loads(path.read_text())
    html = compile_document(document, LOOK).html
    for width in WIDTHS:
        assert same(boxes(sheet, html, width), expected[str(width)]), width


if FOLDER.is_dir():

    def test_real_templates_stand_where_npm_puts_them(sheet: Page) -> None:
        """All but the thumbnails of a carousel, a block that ours does without."""
        strange = []
        for path in sorted((FOLDER / "mjml_templates").glob("*.mjml")):
            source, theirs = path.read_text(), (FOLDER / "html" / f"{path.stem}.html").read_text()
            own = compile_source(source).html
            strange += [
                (path.stem, width)
                for width in WIDTHS
                if "<mj-carousel" not in source and not same(boxes(sheet, own, width), boxes(sheet, theirs, width))
            ]
        assert not strange
