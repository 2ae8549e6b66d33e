"""Showing and changing the tree of a model; trying an address."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, request, url_for

from portal.accounts.queries import account_named
from portal.kernel.errors import NotFound
from portal.leads.queries import answering, book_by_territory, coverage
from portal.realignment.services import cover
from portal.territories import queries, services
from portal.territories.models import Territory, TerritoryModel
from portal.territories.rules import Facts, overlaps
from portal.territories.services import RuleValues
from portal.territories.states import ModelState
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page

from .forms import CoverPlanned, EditRule, EditTerritory, TryAddress

bp = Blueprint("territories", __name__, url_prefix="/territories")


@bp.get("")
@needs("territories.view")
def show_tree() -> Any:
    """Of the model in force; who draws territories can look at the others too."""
    model = _asked_model()
    shown = model.id if model else None
    form = TryAddress(request.args)
    asked = "country" in request.args
    return page(
        "territories/tree.html",
        status=422 if asked and not form.validate() else 200,
        title=model.name if model else "Territories",
        crumbs=[("Territories", url_for(".show_tree"))] if model else [],
        model=model,
        is_plan=model is not None and model.state == ModelState.PLANNING,
        nodes=queries.tree(shown),
        names=queries.names(shown),
        covered=_covered(coverage(), queries.tree(shown)),
        book=book_by_territory(),
        overlaps=overlaps(queries.rules(shown)),
        form=form,
        answer=_answer(form) if asked and not form.errors else None,
    )


def _asked_model() -> TerritoryModel | None:
    """None for the model in force."""
    if not (text := request.args.get("model", "")).isdigit():
        return None
    model = queries.model(g.actor, int(text[:9]))
    return None if model.state == ModelState.ACTIVE else model


def _covered(rows: dict[int, list[int]], nodes: list[queries.Node]) -> dict[int, list[int]]:
    """A planned territory is covered as the one it stands for, unless somebody else is planned for it."""
    return {t.id: rows.get(t.id) or rows.get(t.stands_for_id or 0, []) for t in (node.territory for node in nodes)}


def _answer(form: TryAddress) -> dict[str, Any]:
    """Who would get this address, by which rule, and which rules of others it beat."""
    texts: dict[str, Any] = {name: form[name].data or "" for name in ("country", "region", "postcode", "industry")}
    facts = replace(Facts(employees=form.employees.data), **texts)
    match, placed = queries.explain(facts), queries.place(facts)
    owner, why = answering(placed.territory_id)
    return {"match": match, "placed": placed, "owner": owner, "why": why}


@bp.get("/<int:record_id>")
@needs("territories.view")
def show_territory(record_id: int) -> Any:
    return _territory_page(record_id)


def _territory_page(
    record_id: int,
    form: EditTerritory | None = None,
    rule: EditRule | None = None,
    staff: CoverPlanned | None = None,
    status: int = 200,
) -> Any:
    found = queries.territory(g.actor, record_id)
    nodes, names = queries.tree(found.model_id), queries.names(found.model_id)
    node = next(node for node in nodes if node.territory.id == record_id)
    shown, rows = form or EditTerritory(formdata=None, obj=found), coverage()
    staff = staff or CoverPlanned(formdata=None, data={"positions": rows.get(record_id, [])})
    return page(
        "territories/territory.html",
        status=status,
        title=found.name,
        crumbs=_crumbs(found),
        found=found,
        is_plan=found.model.state == ModelState.PLANNING,
        editable=g.actor.may("territories.edit") and found.model.state != ModelState.ARCHIVED,
        node=node,
        above=[names[key] for key in reversed(queries.ancestors(record_id)[1:])],
        covered=_covered(rows, [node])[record_id],
        book=book_by_territory().get(record_id, (0, 0)),
        form=shown.offer(_ordered(nodes), record_id),
        rule_form=rule or EditRule(formdata=None),
        staff_form=staff.offer(),
        act_form=ActForm(formdata=None),
    )


def _crumbs(found: Territory) -> list[tuple[str, str]]:
    crumbs = [("Territories", url_for(".show_tree"))]
    if found.model.state != ModelState.ACTIVE:
        crumbs.append((found.model.name, url_for(".show_tree", model=found.model_id)))
    return crumbs


def _ordered(nodes: list[queries.Node]) -> list[tuple[int, str]]:
    return [(node.territory.id, "\u2003" * node.depth + node.territory.name) for node in nodes]


@bp.get("/new")
@needs("territories.edit")
def new_territory() -> Any:
    model = _asked_model()
    return _new_page(EditTerritory(formdata=None).offer(_ordered(queries.tree(model.id if model else None))))


@bp.post("/new")
@needs("territories.edit")
def create_territory() -> Any:
    model = _asked_model()
    model_id = model.id if model else None
    form = EditTerritory().offer(_ordered(queries.tree(model_id)))

    def act() -> int:
        values = {"name": form.name.data, "parent_id": form.parent_id.data, "model_id": model_id}
        return services.add_territory(g.actor, **values).id

    done = submit(form, act)
    if done is None:
        return _new_page(form, status=form.status)
    flash("The territory is there. Give it rules and somebody to cover it.", "success")
    return go(url_for(".show_territory", record_id=done.result))


def _new_page(form: EditTerritory, status: int = 200) -> Any:
    model = _asked_model()
    back = url_for(".show_tree", model=model.id if model else None)
    crumbs = [(model.name if model else "Territories", back)]
    return page("territories/edit.html", status=status, title="New territory", crumbs=crumbs, form=form, back=back)


@bp.post("/<int:record_id>")
@needs("territories.edit")
def change_territory(record_id: int) -> Any:
    form = EditTerritory().offer(_ordered(queries.tree(queries.territory(g.actor, record_id).model_id)), record_id)

    def current() -> dict[str, Any]:
        stored = queries.territory(g.actor, record_id)
        return {"version": stored.version, "name": stored.name, "parent_id": stored.parent_id}

    def act() -> int:
        values = {"name": form.name.data, "parent_id": form.parent_id.data, "version": form.version.data}
        return services.change_territory(g.actor, record_id, **values).id

    if submit(form, act, current=current) is None:
        return _territory_page(record_id, form=form, status=form.status)
    flash("Saved.", "success")
    return go(url_for(".show_territory", record_id=record_id))


@bp.post("/<int:record_id>/removal")
@needs("territories.edit")
def remove_territory(record_id: int) -> Any:
    found = queries.territory(g.actor, record_id)
    model = found.model_id if found.model.state != ModelState.ACTIVE else None
    back = url_for(".show_tree", model=model)
    return _act(lambda: services.remove_territory(g.actor, record_id), "Removed.", back, record_id)


@bp.post("/<int:record_id>/rest")
@needs("territories.edit")
def change_default(record_id: int) -> Any:
    """Takes what no rule places, or no longer."""
    takes = request.form.get("takes") == "1"
    said = "It takes what no rule places." if takes else "It no longer takes the rest."
    back = url_for(".show_territory", record_id=record_id)
    return _act(lambda: services.set_default(g.actor, record_id, takes), said, back, record_id)


@bp.post("/<int:record_id>/coverage")
@needs("territories.edit")
def cover_planned(record_id: int) -> Any:
    form = CoverPlanned().offer()
    if submit(form, lambda: cover(g.actor, record_id, form.positions.data or [])) is None:
        return _territory_page(record_id, staff=form, status=form.status)
    flash("Saved. It comes into force with the plan.", "success")
    return go(url_for(".show_territory", record_id=record_id))


@bp.post("/<int:record_id>/rules")
@needs("territories.edit")
def create_rule(record_id: int) -> Any:
    form = EditRule()
    if submit(form, lambda: services.add_rule(g.actor, record_id, _values(form)).id) is None:
        return _territory_page(record_id, rule=form, status=form.status)
    flash("The rule holds for everything that is placed from now on.", "success")
    return go(url_for(".show_territory", record_id=record_id))


def _values(form: EditRule) -> RuleValues:
    """A named account may be typed by name; the rule keeps its number. Raises Refused."""
    values = form.rule()
    return replace(values, account=account_named(g.actor, values.account).number) if values.account else values


@bp.get("/rules/<int:record_id>")
@needs("territories.edit")
def edit_rule(record_id: int) -> Any:
    return _rule_page(EditRule(formdata=None, obj=queries.rule(g.actor, record_id)), record_id)


@bp.post("/rules/<int:record_id>")
@needs("territories.edit")
def change_rule(record_id: int) -> Any:
    form, territory_id = EditRule(), queries.rule(g.actor, record_id).territory_id
    if submit(form, lambda: services.change_rule(g.actor, record_id, _values(form)).id) is None:
        return _rule_page(form, record_id, status=form.status)
    flash("Saved.", "success")
    return go(url_for(".show_territory", record_id=territory_id))


def _rule_page(form: EditRule, record_id: int, status: int = 200) -> Any:
    territory = queries.territory(g.actor, queries.rule(g.actor, record_id).territory_id)
    back = url_for(".show_territory", record_id=territory.id)
    crumbs = [*_crumbs(territory), (territory.name, back)]
    return page("territories/edit.html", status=status, title="Rule", crumbs=crumbs, form=form, back=back)


@bp.post("/rules/<int:record_id>/removal")
@needs("territories.edit")
def remove_rule(record_id: int) -> Any:
    territory_id = queries.rule(g.actor, record_id).territory_id
    back = url_for(".show_territory", record_id=territory_id)
    return _act(lambda: services.remove_rule(g.actor, record_id), "The rule is gone.", back, territory_id)


def _act(act: Callable[[], None], said: str, back: str, territory_id: int) -> Any:
    form = ActForm()
    try:
        done = submit(form, act)
    except NotFound:
        return go(back)  # a second click found it gone already
    if done is None:
        flash(" ".join(str(error) for error in form.form_errors) or "Please try again.", "warn")
        return _territory_page(territory_id, status=form.status)
    flash(said, "success")
    return go(back)
