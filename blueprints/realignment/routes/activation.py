"""Putting a model in force: what will happen, the act, and what became of it."""

import csv
import io
from typing import Any

from flask import Response, flash, g, url_for

from portal.realignment import queries, services
from portal.targets.queries import currency
from portal.territories import queries as territories
from portal.web.auth import needs
from portal.web.exports import inert
from portal.web.forms import submit
from portal.web.htmx import go, page
from portal.web.records import position_name
from portal.workspace.states import OPEN

from ..forms import ActivateModel
from ..pages import crumbs
from . import bp


@bp.get("/<int:record_id>/activation")
@needs("territories.edit")
def confirm_activation(record_id: int) -> Any:
    return _confirm_page(record_id)


def _confirm_page(record_id: int, form: ActivateModel | None = None, status: int = 200) -> Any:
    model, current = territories.model(g.actor, record_id), territories.active_model()
    customers = queries.book(territories.rules(model.id))
    seen = queries.preview(model.id, customers)
    form = form or ActivateModel(formdata=None)
    form.moves.data, form.moves.raw_data = len(seen.moves), None
    owners = {pair for *_, pairs in seen.flows() for pair in pairs if pair[1] is not None}
    return page(
        "realignment/activation.html",
        status=status,
        title=f"Activate {model.name}",
        crumbs=crumbs((model.name, url_for(".show_model", record_id=record_id))),
        model=model,
        active=current,
        seen=seen,
        receivers=len({to for _, to in owners}),
        givers=len({here for here, _ in owners}),
        changing=sum(move.to_owner_id is not None for move in seen.moves),
        shifts=queries.shifts(seen.moves, customers),
        returns=queries.taken_back(model.id, current.id if current else None),
        uncovered=[
            area.name for key, area in seen.placing.areas.items() if area.is_leaf and not seen.positions.get(key)
        ],
        currency=currency(),
        form=form,
    )


@bp.post("/<int:record_id>/activation")
@needs("territories.edit")
def activate_model(record_id: int) -> Any:
    form = ActivateModel()

    def act() -> int:
        return services.activate(
            g.actor,
            record_id,
            reason=form.reason.data,
            effective_on=form.effective_on.data,
            hold_over_days=form.hold_over_days.data,
            moves=form.moves.data,
        ).id

    done = submit(form, act)
    if done is None:
        return _confirm_page(record_id, form, form.status)
    flash("It is in force. The accounts that lie elsewhere follow now.", "success")
    return go(url_for(".show_activation", record_id=done.result))


@bp.get("/activations/<int:record_id>")
@needs("territories.edit")
def show_activation(record_id: int) -> Any:
    made = queries.activation(record_id)
    work = queries.work_of(made)
    names = {model.id: model for model in territories.models(g.actor)}
    return page(
        "realignment/activated.html",
        "work",
        title=f"{names[made.model_id].name} in force",
        crumbs=crumbs(),
        made=made,
        model=names[made.model_id],
        former=names.get(made.former_id or 0),
        work=work,
        currency=currency(),
        unfinished=work is not None and work.state in OPEN,
    )


@bp.get("/<int:record_id>/moves.csv")
@needs("territories.edit")
def export_moves(record_id: int) -> Response:
    """Every account that the model moves."""
    model = territories.model(g.actor, record_id)
    seen, here = queries.preview(model.id), territories.names()
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(["Number", "Account", "From territory", "To territory", "From owner", "To owner", "Revenue", "Why"])
    for move in seen.moves:
        one = move.customer
        row = [one.number, one.name, here.get(one.territory_id or 0, ""), seen.placing.areas[move.to].name]
        owner = move.to_owner_id if move.to_owner_id is not None else one.owner_id
        row += [position_name(one.owner_id), position_name(owner), str(one.load.revenue), move.why]
        writer.writerow([inert(cell) for cell in row])
    head = {"Content-Disposition": f'attachment; filename="moves-{record_id}.csv"'}
    return Response(buffer.getvalue(), mimetype="text/csv", headers=head)
