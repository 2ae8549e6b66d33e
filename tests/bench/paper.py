"""W5b: an invoice as PDF, beside WeasyPrint alone on the same page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

from pypdf import PdfReader

from portal.web import pdf
from tests.web.samples import BRAND, LOGO, document

from .frame import Pair, Round, one_by_one, require
from .place import Place

TITLE = "invoice PDF in its own limited process"
UNIT = "invoices"
SIZE = 10
TEMPLATE = "invoices/pdf/invoice.html"


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    invoice = document("invoice", 12)
    assets = pdf.pictures(invoice, BRAND, LOGO)
    page = pdf.html(TEMPLATE, invoice, BRAND, assets)

    from weasyprint import CSS, HTML  # type: ignore[import-untyped]

    from portal.web.press import SIZES, AssetFetcher, type_case

    fonts, sheet = type_case()

    def ours() -> bytes:
        return pdf.render_limited(TEMPLATE, invoice, BRAND, logo=LOGO)

    def floor() -> bytes:
        fetcher = AssetFetcher(assets)
        paper = CSS(string=f"@page {{ size: {SIZES['A4']} }}", url_fetcher=fetcher)
        read = HTML(string=page, base_url="asset:", url_fetcher=fetcher)
        made: bytes = read.write_pdf(stylesheets=[sheet, paper], font_config=fonts, pdf_variant="pdf/ua-1")
        return made

    wanted = _pages(floor())  # the first one loads fonts

    def repeat(work: Callable[[], bytes]) -> Round:
        made: list[bytes] = []
        done = one_by_one([lambda: made.append(work())] * size)
        require({_pages(one) for one in made} == {wanted}, "a PDF has not the pages it should have")
        return done

    yield Pair(ours=lambda: repeat(ours), floor=lambda: repeat(floor))


def _pages(made: bytes) -> int:
    return len(PdfReader(BytesIO(made)).pages)
