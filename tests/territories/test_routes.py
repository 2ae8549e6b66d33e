"""The tree in the browser."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.kernel.db import db
from portal.kernel.errors import Forbidden
from portal.territories import services
from portal.territories.models import Territory, TerritoryRule
from portal.territories.queries import Facts, place
from tests.leads.makers import lead
from tests.world import territory

RULE = {"country": "FR", "priority": "10"}


def test_everybody_sees_the_tree_with_rules_coverage_and_books(client_of: Any) -> None:
    lead()
    text = client_of("finance").get("/territories").text
    assert "Southwest" in text
    assert "Rita Rep" in text
    assert "country US, region CA" in text
    assert "New territory" not in text


def test_an_address_can_be_tried(client_of: Any) -> None:
    text = client_of("rep").get("/territories?country=US&region=CA&postcode=&industry=&employees=").text
    assert "Rule: country US, region CA, priority 100" in text
    assert "Rita Rep covers the territory" in text
    none = client_of("rep").get("/territories?country=FR").text
    assert "No rule covers this address" in none
    assert "Max Manager takes what nobody covers" in none
    assert client_of("rep").get("/territories?country=").status_code == 422
    assert client_of("rep").get("/territories?country=FR&employees=many").status_code == 422


def test_territories_and_rules_are_added_and_used_at_once(client_of: Any) -> None:
    client = client_of("operator")
    assert place(Facts("FR")).territory_id is None
    made = client.post("/territories/new", data={"name": "France", "parent_id": str(territory("World").id)})
    assert made.status_code == 303
    france = territory("France")
    assert france.path == f"{territory('World').path}{france.id}/"
    assert client.post(f"/territories/{france.id}/rules", data=RULE).status_code == 303
    assert place(Facts("FR")).why == "France. Rule: country FR, priority 10"
    rule = db.session.scalars(select(TerritoryRule).where(TerritoryRule.territory_id == france.id)).one()
    assert client.post(f"/territories/rules/{rule.id}", data=RULE | {"country": "BE"}).status_code == 303
    assert place(Facts("FR")).territory_id is None
    assert place(Facts("BE")).territory_id == france.id
    assert client.post(f"/territories/rules/{rule.id}/removal").status_code == 303
    assert place(Facts("BE")).territory_id is None
    assert client.post(f"/territories/{france.id}/removal").status_code == 303
    assert db.session.scalar(select(Territory.id).where(Territory.name == "France")) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": ""}, {"country": "XX"}, {"priority": ""}, {"priority": "-1"}, {"priority": "9" * 20},
        {"postcode_from": "1"}, {"postcode_from": "2", "postcode_to": "1"}, {"employees_from": "5", "employees_to": "1"},
        {"country": "", "region": "CA"}, {"region": "x" * 41}, {"employees_from": "x"},
    ],
)  # fmt: skip
def test_a_bad_rule_is_refused(client_of: Any, wrong: dict[str, str]) -> None:
    here = territory("Germany").id
    assert client_of("operator").post(f"/territories/{here}/rules", data=RULE | wrong).status_code == 422
    assert len(db.session.scalars(select(TerritoryRule)).all()) == 3


def test_a_territory_cannot_lie_below_itself(client_of: Any) -> None:
    client, world, west = client_of("operator"), territory("World"), territory("Southwest")
    for below in (west, world):
        data = {"name": "World", "parent_id": str(below.id), "version": str(world.version)}
        answer = client.post(f"/territories/{world.id}", data=data)
        assert answer.status_code == 422
    assert territory("World").parent_id is None


def test_moving_a_territory_takes_along_what_is_below(client_of: Any) -> None:
    client, world, west, german = client_of("leader"), territory("World"), territory("Southwest"), territory("Germany")
    move = {"name": "Far west", "parent_id": str(german.id), "version": str(west.version)}
    assert client.post(f"/territories/{west.id}", data=move).status_code == 303
    lift = {"name": "Germany", "parent_id": "", "version": str(territory("Germany").version)}
    assert client.post(f"/territories/{german.id}", data=lift).status_code == 303
    assert territory("Far west").path == f"/{german.id}/{west.id}/"
    assert territory("World").path == f"/{world.id}/"


def test_the_second_of_two_editors_gets_409(client_of: Any) -> None:
    west = territory("Southwest")
    data = {"parent_id": str(west.parent_id), "version": str(west.version)}
    assert client_of("operator").post(f"/territories/{west.id}", data=data | {"name": "One"}).status_code == 303
    second = client_of("leader").post(f"/territories/{west.id}", data=data | {"name": "Two"})
    assert second.status_code == 409
    assert "One" in second.text


def test_what_is_in_use_stays(client_of: Any) -> None:
    for name in ("World", "Southwest"):
        assert client_of("operator").post(f"/territories/{territory(name).id}/removal").status_code == 422
        assert territory(name)
    taken = {"name": "Germany", "parent_id": ""}
    assert client_of("operator").post("/territories/new", data=taken).status_code == 422


@pytest.mark.parametrize("key", ["rep", "manager", "marketer", "admin", "hr"])
def test_only_operations_and_leadership_draw_it(client_of: Any, actor: Any, key: str) -> None:
    client, here = client_of(key), territory("Germany").id
    assert client.get(f"/territories/{here}").status_code == 200
    assert client.get("/territories/new").status_code == 403
    assert client.post(f"/territories/{here}/rules", data=RULE).status_code == 403
    assert client.post(f"/territories/{here}/removal").status_code == 403
    assert client.get("/territories/99999").status_code == 404
    with pytest.raises(Forbidden):
        services.remove_territory(actor(key), here)


def test_a_rule_that_only_its_age_would_decide_is_refused(client_of: Any) -> None:
    client, german, west = client_of("operator"), territory("Germany"), territory("Southwest")
    retail = {"country": "FR", "industry": "Retail", "priority": "10"}
    assert client.post(f"/territories/{german.id}/rules", data=retail).status_code == 303
    large = {"country": "FR", "employees_from": "100", "priority": "10"}
    refused = client.post(f"/territories/{west.id}/rules", data=large)
    assert refused.status_code == 422
    assert "Germany has a rule (country FR, industry Retail) that can apply too" in refused.text
    assert client.post(f"/territories/{west.id}/rules", data=large | {"priority": "9"}).status_code == 303
    assert client.post(f"/territories/{german.id}/rules", data=large).status_code == 303  # of the same territory
