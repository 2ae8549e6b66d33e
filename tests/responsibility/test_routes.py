"""The pages of responsibility: what they show, refuse and do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Account, AccountTeam
from portal.accounts.states import Tier
from portal.kernel import clock
from portal.kernel.db import db
from portal.leads.models import Lead
from portal.responsibility import queries
from portal.responsibility.models import AssignmentRule, Transfer
from portal.responsibility.states import Subject, TransferState
from portal.workspace.models import LongWork
from tests import world
from tests.accounts.makers import make_account, make_contact
from tests.organization.makers import deputy
from tests.responsibility.makers import assignment_rule, make_deal, move, today

OLD = clock.now() - timedelta(days=400)


def terms(**values):
    return {"to_position_id": world.position("colleague").id, "on": str(today()), "reason": "Fair share"} | values


def owner_of(account):
    return db.session.get(Account, account.id, populate_existing=True).owner_id


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "cost"), [("", 16), ("/orphans", 9), ("/transfers", 7), ("/white-space", 4), ("/cover", 5)]
)
def test_lists_cost_the_same_for_any_number_of_rows(client_of, actor, count_queries, path, cost, rows):
    for n in range(rows):
        account = world.add(Account(number=str(n), name=f"Shop {n}", created_at=OLD, tier=Tier.A))
        move(actor("operator"), [account])
        world.add(Account(number=f"N{n}", name=f"None {n}", created_at=OLD))
        deputy("rep", "manager", today() + timedelta(days=9 * n + 1), today() + timedelta(days=9 * n + 5))
    client = client_of("leader")
    client.get(f"/responsibility{path}")
    count_queries.clear()
    answer = client.get(f"/responsibility{path}")

    assert answer.status_code == 200
    assert len([s for s in count_queries if "SAVEPOINT" not in s]) == cost


def test_a_neglected_account_shows_how_late_it_is(client_of):
    make_account("Forgotten", tier=Tier.A, created_at=OLD, last_touch_at=clock.now() - timedelta(days=72))
    make_account("Loved", tier=Tier.A, last_touch_at=clock.now())
    shown = client_of("rep").get("/responsibility").text

    assert "Forgotten" in shown
    assert "72 days, 30 allowed" in shown
    assert "Loved" not in shown
    assert "Forgotten" not in client_of("outsider").get("/responsibility").text


def test_orphans_by_what_they_lack(client_of):
    world.add(Account(number="1", name="Nobody's"))
    make_account("Nowhere")
    client = client_of("leader")

    assert "Nobody" in client.get("/responsibility/orphans?lacks=owner").text
    assert "Nowhere" not in client.get("/responsibility/orphans?lacks=owner").text
    assert client.get("/responsibility/orphans?lacks=nonsense").status_code == 422


def test_picked_accounts_come_to_the_wizard(client_of):
    one, two = make_account("One"), make_account("Two")
    client = client_of("manager")
    answer = client.post("/responsibility/transfers/choice?listing=accounts", data={"pick": [one.id, two.id]})
    assert (
        answer.location == f"/responsibility/transfers/new?ids={one.id}%2C{two.id}".replace("%2C", ",")
        or "%2C" in answer.location
    )
    every = client.post("/responsibility/transfers/choice?listing=accounts", data={"all": "1", "query": "q=One"})
    shown = client.get(every.location).text

    assert "One" in shown
    assert "1 account" in shown
    assert client.post("/responsibility/transfers/choice", data={}).location == "/accounts"


def test_the_wizard_tells_what_would_happen_and_does_it(client_of):
    account = make_account()
    make_deal(account, name="Big deal", amount=5000)
    client = client_of("manager")
    asked = "&".join(f"{name}={value}" for name, value in terms(ids=account.id).items())
    shown = client.get(f"/responsibility/transfers/new?{asked}").text
    assert "Big deal" in shown
    assert "3. Confirm" in shown
    answer = client.post("/responsibility/transfers", data=terms(ids=account.id, nonce="n"))
    made = db.session.scalars(select(Transfer)).one()

    assert answer.location == f"/responsibility/transfers/{made.id}"
    assert owner_of(account) == world.position("colleague").id
    assert client.post("/responsibility/transfers", data=terms(ids=account.id, nonce="n")).location == answer.location
    assert client.post("/responsibility/transfers", data=terms(ids=account.id)).status_code == 422
    page = client.get(answer.location).text
    assert "Alpine Ski House" in page
    assert "1 deals" in page


@pytest.mark.parametrize("values", [
    {"reason": ""}, {"to_position_id": ""}, {"to_position_id": 99_999}, {"on": ""}, {"on": "soon"},
    {"hold_over_until": "2020-01-01"}, {"territory_id": 99_999},
])  # fmt: skip
def test_a_transfer_that_cannot_be_is_refused(client_of, values):
    account = make_account()

    assert (
        client_of("manager").post("/responsibility/transfers", data=terms(ids=account.id, **values)).status_code == 422
    )
    assert owner_of(account) == world.position("rep").id


@pytest.mark.parametrize(("key", "status"), [("outsider", 403), ("marketer", 403), ("hr", 403), ("rep", 303)])
def test_who_gives_an_account_away(client_of, key, status):
    account = make_account()

    assert client_of(key).post("/responsibility/transfers", data=terms(ids=account.id)).status_code == status


def test_undo_and_call_off_from_the_page(client_of, actor):
    done, planned = make_account("Done"), make_account("Planned")
    made = move(actor("manager"), [done]).id
    later = move(actor("manager"), [planned], on=today() + timedelta(days=5)).id
    client = client_of("manager")
    assert "Undo" in client.get(f"/responsibility/transfers/{made}").text
    assert client.post(f"/responsibility/transfers/{made}/return").status_code == 303
    assert client.post(f"/responsibility/transfers/{made}/return").status_code == 422
    assert client.post(f"/responsibility/transfers/{later}/cancellation", htmx="main").status_code == 200

    assert owner_of(done) == world.position("rep").id
    assert {t.state for t in db.session.scalars(select(Transfer))} == {TransferState.UNDONE, TransferState.CANCELLED}


def test_very_many_move_in_the_background(client_of, run_jobs, monkeypatch):
    monkeypatch.setattr("blueprints.responsibility.routes.transfers.AT_ONCE", 2)
    monkeypatch.setattr("jobs.responsibility.SLICE", 2)
    ids = ",".join(str(make_account(str(n)).id) for n in range(3))
    answer = client_of("leader").post("/responsibility/transfers", data=terms(ids=ids))
    run_jobs()

    assert answer.location.startswith("/long-work")
    assert set(db.session.scalars(select(Account.owner_id))) == {world.position("colleague").id}
    assert len(db.session.scalars(select(Transfer)).all()) == 2


def test_setting_rules_and_cadence(client_of):
    client = client_of("operator")
    rules = {
        "starts_on": str(today()),
        "notice_days": 30,
        "hold_over_days": 30,
        "exclusive_days": 0,
        "named_first": "y",
    }
    assert client.post("/responsibility/engagement", data=rules).status_code == 303
    assert client.post("/responsibility/engagement", data=rules | {"notice_days": -1}).status_code == 422
    assert client.post("/responsibility/engagement", data=rules | {"starts_on": "2020-01-01"}).status_code == 422
    cadence = {"cadence_a": 14, "cadence_b": 30, "cadence_c": 90}
    assert client.post("/responsibility/cadence", data=cadence).status_code == 303
    assert client.post("/responsibility/cadence", data=cadence | {"cadence_a": 0}).status_code == 422

    found = queries.in_force(today())
    assert (found.notice_days, found.named_first, found.reps_give) == (30, True, False)
    assert queries.cadence()[Tier.A] == 14
    assert "30 days" in client_of("rep").get("/responsibility/engagement").text


RULE = {"name": "Fairs", "subject": "leads", "priority": 10, "method": "round_robin", "skips_away": "y", "active": "y"}


def test_an_assignment_rule_is_made_changed_and_removed(client_of):
    client, who = client_of("operator"), [world.position(key).id for key in ("rep", "colleague")]
    assert client.post("/responsibility/assignment", data=RULE | {"position_ids": who}).status_code == 303
    rule = db.session.scalars(select(AssignmentRule)).one()
    assert (rule.subject, rule.position_ids, rule.skips_away) == (Subject.LEADS, sorted(who), True)
    assert client.post("/responsibility/assignment", data=RULE).status_code == 422
    same = client.post("/responsibility/assignment", data=RULE | {"position_ids": who})
    assert same.status_code == 422
    assert "Another rule has this name" in same.text
    path = f"/responsibility/assignment/{rule.id}"
    changed = RULE | {"position_ids": who[:1], "version": 1, "capacity": 5}
    assert client.post(path, data=changed).status_code == 303
    assert client.post(path, data=changed | {"capacity": 7}).status_code == 409
    assert "at most 5 each" in client.get("/responsibility/assignment").text
    assert client.post(f"{path}/removal").status_code == 303
    assert client.get(path).status_code == 404


def test_a_dry_run_on_the_page(client_of):
    assignment_rule("Round")
    world.add(Lead(last_name="Newcomer", email="n@new.example"))
    shown = client_of("operator").get("/responsibility/assignment?try=60").text

    assert "Newcomer" in shown
    assert "round robin: Rita Rep" in shown


def test_tier_and_team_of_an_account(client_of):
    account = make_account()
    client, path = client_of("manager"), f"/responsibility/accounts/{account.id}"
    assert client.post(path, data={"tier": "A", "cadence_days": 10, "version": 1}).status_code == 303
    assert client.post(path, data={"tier": "B", "version": 1}).status_code == 409
    assert client.post(path, data={"tier": "A", "cadence_days": 0}).status_code == 422
    join = {"position_id": world.position("outsider").id, "role": "overlay", "access": "view"}
    assert client.post(f"{path}/team", data=join).status_code == 303
    assert client.post(f"{path}/team", data=join).status_code == 422
    member = db.session.scalars(select(AccountTeam)).one()
    assert "Otto Outsider" in client.get(path).text
    page = client_of("outsider").get(f"/accounts/{account.id}").text
    assert "a touch every 10 days" in page
    assert client.post(f"{path}/team/{member.id}/removal").status_code == 303
    assert client_of("outsider").get(f"/accounts/{account.id}").status_code == 404


def test_the_brief_tells_what_the_next_owner_has_to_know(client_of, run_jobs):
    account = make_account(tier=Tier.A)
    make_contact("Berg", account_id=account.id, job_title="Buyer")
    make_deal(account, name="Spring bikes", next_step="Send the offer", amount=1000)
    client = client_of("rep")
    shown = client.get(f"/responsibility/briefs/{account.id}").text
    assert all(text in shown for text in ("Berg", "Buyer", "Spring bikes", "Send the offer", "New account"))
    assert client_of("outsider").get(f"/responsibility/briefs/{account.id}").status_code == 404
    answer = client.post(f"/responsibility/briefs/{account.id}/pdf")
    run_jobs()

    work = db.session.scalars(select(LongWork)).one()
    assert answer.location.endswith(f"/{work.id}")
    assert (work.state, work.error) == ("done", None)
    assert work.result_name == "Handover brief A-Alpine Ski House.pdf"


def test_orphans_are_placed_after_a_look(client_of):
    assignment_rule("Cover", subject=Subject.ACCOUNTS, method="territory", position_ids=[])
    account = world.add(Account(number="1", name="Orphan", territory_id=world.territory("Germany").id))
    client = client_of("operator")
    shown = client.get("/responsibility/orphans/placement").text

    assert "Otto Outsider" in shown
    assert client.post("/responsibility/orphans/placement").status_code == 303
    assert owner_of(account) == world.position("outsider").id
