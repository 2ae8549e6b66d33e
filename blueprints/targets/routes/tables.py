"""Targets as tables: pasted or imported, and exported."""

import csv
import io
from typing import Any

from flask import Response, flash, g, request, url_for

from portal.kernel.errors import Refused
from portal.kernel.tables import read_table
from portal.targets import queries, services
from portal.targets.models import Plan
from portal.targets.services import Problem
from portal.web.auth import needs
from portal.web.exports import MEDIA, inert, known_format
from portal.web.forms import submit
from portal.web.htmx import go, page

from .. import bp
from ..forms import ImportForm
from ..pages import asked, shared_context
from .views import tree_of

SHOWN = 50


@bp.get("/targets/plans/<int:plan_id>/table.<kind>")
@needs("targets.view")
def export_targets(plan_id: int, kind: str) -> Response:
    plan = queries.plan(g.actor, plan_id)
    rows = queries.table_of(g.actor, plan)
    content = _csv(rows) if known_format(kind) == "csv" else _xlsx(rows)
    name = f"targets-{plan.starts_on.isoformat()}-v{plan.number}.{kind}"
    return Response(content, mimetype=MEDIA[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _csv(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[inert(cell) for cell in row] for row in rows])
    return ("\ufeff" + buffer.getvalue()).encode()


def _xlsx(rows: list[list[str]]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Targets")
    sheet.freeze_panes(1, 4)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if number and place > 3:
                sheet.write_number(number, place, float(cell))
            else:
                sheet.write_string(number, place, cell)
    book.close()
    return buffer.getvalue()


@bp.get("/targets/plans/<int:plan_id>/import")
@needs("targets.edit")
def new_import(plan_id: int) -> Response:
    return _import_page(queries.plan(g.actor, plan_id), ImportForm(formdata=None), [])


@bp.post("/targets/plans/<int:plan_id>/import")
@needs("targets.edit")
def import_targets(plan_id: int) -> Any:
    plan = queries.plan(g.actor, plan_id)
    form, problems = ImportForm(), list[Problem]()
    sent = request.files.get("file")
    content = sent.read() if sent and sent.filename else (form.text.data or "").encode()

    def act() -> int:
        if not content.strip():
            raise Refused("import.nothing", "Choose a file, or paste cells.", "file")
        count, found = services.import_table(g.actor, plan_id, read_table(content)[0])
        if found:
            problems.extend(found)
            raise Refused("import.problems", f"{len(found)} cells are wrong; nothing was changed.")
        return count

    if done := submit(form, act):
        flash(f"{done.result} targets read", "success")
        return go(url_for(".show_targets", plan=plan_id))
    return _import_page(plan, form, problems)


def _import_page(plan: Plan, form: ImportForm, problems: list[Problem]) -> Response:
    wanted = asked(plan=plan)
    return page(
        "targets/import.html",
        status=form.status if form.errors or form.form_errors else 200,
        title="Targets from a table",
        crumbs=[
            ("Targets", url_for(".show_targets", plan=plan.id)),
            (f"Version {plan.number}", url_for(".show_plan", plan_id=plan.id)),
        ],
        form=form,
        problems=problems[:SHOWN],
        sample=queries.table_of(g.actor, plan)[:3],
        **shared_context(wanted, tree_of(plan, wanted)),
    )
