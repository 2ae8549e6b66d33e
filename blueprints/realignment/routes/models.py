"""The models, one of them, and two side by side."""

from typing import Any

from flask import flash, g, request, url_for

from portal.kernel.errors import NotFound
from portal.organization.queries import company
from portal.realignment import queries, services
from portal.realignment.queries import Preview
from portal.realignment.rules import Load
from portal.territories import queries as territories
from portal.territories import services as territory_services
from portal.territories.models import TerritoryModel
from portal.territories.states import ModelState
from portal.web.auth import needs
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import go, page

from ..forms import CopyModel, RenameModel
from ..pages import STATES, chosen_map, crumbs, drawing, fills, home_tabs, map_tabs, top
from . import bp

LISTED = 100  # accounts shown one by one; the flows above them and the file have all


@bp.get("")
@needs("territories.edit")
def list_models() -> Any:
    return _list_page()


def _list_page(form: CopyModel | None = None, status: int = 200) -> Any:
    found = territories.models(g.actor)
    return page(
        "realignment/models.html",
        status=status,
        title="Scenarios",
        crumbs=crumbs()[:1],
        tabs=home_tabs(),
        models=found,
        states=STATES,
        form=form or CopyModel(formdata=None),
        activations=queries.activations(),
        proposals=queries.proposals(),
        names={model.id: model.name for model in found},
    )


@bp.post("")
@needs("territories.edit")
def plan_model() -> Any:
    """A plan that begins as a copy of what is in force."""
    form, current = CopyModel(), territories.active_model()
    if current is None:
        raise NotFound("territory_models.none", "Draw the first territory before you plan another way.")
    done = submit(form, lambda: _copied(current.id, form))
    return _list_page(form, form.status) if done is None else _planned(done.result)


@bp.post("/<int:record_id>/copies")
@needs("territories.edit")
def copy_model(record_id: int) -> Any:
    form = CopyModel()
    done = submit(form, lambda: _copied(record_id, form))
    return _model_page(record_id, copy=form, status=form.status) if done is None else _planned(done.result)


def _copied(model_id: int, form: CopyModel) -> int:
    return territory_services.clone_model(g.actor, model_id, name=form.name.data, note=form.note.data).id


def _planned(model_id: int) -> Any:
    flash("The plan is there. Change its tree and rules, nothing is in force until you activate it.", "success")
    return go(url_for(".show_model", record_id=model_id))


@bp.get("/<int:record_id>")
@needs("territories.edit")
def show_model(record_id: int) -> Any:
    return _model_page(record_id)


def _model_page(
    record_id: int, copy: CopyModel | None = None, rename: RenameModel | None = None, status: int = 200
) -> Any:
    model = territories.model(g.actor, record_id)
    customers = queries.book([*territories.rules(model.id), *territories.rules()])
    scene, seen = queries.scenario(model, customers), queries.preview(model.id, customers)
    here, current = chosen_map([scene]), territories.active_model()
    drawn = drawing(scene, here)
    return page(
        "realignment/model.html",
        status=status,
        title=model.name,
        crumbs=crumbs(),
        model=model,
        state=STATES[model.state],
        is_planned=model.state == ModelState.PLANNING,
        is_active=model.state == ModelState.ACTIVE,
        active=current,
        scene=scene,
        seen=seen,
        moving=_total(seen),
        flows=seen.flows(),
        listed=seen.moves[:LISTED],
        before=territories.names(current.id if current else None),
        fills=fills([scene], [drawn]),
        top=top([scene]),
        drawing=drawn,
        map=here,
        maps=map_tabs(".show_model", record_id=record_id),
        currency=_currency(),
        copy=copy or CopyModel(formdata=None),
        rename=rename or RenameModel(formdata=None, obj=model),
        act_form=ActForm(formdata=None),
    )


def _total(seen: Preview) -> Load:
    load = Load()
    for move in seen.moves:
        load = load.plus(move.customer.load)
    return load


def _currency() -> str:
    home = company()
    return home.currency if home else "USD"


@bp.post("/<int:record_id>")
@needs("territories.edit")
def rename_model(record_id: int) -> Any:
    form = RenameModel()

    def current() -> dict[str, Any]:
        stored: TerritoryModel = territories.model(g.actor, record_id)
        return {"version": stored.version, "name": stored.name, "note": stored.note}

    def act() -> int:
        values = {"name": form.name.data, "note": form.note.data, "version": form.version.data}
        return territory_services.change_model(g.actor, record_id, **values).id

    if submit(form, act, current=current) is None:
        return _model_page(record_id, rename=form, status=form.status)
    flash("Saved.", "success")
    return go(url_for(".show_model", record_id=record_id))


@bp.post("/<int:record_id>/removal")
@needs("territories.edit")
def remove_model(record_id: int) -> Any:
    return act(
        lambda: services.discard(g.actor, record_id),
        "The plan is gone.",
        then=lambda: go(url_for(".list_models")),
        again=lambda status: _model_page(record_id, status=status),
    )


@bp.get("/comparison")
@needs("territories.edit")
def compare_models() -> Any:
    found = territories.models(g.actor)
    chosen = [_asked(found, key) for key in ("a", "b")]
    first = chosen[0] or next((m for m in found if m.state == ModelState.ACTIVE), None)
    second = chosen[1] or next((m for m in found if m != first), first)
    if first is None or second is None:
        raise NotFound("territory_models.none", "There is no model to compare yet.")
    customers = queries.book([*territories.rules(first.id), *territories.rules(second.id)])
    scenes = [queries.scenario(first, customers), queries.scenario(second, customers)]
    here = chosen_map(scenes)
    drawn = [drawing(scene, here) for scene in scenes]
    return page(
        "realignment/comparison.html",
        title=f"{first.name} and {second.name}",
        crumbs=crumbs(),
        models=found,
        states=STATES,
        scenes=scenes,
        drawn=drawn,
        changed=_changed(drawn),
        fills=fills(scenes, drawn),
        top=top(scenes),
        map=here,
        maps=map_tabs(".compare_models", a=first.id, b=second.id),
        names={row.territory_id: row.name for scene in reversed(scenes) for row in scene.rows()},
        differences=queries.differences(scenes[0], scenes[1], customers),
        currency=_currency(),
    )


def _asked(found: Any, key: str) -> TerritoryModel | None:
    return next((model for model in found if str(model.id) == request.args.get(key, "")), None)


def _changed(drawn: list[dict[str, Any]]) -> set[str]:
    """The regions that the second map gives to another territory than the first."""
    first, second = ({shape.code: shape.territory_id for shape in one["shapes"]} for one in drawn)
    return {code for code, key in second.items() if first[code] != key}
