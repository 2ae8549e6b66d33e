"""The board and what people see."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.listing import read
from portal.opportunities import queries
from portal.opportunities.models import StageChange
from portal.opportunities.queries.board import SHOWN
from portal.opportunities.states import OpportunityState, Stage
from tests import world

from .makers import account, contact, deal


def board(who, **filters):
    return queries.board(who, clock.now(), queries.business_day(), **filters)


def test_totals_per_stage_by_hand(actor):
    deal(amount=Decimal("100.50"))
    deal(amount=Decimal("200"), probability=30)
    deal(stage=Stage.PROPOSE, amount=Decimal(1000))
    deal(stage=Stage.PROPOSE, state=OpportunityState.WON, actual_revenue=Decimal(7))
    found = board(actor("rep"))
    qualify, develop, propose, close = found.lanes
    assert (qualify.count, qualify.amounts) == (2, {"USD": Decimal("300.50")})
    assert qualify.weighted == {"USD": Decimal("85.125")}  # 25 % of 100.50 and 30 % of 200
    assert (propose.count, propose.weighted) == (1, {"USD": Decimal(750)})
    assert (develop.count, close.count, found.count) == (0, 0, 3)
    assert found.together("amounts") == {"USD": Decimal("1300.50")}


def test_currencies_are_kept_apart(actor):
    deal(amount=Decimal(10))
    deal(amount=Decimal(20), currency="EUR")
    assert board(actor("rep")).lanes[0].amounts == {"EUR": Decimal(20), "USD": Decimal(10)}


def test_everybody_sees_their_own_part(actor):
    mine, other, foreign = deal(), deal("colleague", "Northwest"), deal("outsider", "Germany")
    in_my_area = deal("colleague", "Southwest")
    seen = {
        who: {card.id for lane in board(actor(who)).lanes for card in lane.cards}
        for who in ("rep", "manager", "leader", "outsider", "hr")
    }
    assert seen["rep"] == {mine.id, in_my_area.id}
    assert seen["manager"] == {mine.id, other.id, in_my_area.id}
    assert seen["leader"] == {mine.id, other.id, foreign.id, in_my_area.id}
    assert seen["outsider"] == {foreign.id}
    assert seen["hr"] == set()


def test_filters_and_the_rest_of_a_lane(actor):
    home = account()
    for days in range(SHOWN + 2):
        deal(of=home, close_on=queries.business_day() + timedelta(days=days))
    deal("colleague", "Northwest")
    lane = board(actor("manager"), owner_id=world.position("rep").id).lanes[0]
    assert (lane.count, len(lane.cards), lane.more) == (SHOWN + 2, SHOWN, 2)
    assert [card.close_on for card in lane.cards] == sorted(card.close_on for card in lane.cards)
    assert board(actor("manager"), full=Stage.QUALIFY).lanes[0].more == 0
    assert board(actor("manager"), territory_id=world.territory("Northwest").id).count == 1


def test_cards_carry_their_health(actor):
    home = account()
    contact(home), contact(home)
    deal(of=home, close_on=queries.business_day() - timedelta(days=2), next_step="Call")
    card = board(actor("rep")).lanes[0].cards[0]
    assert card.health == ("At risk", "bad")
    assert [flag.text for flag in card.flags] == ["Close date passed 2 days ago", "Nothing happened yet"]


def test_the_number_of_statements_stays(actor, count_queries):
    home, who = account(), actor("leader")
    for _ in range(3):
        deal(of=home)
    count_queries.clear()
    board(who)
    few = len(count_queries)
    with unit_of_work():
        for number in range(297):
            db.session.add(_copy(home, number))
    count_queries.clear()
    assert board(who).count == 300
    assert len(count_queries) == few


def _copy(home, number):
    from portal.opportunities.models import Opportunity

    return Opportunity(
        name=f"Deal {number}",
        account_id=home.id,
        currency="USD",
        close_on=queries.business_day(),
        stage=list(Stage)[number % 4],
        owner_id=home.owner_id,
        territory_id=home.territory_id,
    )


def test_usual_days_average_the_latest_moves(actor):
    one = deal()
    with unit_of_work():
        for days in (4, 8):
            change = StageChange(
                opportunity_id=one.id, from_stage=Stage.QUALIFY, to_stage=Stage.DEVELOP, by="T", days=days
            )
            db.session.add(change)
    assert queries.usual_days() == {Stage.QUALIFY: 6}


def test_the_list_filters_and_keeps_its_statements(actor, count_queries):
    deal(), deal(stage=Stage.DEVELOP), deal(state=OpportunityState.LOST)
    who = actor("rep")
    count_queries.clear()
    found = read(queries.LISTING, who, {"state": "open", "stage": "develop"})
    assert len(found.rows) == 1
    one = len(count_queries)
    count_queries.clear()
    assert len(read(queries.LISTING, who, {}).rows) == 3
    assert len(count_queries) == one == 2


@pytest.mark.parametrize("name", ["freshworks_weighted_stage", "operately_weighted"])
def test_a_weighted_pipeline_is_amounts_times_probabilities(app, actor, name):
    """Published examples, to the cent."""
    cases = json.loads((Path(__file__).parents[1] / "data/incentive_examples.json").read_text())
    case = next(one for one in cases if one["id"] == name)
    for amount in case["deals"]:
        deal(amount=Decimal(amount), probability=int(case["probability"] * 100), probability_overridden=True)
    assert board(actor("rep")).lanes[0].weighted == {"USD": Decimal(str(case["expected"]["weighted"]))}
