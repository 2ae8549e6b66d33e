"""Long work: what runs, how far it is, what came out of it."""

import csv
import io
from typing import Any

from flask import Response, flash, g, url_for

from portal.kernel import files
from portal.kernel.db import transact
from portal.kernel.errors import NotFound, Refused
from portal.kernel.tables import Table
from portal.web.auth import needs
from portal.web.exports import MEDIA, inert
from portal.web.forms import ActForm
from portal.web.htmx import go, page, see
from portal.web.listing import list_page
from portal.workspace import queries, services
from portal.workspace.states import OPEN

from . import bp
from .files import sent_as_download

SHOWN = 50  # remarks on the page; the file has all


@bp.get("/long-work")
@needs("workspace.use")
def list_work() -> Any:
    return list_page(
        "workspace/long_work.html",
        queries.LONG_WORK,
        title="Long work",
        empty="What takes longer than a moment runs here: imports, large exports, acts on thousands of rows.",
        row_url=lambda work: url_for(".show_work", work_id=work.id),
    )


@bp.get("/long-work/<int:work_id>")
@needs("workspace.use")
def show_work(work_id: int) -> Any:
    work = queries.work(g.actor, work_id)
    return page(
        "workspace/work.html",
        "work",
        title=work.title,
        crumbs=[("Long work", "/long-work")],
        work=work,
        unfinished=work.state in OPEN,
        remarks=[] if work.state in OPEN else queries.remarks_of(work_id, SHOWN + 1),
        shown=SHOWN,
        undoable=queries.can_be_undone(work) and work.user_id == g.actor.user_id,
        act_form=ActForm(formdata=None),
    )


@bp.post("/long-work/<int:work_id>/cancellation")
@needs("workspace.use")
def cancel_work(work_id: int) -> Any:
    transact(lambda: services.cancel(g.actor, work_id))
    flash("Stops as soon as the rows at hand are done", "success")
    return see(show_work, work_id=work_id)


@bp.post("/long-work/<int:work_id>/continuation")
@needs("workspace.use")
def continue_work(work_id: int) -> Any:
    try:
        transact(lambda: services.go_on(g.actor, work_id))
    except Refused as refusal:
        flash(refusal.message, "bad")
    return see(show_work, work_id=work_id)


@bp.get("/long-work/<int:work_id>/result")
@needs("workspace.use")
def download_result(work_id: int) -> Response:
    """Only for the person whose rights the file was made with."""
    work = queries.work(g.actor, work_id)
    if not work.result_key or not work.result_name or work.user_id != g.actor.user_id:
        raise NotFound("long_work.no_result", "There is no file here, or it is not yours to see.")
    media = MEDIA.get(work.result_name.rpartition(".")[2], "application/octet-stream").partition(";")[0]
    return sent_as_download(files.read(work.result_key), work.result_name, media)


@bp.post("/long-work/<int:work_id>/reversal")
@needs("workspace.use")
def undo_work(work_id: int) -> Any:
    """Take an import back."""
    try:
        undoing = transact(lambda: services.start_undo(g.actor, work_id).id)
    except Refused as refusal:
        flash(refusal.message, "bad")
        return see(show_work, work_id=work_id)
    return go(url_for(".show_work", work_id=undoing))


@bp.get("/long-work/<int:work_id>/refusals")
@needs("workspace.use")
def download_refusals(work_id: int) -> Response:
    """The rows as they stood in the file, with what is wrong: to be mended and imported again."""
    work = queries.work(g.actor, work_id)
    remarks = queries.remarks_of(work_id)
    table = Table(files.read(work.spec["key"])) if work.kind == "import" and work.user_id == g.actor.user_id else None
    wanted = {one.row for one in remarks}
    cells = {row.line: row.cells for row in table or () if row.line in wanted}
    buffer = io.StringIO()
    buffer.write("\ufeff")
    rows = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    rows.writerow([*(inert(name) for name in (table.header if table else [])), "Row", "Field", "Reason", "Came in"])
    for one in remarks:
        told = [one.row, one.field, one.reason, "yes" if one.taken else "no"]
        rows.writerow([inert(cell) for cell in [*cells.get(one.row, []), *told]])
    return sent_as_download(buffer.getvalue().encode(), f"refused-{work.id}.csv", "text/csv")
