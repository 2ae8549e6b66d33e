"""The chart as a PDF."""

from collections.abc import Iterator

from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization import documents, queries
from portal.web import pdf
from portal.web.language import environment

from .workspace import Result, Slice, Work, runs


@runs("chart")
def print_chart(work: Work) -> Iterator[Slice | Result]:
    """One sheet per page, landscape."""
    if missing := pdf.available():
        raise Refused("chart.no_pdf", missing)
    today = clock.today(work.spec["zone"])
    sheets = documents.sheets(queries.chart(today))
    template = environment("en").get_template("organization/pdf/chart.html")
    html = template.render(sheets=sheets, seller=queries.company(), today=today)
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    yield Slice(rows=len(sheets))
    yield Result(f"organization-{today}.pdf", pdf.press_limited("The chart", html, f"{work.spec['size']} landscape"))
