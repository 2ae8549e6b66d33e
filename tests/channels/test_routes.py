"""Pages of channels, partners and registrations."""

from datetime import date, timedelta
from typing import Any

import pytest

from portal.channels.models import Channel, DealRegistration, Partner
from portal.channels.states import ChannelKind
from portal.kernel.db import db
from tests.opportunities import makers as sales

from .makers import channel, partner, registration

TYPED = {
    "name": "Fairs",
    "kind": "event",
    "cost_percent": "12",
    "protect_days": "60",
    "sources": "Trade fair",
    "active": "y",
}


def test_a_channel_is_added_changed_and_shown(client_of: Any) -> None:
    boss = client_of("leader")
    assert boss.post("/channels/new", data=TYPED).status_code == 303
    made = db.session.query(Channel).filter_by(name="Fairs").one()
    shown = boss.get("/channels").text
    assert "Fairs" in shown
    assert "Trade fair" in shown

    shown = made.version
    answer = boss.post(f"/channels/{made.id}", data=TYPED | {"name": "Fairs and more", "version": shown})
    assert answer.status_code == 303
    answer = boss.post(f"/channels/{made.id}", data=TYPED | {"name": "Mine", "version": shown})
    assert answer.status_code == 409
    assert "Fairs and more" in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 81), ("cost_percent", "101"), ("cost_percent", "a lot"), ("protect_days", "0"),
     ("max_discount_percent", "-1"), ("kind", "pigeon"), ("price_list_id", "999")],
)  # fmt: skip
def test_bad_input_is_refused_at_its_field(client_of: Any, field: str, value: str) -> None:
    answer = client_of("operator").post("/channels/new", data=TYPED | {field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert db.session.query(Channel).count() == 0


def test_marketing_reads_channels_without_the_money(client_of: Any) -> None:
    channel(ChannelKind.WEB, "Shop", name="Web shop")
    shown = client_of("marketer").get("/channels").text
    assert "Web shop" in shown
    assert "Contribution" not in shown
    assert "Contribution" in client_of("finance").get("/channels").text


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_a_fixed_number_of_statements(client_of: Any, count_queries: list[str], number: int) -> None:
    for _ in range(number):
        channel()
    boss = client_of("leader")
    boss.get("/channels")
    count_queries.clear()
    boss.get("/channels?period=0")
    assert len(count_queries) == 24


def test_an_account_becomes_a_partner_once(client_of: Any) -> None:
    ours, way = sales.account(name="Bikes to Go"), channel()
    typed = {"account": ours.number, "channel_id": way.id, "margin_percent": "10", "since": "2026-01-01"}
    boss = client_of("leader")
    assert boss.post("/partners/new", data=typed).status_code == 303
    made = db.session.query(Partner).one()
    assert "Bikes to Go" in boss.get("/partners").text
    assert "Bikes to Go" in boss.get(f"/partners/{made.id}").text
    assert "partner already" in boss.post("/partners/new", data=typed).text
    typed = {"channel_id": way.id, "margin_percent": "10", "since": "2026-01-01", "ended_on": "2025-01-01"}
    assert boss.post(f"/partners/{made.id}/edit", data=typed | {"version": made.version}).status_code == 422


def test_a_registration_is_submitted_decided_and_opened(client_of: Any) -> None:
    seller, rep, boss = partner(), client_of("rep"), client_of("manager")
    typed = {
        "partner_id": seller.id, "customer": "Harbor", "domain": "harbor.example", "subject": "Bikes", "amount": "10",
        "close_on": date.today() + timedelta(days=9),
    }  # fmt: skip
    assert rep.post("/registrations/new", data=typed).status_code == 303
    made = db.session.query(DealRegistration).one()
    assert "waits for a decision" in rep.get(f"/registrations/{made.id}").text
    assert "Approve registration" not in rep.get(f"/registrations/{made.id}").text
    answer = boss.post(f"/registrations/{made.id}/rejection", data={"reason": "", "version": made.version})
    assert answer.status_code == 422
    answer = boss.post(f"/registrations/{made.id}/approval", data={"version": made.version})
    assert answer.status_code == 303
    assert "Harbor" in boss.get("/registrations?state=approved").text
    answer = rep.post(f"/registrations/{made.id}/opportunity")
    shown = rep.get(answer.location).text
    assert "Partner of record" in shown
    deal_id = int(answer.location.rsplit("/", 1)[1])
    assert "protected until" in rep.get(f"/opportunities/{deal_id}/channel").text


def test_rivals_are_shown_to_who_decides_and_nobody_else(client_of: Any) -> None:
    sales.deal("outsider", of=sales.account("outsider", domain="harbor.example"), name="Secret deal")
    one = registration(domain="harbor.example")
    assert "Secret deal" in client_of("manager").get(f"/registrations/{one.id}").text
    assert "Secret deal" not in client_of("rep").get(f"/registrations/{one.id}").text


def test_the_channel_of_a_deal_is_chosen(client_of: Any) -> None:
    deal, way = sales.deal(), channel(ChannelKind.INSIDE, name="Phone team")
    rep = client_of("rep")
    answer = rep.post(f"/opportunities/{deal.id}/channel", data={"channel_id": way.id, "version": deal.version})
    assert answer.status_code == 303
    assert "Phone team" in rep.get(f"/opportunities/{deal.id}").text
    assert client_of("outsider").get(f"/opportunities/{deal.id}/channel").status_code == 404
    assert rep.post(f"/opportunities/{deal.id}/channel", data={"channel_id": "999"}).status_code == 422


def test_withdrawing_frees_the_customer(client_of: Any) -> None:
    one = registration()
    assert client_of("rep").post(f"/registrations/{one.id}/withdrawal").status_code == 303
    db.session.expire_all()
    assert one.state == "withdrawn"
    answer = client_of("rep").post(f"/registrations/{one.id}/withdrawal", follow_redirects=True)
    assert "cannot be withdrawn" in answer.text
