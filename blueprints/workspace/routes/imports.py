"""Imports: hand in a file, say which column is what, check, and let it run."""

from itertools import islice
from typing import Any

from flask import g, request, url_for
from wtforms.fields.choices import SelectChoice

from portal.kernel import files
from portal.kernel.tables import Table, read_table
from portal.organization.queries import authorize
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page
from portal.workspace import queries, services
from portal.workspace.models import StoredFile
from portal.workspace.rules import ImportKind, check_columns, import_kinds, suggest

from ..forms import ImportFile
from . import bp

SAMPLES = 3


@bp.get("/imports/new")
@needs("imports.run")
def new_import() -> Any:
    return _choose(_form())


@bp.post("/imports")
@needs("imports.run")
def hand_in() -> Any:
    form = _form()
    sent = request.files.get("file")
    content, name = (sent.read(), sent.filename or "file") if sent else (b"", "")
    done = submit(form, lambda: services.take_in(g.actor, form.kind.data, name, content).id)
    if done is None:
        return _choose(form)
    return go(url_for(".map_columns", file_id=done.result))


def _form() -> ImportFile:
    form = ImportFile()
    form.kind.choices = [SelectChoice(kind.name, kind.title) for kind in import_kinds(g.actor)]
    if request.method == "GET" and request.args.get("kind"):
        form.kind.data = request.args["kind"]
    return form


def _choose(form: ImportFile) -> Any:
    return page("workspace/import_new.html", title="Import", form=form, status=form.status if form.errors else 200)


@bp.get("/imports/<int:file_id>")
@needs("imports.run")
def map_columns(file_id: int) -> Any:
    stored, kind = queries.import_file(g.actor, file_id)
    table, rows = read_table(files.read(stored.key))
    return _mapping(stored, kind, table, rows, suggest(table.header, kind), ActForm(formdata=None), 200)


@bp.post("/imports/<int:file_id>/check")
@needs("imports.run")
def check_import(file_id: int) -> Any:
    return _begin(file_id, dry=True)


@bp.post("/imports/<int:file_id>/run")
@needs("imports.run")
def run_import(file_id: int) -> Any:
    return _begin(file_id, dry=False)


def _begin(file_id: int, *, dry: bool) -> Any:
    stored, kind = queries.import_file(g.actor, file_id)
    authorize(g.actor, kind.permission)
    table, rows = read_table(files.read(stored.key))
    columns = [request.form.get(f"column-{place}", "") for place in range(len(table.header))]
    form = ActForm()

    def start() -> int:
        check_columns(columns, kind)
        spec = {"kind": kind.name, "key": stored.key, "columns": columns, "dry": dry, "file": stored.id}
        title = f"{'Check' if dry else 'Import'} of {stored.name}"
        return services.start(g.actor, "import", title, spec, rows).id

    done = submit(form, start)
    if done is None:
        return _mapping(stored, kind, table, rows, columns, form, form.status)
    return go(url_for(".show_work", work_id=done.result))


def _mapping(
    stored: StoredFile, kind: ImportKind, table: Table, rows: int, columns: list[str], form: ActForm, status: int
) -> Any:
    shown = [row.cells for row in islice(table, SAMPLES)]
    return page(
        "workspace/import_map.html",
        title=f"Import {stored.name}",
        crumbs=[("Import", url_for(".new_import"))],
        stored=stored,
        kind=kind,
        rows=rows,
        columns=[
            (name, columns[place], [cells[place] for cells in shown if cells[place]])
            for place, name in enumerate(table.header)
        ],
        form=form,
        status=status,
    )
