"""Asking for a better balance, and what was found."""

from typing import Any

from flask import g, request, url_for

from portal.realignment import queries, services
from portal.territories import queries as territories
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page
from portal.workspace.states import OPEN

from ..forms import ProposeModel
from ..pages import crumbs
from . import bp


@bp.get("/<int:record_id>/proposal")
@needs("territories.edit")
def new_proposal(record_id: int) -> Any:
    return _ask_page(record_id)


def _ask_page(record_id: int, form: ProposeModel | None = None, status: int = 200) -> Any:
    model = territories.model(g.actor, record_id)
    customers = queries.book(territories.rules(model.id))
    form = form or ProposeModel(formdata=None, data={"most_moves": max(len(customers) // 10, 1)})
    return page(
        "realignment/propose.html",
        status=status,
        title="Propose a better balance",
        crumbs=crumbs((model.name, url_for(".show_model", record_id=record_id))),
        model=model,
        scene=queries.scenario(model, customers),
        accounts=len(customers),
        form=form,
    )


@bp.post("/<int:record_id>/proposal")
@needs("territories.edit")
def propose_model(record_id: int) -> Any:
    form = ProposeModel()
    act = lambda: services.propose(g.actor, record_id, name=form.name.data, most_moves=form.most_moves.data).id  # noqa: E731
    done = submit(form, act)
    if done is None:
        return _ask_page(record_id, form, form.status)
    return go(url_for(".show_proposal", record_id=done.result))


@bp.get("/proposals/<int:record_id>")
@needs("territories.edit")
def show_proposal(record_id: int) -> Any:
    made = queries.proposal(record_id)
    work = queries.work_of(made)
    names = {model.id: model for model in territories.models(g.actor)}
    return page(
        "realignment/proposal.html",
        "work",
        title=made.name,
        crumbs=crumbs(),
        made=made,
        base=names[made.base_id],
        model=names.get(made.model_id or 0),
        work=work,
        unfinished=work is not None and work.state in OPEN,
        plot=_plot(made.curve),
        full=request.args.get("steps") == "all",
    )


def _plot(curve: list[Any]) -> dict[str, Any]:
    """Points of the trade-off in a drawing of 520 x 168: accounts moved to the right, balance upwards."""
    if len(curve) < 2:
        return {}
    most, low = curve[-1][0] or 1, int(curve[0][1] // 5 * 5)
    high = max(int(-(-curve[-1][1] // 5) * 5), low + 5)
    points = [(50 + 500 * moved / most, 184 - 168 * (index - low) / (high - low)) for moved, index in curve]
    return {"points": points, "low": low, "high": high, "most": most}
