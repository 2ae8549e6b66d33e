"""Broadcasts as a list, one of them, and what a draft says to whom."""

from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for

from portal.broadcasts import queries, services
from portal.broadcasts.models import Broadcast, BroadcastVariant
from portal.broadcasts.rules import segments_of
from portal.broadcasts.states import BroadcastState
from portal.consent.states import Channel, Purpose
from portal.web.auth import needs
from portal.web.forms import ActForm, Form, act, submit
from portal.web.htmx import go, page
from portal.web.listing import list_page

from .forms import NewBroadcast, WriteBroadcast, WriteEmailVariant, WriteSmsVariant
from .pages import BADGES, broadcast_page

bp = Blueprint("broadcasts", __name__)


@bp.get("/broadcasts")
@needs("broadcasts.view")
def list_broadcasts() -> Response:
    return list_page(
        "broadcasts/list.html",
        queries.LISTING,
        title="Broadcasts",
        empty="One mail or SMS to everybody in a segment, at the time you choose.",
        row_url=lambda row: url_for(".show_broadcast", record_id=row.id),
        badges=BADGES,
    )


@bp.get("/broadcasts/new")
@needs("broadcasts.edit")
def new_broadcast() -> Response:
    given = {name: request.args.get(name, type=int) for name in ("segment_id", "campaign_id")}
    return _form_page(NewBroadcast(formdata=None, data=given), "New broadcast")


@bp.post("/broadcasts/new")
@needs("broadcasts.edit")
def create_broadcast() -> Any:
    form = NewBroadcast()

    def create() -> int:
        values = form.values() | {"channel": Channel(form.channel.data), "purpose": Purpose(form.purpose.data)}
        return services.create(g.actor, **values).id

    done = submit(form, create)
    if done is None:
        return _form_page(form, "New broadcast", form.status)
    return go(url_for(".show_broadcast", record_id=done.result))


@bp.get("/broadcasts/<int:record_id>")
@needs("broadcasts.view")
def show_broadcast(record_id: int) -> Response:
    return broadcast_page(record_id)


@bp.get("/broadcasts/<int:record_id>/settings")
@needs("broadcasts.edit")
def edit_broadcast(record_id: int) -> Response:
    found = queries.broadcast(g.actor, record_id)
    return _form_page(WriteBroadcast(formdata=None, obj=found), found.name, broadcast=found)


@bp.post("/broadcasts/<int:record_id>/settings")
@needs("broadcasts.edit")
def change_broadcast(record_id: int) -> Any:
    form, found = WriteBroadcast(), queries.broadcast(g.actor, record_id)

    def change() -> int:
        values = form.values() | {"purpose": Purpose(form.purpose.data)}
        return services.change(g.actor, record_id, form.version.data, **values).id

    def current() -> dict[str, Any]:
        stored = queries.broadcast(g.actor, record_id)
        return {name: getattr(stored, name) for name in ("version", *form.values())}

    if not submit(form, change, current=current):
        return _form_page(form, found.name, form.status, broadcast=found)
    flash("Saved.", "success")
    return go(url_for(".show_broadcast", record_id=record_id))


def _form_page(form: WriteBroadcast, title: str, status: int = 200, broadcast: Broadcast | None = None) -> Response:
    crumbs = [("Broadcasts", url_for(".list_broadcasts"))]
    if broadcast:
        crumbs.append((broadcast.name, url_for(".show_broadcast", record_id=broadcast.id)))
    return page(
        "broadcasts/settings.html", status=status, title="Settings" if broadcast else title, crumbs=crumbs, form=form
    )


@bp.post("/broadcasts/<int:record_id>/variants")
@needs("broadcasts.edit")
def add_variant(record_id: int) -> Any:
    return act(
        lambda: services.add_variant(g.actor, record_id).id,
        "Added. It begins as a copy; change what you want to compare.",
        then=lambda: go(url_for(".show_broadcast", record_id=record_id)),
        again=lambda status: broadcast_page(record_id, status),
    )


@bp.get("/broadcasts/<int:record_id>/variants/<label>")
@needs("broadcasts.edit")
def edit_variant(record_id: int, label: str) -> Response:
    broadcast = queries.broadcast(g.actor, record_id)
    variant = queries.variant_of(broadcast, label)
    return _variant_page(_variant_form(broadcast)(formdata=None, obj=variant), broadcast, variant)


@bp.post("/broadcasts/<int:record_id>/variants/<label>")
@needs("broadcasts.edit")
def change_variant(record_id: int, label: str) -> Any:
    broadcast = queries.broadcast(g.actor, record_id)
    variant, form = queries.variant_of(broadcast, label), _variant_form(broadcast)()
    if "count" in request.form or not submit(
        form, lambda: services.change_variant(g.actor, record_id, label, form.values()).id
    ):
        return _variant_page(form, broadcast, variant, form.status if form.errors else 200)
    flash("Saved.", "success")
    return go(url_for(".show_broadcast", record_id=record_id))


@bp.post("/broadcasts/<int:record_id>/variants/<label>/removal")
@needs("broadcasts.edit")
def remove_variant(record_id: int, label: str) -> Any:
    return act(
        lambda: services.remove_variant(g.actor, record_id, label),
        "Removed.",
        then=lambda: go(url_for(".show_broadcast", record_id=record_id)),
        again=lambda status: broadcast_page(record_id, status),
    )


def _variant_form(broadcast: Broadcast) -> type[Form]:
    return WriteSmsVariant if broadcast.channel == Channel.SMS else WriteEmailVariant


def _variant_page(form: Form, broadcast: Broadcast, variant: BroadcastVariant, status: int = 200) -> Response:
    crumbs = [("Broadcasts", url_for(".list_broadcasts"))]
    crumbs.append((broadcast.name, url_for(".show_broadcast", record_id=broadcast.id)))
    title = f"Variant {variant.label}" if broadcast.variants[1:] else "What it says"
    counted = segments_of(form.text.data or "") if "text" in form else None
    return page(
        "broadcasts/variant.html",
        "counted",
        status=status,
        title=title,
        crumbs=crumbs,
        form=form,
        broadcast=broadcast,
        variant=variant,
        counted=counted,
        removable=bool(broadcast.variants[1:]) and broadcast.state == BroadcastState.DRAFT,
        act_form=ActForm(formdata=None),
    )
