"""Through which channel a deal comes, and the partner it is credited to."""

from typing import Any

from flask import Response, flash, g, url_for

from portal.channels.queries import protection
from portal.opportunities import queries, services
from portal.opportunities.models import Opportunity
from portal.organization.queries import business_day
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page

from ..forms import DealChannelForm
from . import bp


@bp.get("/opportunities/<int:record_id>/channel")
@needs("opportunities.edit")
def edit_deal_channel(record_id: int) -> Response:
    deal = queries.deal(g.actor, record_id)
    return _edit(deal, DealChannelForm(formdata=None, data=_stored(deal)))


@bp.post("/opportunities/<int:record_id>/channel")
@needs("opportunities.edit")
def set_deal_channel(record_id: int) -> Any:
    queries.deal(g.actor, record_id)
    form = DealChannelForm().offer(business_day())
    done = submit(
        form,
        lambda: services.set_channel(g.actor, record_id, form.version.data, **form.values()),
        current=lambda: _stored(queries.deal(g.actor, record_id)),
    )
    if done is None:
        return _edit(queries.deal(g.actor, record_id), form)
    flash("Channel saved", "success")
    return go(url_for("opportunities.show_opportunity", record_id=record_id))


def _stored(deal: Opportunity) -> dict[str, Any]:
    return {"channel_id": deal.channel_id, "partner_id": deal.partner_id, "version": deal.version}


def _edit(deal: Opportunity, form: DealChannelForm) -> Response:
    return page(
        "channels/deal.html",
        status=form.status if form.errors or form.conflict else 200,
        title=f"Channel of {deal.name}",
        crumbs=[
            ("Opportunities", url_for("opportunities.show_board")),
            (deal.name, url_for("opportunities.show_opportunity", record_id=deal.id)),
        ],
        deal=deal,
        form=form.offer(business_day()),
        protected=protection(deal.account, business_day()),
    )
