"""Rules of engagement, assignment by rules, teams and touches over a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts import services as accounts
from portal.accounts.models import Account, AccountAssignment, Contact
from portal.accounts.states import Access, TeamRole, Tier
from portal.activities import services as activities
from portal.activities.states import Kind
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused
from portal.leads.models import Lead
from portal.leads.services import create_lead
from portal.opportunities.models import Opportunity
from portal.organization.queries import allows, get
from portal.responsibility import queries, services
from portal.responsibility.models import AssignmentRule
from portal.responsibility.states import Method, Subject
from tests import world
from tests.accounts.makers import make_account, make_contact
from tests.organization.makers import deputy
from tests.responsibility.makers import assignment_rule, engagement, make_deal, move, today


def fresh(record):
    return db.session.get(type(record), record.id, populate_existing=True)


def test_notice_holds_managers_but_not_operations(app, actor):
    engagement(notice_days=30)
    account = make_account()
    with pytest.raises(Refused, match="30 days of notice"):
        move(actor("manager"), [account])

    assert move(actor("manager"), [account], on=today() + timedelta(days=30)).state == "planned"
    assert move(actor("operator"), [account]).state == "done"


def test_rules_that_begin_later_do_not_hold_yet(app, actor):
    engagement(notice_days=30, starts_on=today() + timedelta(days=1))

    assert move(actor("manager"), [make_account()])


def test_accounts_stay_within_the_team_where_the_rules_say_so(app, actor):
    engagement(managers_give_out=False)
    account = make_account()
    with pytest.raises(Refused, match="within your team"):
        move(actor("manager"), [account], to="outsider")

    assert move(actor("manager"), [account])


def test_reps_give_only_where_the_rules_let_them(app, actor):
    account = make_account()
    rule = engagement(reps_give=False)
    with pytest.raises(Forbidden, match="your manager gives accounts away"):
        move(actor("rep"), [account])
    with unit_of_work():
        fresh(rule).reps_give = True

    assert move(actor("rep"), [account])


def test_a_new_owner_keeps_an_account_for_a_while(app, actor):
    account, other = make_account(), make_account("Other", created_at=clock.now())
    move(actor("manager"), [account])
    engagement(exclusive_days=90)
    with pytest.raises(Refused, match="1 of these changed hands"):
        move(actor("manager"), [account, other], to="manager")

    assert move(actor("manager"), [other])


def test_setting_rules_takes_operations_and_a_day_to_come(app, actor):
    with pytest.raises(Forbidden), unit_of_work():
        services.set_engagement(actor("manager"), today(), notice_days=1)
    with pytest.raises(Refused, match="today or later"), unit_of_work():
        services.set_engagement(actor("operator"), today() - timedelta(days=1), notice_days=1)
    with unit_of_work():
        services.set_engagement(actor("operator"), today(), notice_days=7)
        services.set_engagement(actor("operator"), today(), notice_days=9)

    assert (queries.in_force(today()).notice_days, len(queries.engagements())) == (9, 1)


def lead_of(actor, email="x@new.example", **values):
    with unit_of_work():
        return create_lead(actor, last_name="New", email=email, **values)


def test_new_leads_go_round_and_say_why(app, actor):
    assignment_rule("Round", "rep", "colleague", "outsider")
    deputy("colleague", "manager", today(), today() + timedelta(days=5))
    leads = [lead_of(actor("operator"), f"{n}@new.example") for n in range(3)]

    owners = [lead.owner_id for lead in leads]
    assert owners == [world.position(key).id for key in ("rep", "outsider", "rep")]
    assert "Rule “Round”, round robin: Otto Outsider; Cole League is away until" in leads[1].assigned_because


def test_a_dry_run_tells_what_then_happens_and_keeps_nothing(app, actor):
    assignment_rule("Load", "colleague", "rep", method=Method.LOAD)
    for n in range(4):
        world.add(Lead(last_name=str(n), email=f"{n}@new.example", owner_id=world.position("rep").id))
    told = queries.dry_run(actor("operator"), 4)

    assert [trial.position_id for trial in told] == [world.position("colleague").id] * 4
    assert set(db.session.scalars(select(Lead.owner_id))) == {world.position("rep").id}
    assert db.session.scalars(select(AssignmentRule.last_position_id)).one() is None
    assert lead_of(actor("operator")).assigned_because.split("; ")[1] == told[0].why


@pytest.mark.parametrize("rows", [1, 30])
def test_a_dry_run_costs_the_same_for_any_number_of_leads(app, actor, count_queries, rows):
    engagement(named_first=True)
    assignment_rule()
    for n in range(rows):
        world.add(Lead(last_name=str(n), email=f"{n}@new{n}.example", company=f"C{n}"))
    who = actor("operator")
    count_queries.clear()

    assert len(queries.dry_run(who, 60)) == rows
    assert len(count_queries) == 11


def test_a_lead_of_a_known_account_goes_to_its_owner(app, actor):
    engagement(named_first=True)
    make_account("Alpine", domain="alpine.example", owner="outsider")
    lead = lead_of(actor("operator"), "new@alpine.example", country="US", region="CA")

    assert lead.owner_id == world.position("outsider").id
    assert "owns the account Alpine" in lead.assigned_because


@pytest.mark.parametrize("values", [
    {"method": Method.LOAD, "position_ids": []},
    {"method": Method.NAMED, "position_ids": [1], "employees_from": 5, "employees_to": 4},
])  # fmt: skip
def test_a_rule_that_cannot_be_is_refused(app, actor, values):
    with pytest.raises(Refused), unit_of_work():
        services.set_rule(actor("operator"), None, name="X", subject=Subject.LEADS, **values)


def test_orphans_go_to_whom_the_rules_say(app, actor):
    assignment_rule("Covering", subject=Subject.ACCOUNTS, method=Method.TERRITORY, position_ids=[])
    area = world.territory("Germany").id
    orphan = world.add(Account(number="O", name="Orphan", territory_id=area))
    nowhere = world.add(Account(number="N", name="Nowhere"))
    with unit_of_work():
        assert len(services.assign_orphans(actor("operator"))) == 1

    assert fresh(orphan).owner_id == world.position("outsider").id
    assert fresh(nowhere).owner_id is None
    with unit_of_work():
        assert services.assign_orphans(actor("operator")) == []


def test_a_team_reaches_the_account_and_what_belongs_to_it(app, actor):
    account = make_account()
    deal, person = make_deal(account), make_contact(account_id=account.id)
    outsider, boss = actor("outsider"), actor("leader")
    with pytest.raises(NotFound):
        get(outsider, Account, account.id)
    with unit_of_work():
        member = accounts.join_team(boss, account.id, world.position("outsider").id, TeamRole.OVERLAY, Access.VIEW)

    assert [get(outsider, model, r.id).id for model, r in ((Account, account), (Opportunity, deal), (Contact, person))]
    assert not allows(outsider, "accounts.edit", account)
    assert not allows(outsider, "opportunities.edit", deal)
    with unit_of_work():
        fresh(member).access = Access.EDIT
    assert allows(outsider, "accounts.edit", account)
    assert allows(outsider, "opportunities.edit", deal)
    assert not allows(outsider, "accounts.assign", account)
    assert not allows(actor("marketer"), "accounts.edit", account)
    with unit_of_work():
        accounts.leave_team(boss, account.id, member.id)
    assert not allows(outsider, "accounts.view", account)


def test_the_owner_of_an_account_sees_what_others_made_there(app, actor):
    deal = make_deal(make_account(owner="rep"), "outsider")

    assert allows(actor("rep"), "opportunities.view", deal)
    assert not allows(actor("rep"), "opportunities.edit", deal)
    assert not allows(actor("colleague"), "opportunities.view", deal)


def test_the_owner_is_not_in_the_team_and_nobody_twice(app, actor):
    account, who = make_account(), actor("manager")
    with pytest.raises(Refused, match="owner"), unit_of_work():
        accounts.join_team(who, account.id, account.owner_id, TeamRole.OVERLAY, Access.VIEW)
    with unit_of_work():
        accounts.join_team(who, account.id, world.position("colleague").id, TeamRole.OVERLAY, Access.VIEW)
    with pytest.raises(Refused, match="already"), unit_of_work():
        accounts.join_team(who, account.id, world.position("colleague").id, TeamRole.SERVICE, Access.EDIT)


def test_talks_with_an_account_its_people_and_about_its_deals_are_touches(app, actor):
    account = make_account()
    person, deal = make_contact(account_id=account.id), make_deal(account)
    moments = [clock.now() - timedelta(days=days) for days in (9, 5, 7, 3)]
    told = [("accounts", account.id), ("contacts", person.id), ("opportunities", deal.id), ("accounts", account.id)]
    kinds = [Kind.CALL, Kind.EMAIL, Kind.MEETING, Kind.NOTE]
    with unit_of_work():
        for kind, about, at in zip(kinds, told, moments, strict=True):
            activities.log(kind, "x", author="x", about=[about], at=at)
    assert fresh(account).last_touch_at == moments[1]
    with unit_of_work():
        ahead = activities.add_task(
            "x", kind=Kind.CALL, due_at=clock.now(), about=told[:1], owner_id=account.owner_id, author="x"
        )
    assert fresh(account).last_touch_at == moments[1]
    with unit_of_work():
        activities.complete_task(actor("rep"), ahead)
    assert fresh(account).last_touch_at > moments[1]
    kept = fresh(account).last_touch_at
    with unit_of_work():
        activities.read_touches()
    assert (kept - fresh(account).last_touch_at) < timedelta(seconds=1)


def test_late_accounts_by_tier_own_cadence_and_age(app, actor):
    def account(name, days, **values):
        at = clock.now() - timedelta(days=days)
        return make_account(name, last_touch_at=at, created_at=clock.now() - timedelta(days=400), **values)

    account("A fresh", 29, tier=Tier.A)
    account("A late", 31, tier=Tier.A)
    account("B", 31, tier=Tier.B)
    account("C own", 8, cadence_days=7)
    make_account("New", tier=Tier.A)
    make_account("Old", tier=Tier.A, created_at=clock.now() - timedelta(days=31))

    late = select(Account.name).where(queries.overdue(clock.now())).order_by(Account.name)
    assert db.session.scalars(late).all() == ["A late", "C own", "Old"]
    assert [(row.tier, row.accounts, row.late) for row in queries.care(actor("leader"))] == [
        (Tier.A, 4, 2), (Tier.B, 1, 0), (Tier.C, 1, 1),
    ]  # fmt: skip


def test_what_an_account_lacks_the_worst_first(app, actor):
    make_account("Fine", territory_id=world.territory("Southwest").id)
    world.add(Account(number="1", name="Nobody"))
    make_account("Nowhere")
    make_account("Aimless", tier=Tier.A, territory_id=world.territory("Southwest").id)
    busy = make_account("Busy", tier=Tier.A, territory_id=world.territory("Southwest").id)
    make_deal(busy, next_step="Call", next_step_on=today())

    assert queries.orphans(actor("leader")) == {"owner": 1, "vacant": 0, "territory": 2, "next_step": 1}


def test_every_account_has_one_open_assignment_whatever_happens(app, actor):
    """Property: any row of transfers, undone ones and new accounts leaves one open row each, which says what the account says."""
    who, made = actor("operator"), [make_account(str(n)) for n in range(4)]
    for step, to in enumerate(("colleague", "outsider", "colleague", "manager", "rep")):
        done = move(who, made[step % 3 :], to=to)
        if step % 2 and done:
            with unit_of_work():
                services.undo(who, done.id)
        made.append(make_account(f"new {step}", owner=to))
    open_ = AccountAssignment.ends_on.is_(None)
    rows = db.session.execute(
        select(Account.owner_id, Account.territory_id, AccountAssignment.owner_id, AccountAssignment.territory_id)
        .join(AccountAssignment, (AccountAssignment.account_id == Account.id) & open_)
    ).all()  # fmt: skip

    assert len(rows) == len(made)
    assert all(tuple(row[:2]) == tuple(row[2:]) for row in rows)
    gaps = (
        select(func.count())
        .select_from(AccountAssignment)
        .where(AccountAssignment.ends_on < AccountAssignment.starts_on)
    )
    assert db.session.scalar(gaps) == 0


def test_an_owner_cannot_be_changed_behind_the_history(app):
    account = make_account()
    with pytest.raises(RuntimeError, match="reassign"), unit_of_work():
        fresh(account).owner_id = world.position("manager").id
