"""Showing and changing the tree; trying an address."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, request, url_for

from portal.kernel.errors import NotFound
from portal.leads.queries import answering, book_by_territory, coverage
from portal.territories import queries, services
from portal.territories.rules import Facts, overlaps
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page

from .forms import EditRule, EditTerritory, TryAddress

bp = Blueprint("territories", __name__, url_prefix="/territories")


@bp.get("")
@needs("territories.view")
def show_tree() -> Any:
    names = queries.names()
    form = TryAddress(request.args)
    asked = "country" in request.args
    return page(
        "territories/tree.html",
        status=422 if asked and not form.validate() else 200,
        title="Territories",
        nodes=queries.tree(),
        names=names,
        covered=coverage(),
        book=book_by_territory(),
        overlaps=overlaps(queries.rules()),
        form=form,
        answer=_answer(form) if asked and not form.errors else None,
    )


def _answer(form: TryAddress) -> dict[str, Any]:
    """Who would get this address, by which rule, and which rules of others it beat."""
    texts: dict[str, Any] = {name: form[name].data or "" for name in ("country", "region", "postcode", "industry")}
    facts = replace(Facts(employees=form.employees.data), **texts)
    match = queries.explain(facts)
    territory_id = match.rule.territory_id if match else None
    owner, why = answering(territory_id)
    return {"match": match, "territory_id": territory_id, "owner": owner, "why": why}


@bp.get("/<int:record_id>")
@needs("territories.view")
def show_territory(record_id: int) -> Any:
    return _territory_page(record_id)


def _territory_page(
    record_id: int, form: EditTerritory | None = None, rule: EditRule | None = None, status: int = 200
) -> Any:
    found = queries.territory(g.actor, record_id)
    names = queries.names()
    node = next(node for node in queries.tree() if node.territory.id == record_id)
    shown = form or EditTerritory(formdata=None, obj=found)
    return page(
        "territories/territory.html",
        status=status,
        title=found.name,
        crumbs=[("Territories", url_for(".show_tree"))],
        found=found,
        node=node,
        above=[names[key] for key in reversed(queries.ancestors(record_id)[1:])],
        covered=coverage().get(record_id, []),
        book=book_by_territory().get(record_id, (0, 0)),
        form=shown.offer(_ordered(), record_id),
        rule_form=rule or EditRule(formdata=None),
        act_form=ActForm(formdata=None),
    )


def _ordered() -> list[tuple[int, str]]:
    return [(node.territory.id, "\u2003" * node.depth + node.territory.name) for node in queries.tree()]


@bp.get("/new")
@needs("territories.edit")
def new_territory() -> Any:
    return _new_page(EditTerritory(formdata=None).offer(_ordered()))


@bp.post("/new")
@needs("territories.edit")
def create_territory() -> Any:
    form = EditTerritory().offer(_ordered())
    act = lambda: services.add_territory(g.actor, name=form.name.data, parent_id=form.parent_id.data).id  # noqa: E731
    done = submit(form, act)
    if done is None:
        return _new_page(form, status=form.status)
    flash("The territory is there. Give it rules and somebody to cover it.", "success")
    return go(url_for(".show_territory", record_id=done.result))


def _new_page(form: EditTerritory, status: int = 200) -> Any:
    crumbs = [("Territories", url_for(".show_tree"))]
    return page(
        "territories/edit.html", status=status, title="New territory", crumbs=crumbs, form=form, back=crumbs[0][1]
    )


@bp.post("/<int:record_id>")
@needs("territories.edit")
def change_territory(record_id: int) -> Any:
    form = EditTerritory().offer(_ordered(), record_id)

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
    return _act(lambda: services.remove_territory(g.actor, record_id), "Removed.", url_for(".show_tree"), record_id)


@bp.post("/<int:record_id>/rules")
@needs("territories.edit")
def create_rule(record_id: int) -> Any:
    form = EditRule()
    if submit(form, lambda: services.add_rule(g.actor, record_id, form.rule()).id) is None:
        return _territory_page(record_id, rule=form, status=form.status)
    flash("The rule holds for everything that is placed from now on.", "success")
    return go(url_for(".show_territory", record_id=record_id))


@bp.get("/rules/<int:record_id>")
@needs("territories.edit")
def edit_rule(record_id: int) -> Any:
    return _rule_page(EditRule(formdata=None, obj=queries.rule(g.actor, record_id)), record_id)


@bp.post("/rules/<int:record_id>")
@needs("territories.edit")
def change_rule(record_id: int) -> Any:
    form, territory_id = EditRule(), queries.rule(g.actor, record_id).territory_id
    if submit(form, lambda: services.change_rule(g.actor, record_id, form.rule()).id) is None:
        return _rule_page(form, record_id, status=form.status)
    flash("Saved.", "success")
    return go(url_for(".show_territory", record_id=territory_id))


def _rule_page(form: EditRule, record_id: int, status: int = 200) -> Any:
    territory = queries.territory(queries.rule(g.actor, record_id).territory_id)
    back = url_for(".show_territory", record_id=territory.id)
    crumbs = [("Territories", url_for(".show_tree")), (territory.name, back)]
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
