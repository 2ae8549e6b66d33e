"""Keeping campaigns, cost and members."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Contact
from portal.campaigns import services
from portal.campaigns.models import Campaign, CampaignMember
from portal.campaigns.queries import spent, tally
from portal.campaigns.states import CampaignState, MemberStatus
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import NotFound, Refused
from tests.opportunities.makers import contact

from .makers import campaign

VALUES = {"objective": "", "goal_value": Decimal(50), "budget": Decimal(1000), "starts_on": None, "ends_on": None}


def test_a_campaign_is_named_in_links_by_its_own_name(app: Flask, actor: Any) -> None:
    with unit_of_work():
        made = services.create_campaign(actor("marketer"), name="Sommer Radtour", **VALUES)
    assert db.session.get_one(Campaign, made).utm_campaign == "sommer-radtour"
    with pytest.raises(Refused) as refused, unit_of_work():
        services.create_campaign(actor("marketer"), name="Sommer-Radtour!", **VALUES)
    assert refused.value.field == "utm_campaign"


def test_it_cannot_end_before_it_begins(app: Flask, actor: Any) -> None:
    days = {"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}
    with pytest.raises(Refused) as refused, unit_of_work():
        services.create_campaign(actor("marketer"), name="A", **VALUES | days)
    assert refused.value.field == "ends_on"


def test_states_move_one_way_and_back_once(app: Flask, actor: Any) -> None:
    one = campaign(state=CampaignState.PLANNED).id
    for state in (CampaignState.ACTIVE, CampaignState.ENDED, CampaignState.ACTIVE):
        with unit_of_work():
            services.move_campaign(actor("marketer"), one, state)
    with pytest.raises(Refused), unit_of_work():
        services.move_campaign(actor("marketer"), one, CampaignState.PLANNED)


def test_costs_add_up_and_go(app: Flask, actor: Any) -> None:
    one, other, marketer = campaign().id, campaign().id, actor("marketer")
    with unit_of_work():
        first = services.add_cost(marketer, one, spent_on=date(2026, 5, 1), what="Stand", amount=Decimal("99.99"))
        services.add_cost(marketer, one, spent_on=date(2026, 5, 2), what="Flyers", amount=Decimal("0.01"))
    assert spent([one, other]) == {one: Decimal(100)}
    with pytest.raises(NotFound), unit_of_work():
        services.remove_cost(marketer, other, first)
    with unit_of_work():
        services.remove_cost(marketer, one, first)
    assert spent([one]) == {one: Decimal("0.01")}


def test_members_come_in_once_and_keep_their_first_response(app: Flask) -> None:
    one, people, stranger = campaign().id, [contact().id for _ in range(3)], contact().id
    with unit_of_work():
        assert services.enrol(one, select(Contact.id).where(Contact.id.in_(people[:2])), source="by hand") == 2
        assert services.enrol(one, select(Contact.id).where(Contact.id.in_(people)), source="later") == 1
    first, later = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    with unit_of_work():
        services.respond([services.Response(one, people[0], first, "clicked")])
        services.respond([services.Response(one, people[0], later, "clicked again")])
        services.respond([services.Response(one, stranger, later, "no member")])
    assert tally(one) == {MemberStatus.ADDED: 2, MemberStatus.SENT: 0, MemberStatus.RESPONDED: 1}
    kept = db.session.scalars(select(CampaignMember).where(CampaignMember.contact_id == people[0])).one()
    assert (kept.source, kept.responded_at, kept.response) == ("by hand", first, "clicked")
