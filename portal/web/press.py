"""WeasyPrint with the doors shut. Import it late: it needs Pango and takes about two seconds."""

import os
from collections.abc import Mapping
from functools import lru_cache

from weasyprint import CSS, HTML  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

from portal.web.language import TEMPLATES

os.environ.setdefault("SOURCE_DATE_EPOCH", "1767225600")  # else each embedded font carries the second of its making
SHEETS = TEMPLATES / "pdf"
SIZES = {
    "A4": "210mm 297mm",
    "Letter": "8.5in 11in",
    "A4 landscape": "297mm 210mm",
    "A3 landscape": "420mm 297mm",
}


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves `asset:NAME` from memory and stops the rendering at any other address, so nothing is ever fetched."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=[], allow_redirects=False, fail_on_errors=True)
        self._assets = assets
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme != "asset" or name not in self._assets:
            self.refused.append(url[:80])
            raise ValueError(url[:80])
        return URLFetcherResponse(url, self._assets[name], {"Content-Type": media_type(self._assets[name])})


def media_type(content: bytes) -> str:
    """Told by the bytes alone; only what we print is known."""
    kinds = {b"wOF2": "font/woff2", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
    return next((kind for start, kind in kinds.items() if content.startswith(start)), "image/svg+xml")


@lru_cache
def type_case() -> tuple[FontConfiguration, CSS]:
    """Fonts and sheet, once per process: a fresh set costs about a quarter of a second per document."""
    fonts = FontConfiguration()
    files = {path.name: path.read_bytes() for path in (SHEETS / "fonts").glob("*.woff2")}
    sheet = (SHEETS / "print.css").read_text()
    return fonts, CSS(string=sheet, font_config=fonts, url_fetcher=AssetFetcher(files))


def press(html: str, assets: Mapping[str, bytes], size: str, variant: str) -> bytes:
    """The PDF of finished HTML; `assets` are the pictures that it may show. ValueError when it asks for anything else."""
    fonts, sheet = type_case()
    fetcher = AssetFetcher(assets)
    paper = CSS(string=f"@page {{ size: {SIZES[size]} }}", url_fetcher=fetcher)
    try:
        document = HTML(string=html, base_url="asset:", url_fetcher=fetcher)
        pdf: bytes = document.write_pdf(stylesheets=[sheet, paper], font_config=fonts, pdf_variant=variant)
    except FatalURLFetchingError as error:
        raise ValueError(f"paper may not load {fetcher.refused}") from error
    if fetcher.refused:  # inside a drawing the error is swallowed and the picture left out
        raise ValueError(f"paper may not load {fetcher.refused}")
    return pdf
