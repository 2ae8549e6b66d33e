"""Transfers, rules and deals for tests of responsibility."""

from datetime import date
from typing import Any

from portal.accounts.models import Account
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import unit_of_work
from portal.opportunities.models import Opportunity
from portal.responsibility import services
from portal.responsibility.models import AssignmentRule, Engagement, Transfer
from portal.responsibility.states import Method, Subject
from tests import world


def today() -> date:
    return clock.now().date()


def move(actor: Actor, accounts: Any, to: str = "colleague", **values: Any) -> Transfer | None:
    """Transfer accounts (or their ids) in a unit of work of its own."""
    given = {"reason": "Fair share", "on": today(), "to_position_id": world.position(to).id} | values
    ids = [account if isinstance(account, int) else account.id for account in accounts]
    with unit_of_work():
        return services.transfer(actor, ids, **given)


def make_deal(account: Account, owner: str = "rep", **values: Any) -> Opportunity:
    given = {"name": f"Deal {owner}", "currency": "USD", "close_on": today()} | values
    made: Opportunity = world.add(Opportunity(account_id=account.id, owner_id=world.position(owner).id, **given))
    return made


def assignment_rule(name: str = "Round", *who: str, **values: Any) -> AssignmentRule:
    positions = [world.position(key).id for key in who or ("rep", "colleague")]
    given = {"subject": Subject.LEADS, "method": Method.ROUND_ROBIN, "position_ids": positions} | values
    made: AssignmentRule = world.add(AssignmentRule(name=name, **given))
    return made


def engagement(**values: Any) -> Engagement:
    made: Engagement = world.add(Engagement(**({"starts_on": today(), "by": "Ola"} | values)))
    return made
