"""Makers of channels, partners and registrations for tests."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from portal.accounts.models import Account
from portal.channels.models import Channel, ChannelSource, DealRegistration, Partner
from portal.channels.rules import customer_key, source_key
from portal.channels.states import ChannelKind
from tests.opportunities.makers import account
from tests.world import add, position

_next = count(1)


def channel(kind: ChannelKind = ChannelKind.PARTNER, *sources: str, **values: Any) -> Channel:
    known = [ChannelSource(key=source_key(one), name=one) for one in sources]
    given = {"name": f"Way {next(_next)}", "kind": kind, "answers_id": position("leader").id} | values
    return add(Channel(sources=known, **given))


def partner(of: Account | None = None, **values: Any) -> Partner:
    home = of or account(name=f"Reseller {next(_next)}")
    given = {"channel_id": values.pop("channel_id", None) or channel().id, "since": date(2020, 1, 1)} | values
    return add(Partner(account_id=home.id, **given))


def registration(
    of: Partner | None = None, customer: str = "Harbour Rental", domain: str = "", **values: Any
) -> DealRegistration:
    given = {
        "partner_id": (of or partner()).id,
        "customer": customer,
        "domain": domain,
        "customer_key": customer_key(customer, domain),
        "subject": "Forty bikes",
        "amount": Decimal(5000),
        "currency": "USD",
        "close_on": date.today() + timedelta(days=40),
        "owner_id": position("rep").id,
    }
    return add(DealRegistration(**given | values))
