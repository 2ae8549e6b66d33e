"""Channels and what they brought."""

from typing import Any

from flask import Response, flash, g, request, url_for

from portal.channels import queries, services
from portal.channels.models import Channel
from portal.insights.queries import PERIODS, channel_results, period_of
from portal.leads.models import Lead
from portal.opportunities.models import Opportunity
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page

from ..forms import ChannelForm
from . import bp


@bp.get("/channels")
@needs("channels.view")
def list_channels() -> Response:
    key = request.args.get("period", "year")
    period = period_of(key)
    return page(
        "channels/channels.html",
        title="Channels",
        channels=queries.channels(),
        kinds=queries.KIND_NAMES,
        periods=PERIODS,
        key=key if key in PERIODS else "0",
        period=period,
        results=channel_results(period) if g.actor.may("channels.results") else [],
        loose=queries.unassigned_sources(g.actor, Lead) + queries.unassigned_sources(g.actor, Opportunity),
    )


@bp.get("/channels/new")
@needs("channels.edit")
def new_channel() -> Response:
    return _edit(ChannelForm(formdata=None), "New channel")


@bp.post("/channels/new")
@needs("channels.edit")
def create_channel() -> Any:
    form = ChannelForm()
    done = submit(form, lambda: services.create_channel(g.actor, **form.values()))
    if done is None:
        return _edit(form, "New channel")
    flash("Channel added", "success")
    return go(url_for(".list_channels"))


@bp.get("/channels/<int:record_id>")
@needs("channels.edit")
def edit_channel(record_id: int) -> Response:
    found = queries.channel(g.actor, record_id)
    return _edit(ChannelForm(formdata=None, data=_stored(found)), found.name)


@bp.post("/channels/<int:record_id>")
@needs("channels.edit")
def change_channel(record_id: int) -> Any:
    found = queries.channel(g.actor, record_id)
    form, title = ChannelForm(), found.name
    done = submit(
        form,
        lambda: services.change_channel(g.actor, record_id, form.version.data, **form.values()),
        current=lambda: _stored(queries.channel(g.actor, record_id)),
    )
    if done is None:
        return _edit(form, title)
    flash("Channel saved", "success")
    return go(url_for(".list_channels"))


def _stored(found: Channel) -> dict[str, Any]:
    names = ("name", "kind", "answers_id", "cost_percent", "price_list_id", "max_discount_percent", "protect_days", "note",
             "active", "version")  # fmt: skip
    return {name: getattr(found, name) for name in names} | {"sources": "\n".join(one.name for one in found.sources)}


def _edit(form: ChannelForm, title: str) -> Response:
    status = form.status if form.errors or form.conflict else 200
    crumbs = [("Channels", url_for(".list_channels"))]
    return page("layout/edit.html", status=status, title=title, crumbs=crumbs, form=form)
