"""Long work: slices, progress, stopping, failing, going on, and a worker that is killed."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from jobs import workspace
from jobs.workspace import Result, Slice, move_along
from portal.accounts.models import Account
from portal.kernel import clock, files
from portal.kernel.db import db, transact, unit_of_work
from portal.kernel.errors import Refused
from portal.kernel.outbox import LeaseLost
from portal.organization.queries import actor_for
from portal.workspace import services
from portal.workspace.models import LongWork, Notification
from portal.workspace.queries import remarks_of, work_waits
from portal.workspace.rules import BulkAct, Outcome, Refusal, offer_act, offer_import
from portal.workspace.states import WorkState
from tests import world

from .worker_process import STORES

DAY = clock.now().date()


def me(who="operator"):
    return actor_for(world.user(who), DAY)


def begin(kind, spec=None, total=None, who="operator"):
    return transact(lambda: services.start(me(who), kind, "Test work", spec or {}, total).id)


def told(work_id):
    return [(one.row, one.field, one.reason, one.taken) for one in remarks_of(work_id)]


def look(work_id):
    db.session.rollback()
    return db.session.get(LongWork, work_id, populate_existing=True)


@pytest.fixture
def runner(monkeypatch):
    """Register a kind of work for one test."""

    def add(run):
        monkeypatch.setitem(workspace.runners, "test", run)

    return add


def test_slices_commit_with_their_progress_and_the_person_is_told(app, runner):
    seen = []

    def run(work):
        for n in range(3):
            yield Slice(10, lambda n=n: Outcome([Refusal(n, "name", "No name")], added=9))
            seen.append((db.session.scalar(select(LongWork.done)), work.actor.name))
        yield Result("list.csv", b"a,b")

    runner(run)
    work_id = begin("test", total=30)
    assert work_waits()

    assert move_along("w1") == 31
    work = look(work_id)
    assert seen == [(10, "Ola Operator"), (20, "Ola Operator"), (30, "Ola Operator")]
    assert (work.state, work.done, work.added, work.refused) == (WorkState.DONE, 30, 27, 3)
    assert told(work_id)[0] == (0, "name", "No name", False)
    assert files.read(work.result_key) == b"a,b"
    note = db.session.scalars(select(Notification)).one()
    assert (note.text, note.url) == ("Finished: Test work (3 refused)", f"/long-work/{work_id}")
    assert not work_waits()


def test_the_jobs_of_the_queue_run_it(app, runner, run_jobs):
    runner(lambda work: iter([Slice(5)]))
    work_id = begin("test")

    run_jobs()

    assert look(work_id).done == 5


def test_after_its_turn_the_work_is_laid_down_and_taken_up_again(app, runner, monkeypatch):
    monkeypatch.setattr(workspace, "TURN", -1)
    runner(lambda work: (Slice(1) for _ in range(work.done, 3)))
    work_id = begin("test", total=3)

    assert [move_along(f"w{n}") for n in range(5)] == [2, 2, 2, 1, 0]
    assert look(work_id).state == WorkState.DONE


def test_stopping_lets_the_slice_at_hand_end(app, runner):
    def run(work):
        yield Slice(10)
        transact(lambda: services.cancel(me(), work_id))
        yield Slice(10)
        yield Slice(10)

    runner(run)
    work_id = begin("test", total=30)
    move_along("w1")

    assert (look(work_id).state, look(work_id).done) == (WorkState.CANCELLED, 20)


def test_queued_work_stops_at_once(app, runner):
    runner(lambda work: iter([Slice(1)]))
    work_id = begin("test")
    transact(lambda: services.cancel(me(), work_id))

    assert move_along("w1") == 0
    assert look(work_id).state == WorkState.CANCELLED


def test_a_failure_keeps_what_was_done_and_can_go_on(app, runner, caplog):
    broken = [True]

    def run(work):
        for n in range(work.done // 10, 3):
            yield Slice(10, lambda n=n: breaks() if n == 1 and broken[0] else Outcome())

    def breaks():
        world_account("lost with its slice")
        raise ZeroDivisionError("a bug")

    runner(run)
    work_id = begin("test", total=30)
    move_along("w1")
    assert (look(work_id).state, look(work_id).done) == (WorkState.FAILED, 10)
    assert look(work_id).error == "ZeroDivisionError: a bug"
    assert db.session.scalar(select(func.count(Account.id))) == 0

    broken[0] = False
    transact(lambda: services.go_on(me(), work_id))
    move_along("w2")

    assert (look(work_id).state, look(work_id).done, look(work_id).error) == (WorkState.DONE, 30, None)


def world_account(name):
    db.session.add(Account(number=name, name=name))
    db.session.flush()


def test_finished_work_does_not_go_on(app, runner):
    runner(lambda work: iter([]))
    work_id = begin("test")
    move_along("w1")

    with pytest.raises(Refused):
        transact(lambda: services.go_on(me(), work_id))


def test_a_worker_that_lost_the_lease_books_nothing(app, runner):
    def run(work):
        yield Slice(10)
        with clock.frozen(clock.now() + timedelta(minutes=5)), unit_of_work():
            assert services.take_up("another").id == work_id
        yield Slice(10, lambda: world_account("from the dead") or Outcome())

    runner(run)
    work_id = begin("test", total=20)
    move_along("w1")

    assert (look(work_id).done, look(work_id).worker, look(work_id).state) == (10, "another", WorkState.RUNNING)
    assert db.session.scalar(select(func.count(Account.id))) == 0
    with pytest.raises(LeaseLost):
        transact(lambda: services.finish(work_id, "w1"))


def test_every_refusal_is_told(app, runner):
    runner(lambda work: (Slice(600, lambda: Outcome([Refusal(1, "", "No")] * 600)) for _ in range(2)))
    work_id = begin("test")
    move_along("w1")

    assert (look(work_id).refused, len(told(work_id))) == (1200, 1200)


def test_pages_of_work(client_of, runner):
    runner(lambda work: iter([Slice(2, lambda: Outcome([Refusal(7, "Email", "=1+1")])), Result("a.csv", b"x")]))
    work_id = begin("test", total=2)
    client = client_of("operator")
    html = client.get(f"/long-work/{work_id}").text
    assert 'role="progressbar"' in html
    assert f'hx-get="/long-work/{work_id}"' in html
    assert "<html" not in client.get(f"/long-work/{work_id}", htmx="work").text
    move_along("w1")

    html = client.get(f"/long-work/{work_id}").text
    assert "2 rows done, 1 of them refused." in html
    assert "every 2s" not in html
    assert client.get(f"/long-work/{work_id}/result").data == b"x"
    assert b'"7","Email","\'=1+1"' in client.get(f"/long-work/{work_id}/refusals").data


def test_work_is_seen_by_its_owner_and_the_administrator_only(client_of, runner):
    runner(lambda work: iter([Result("a.csv", b"secret")]))
    work_id = begin("test")
    move_along("w1")

    for path in ("", "/result", "/refusals"):
        assert client_of("outsider").get(f"/long-work/{work_id}{path}").status_code == 404
    assert client_of("outsider").post(f"/long-work/{work_id}/cancellation").status_code == 404
    assert client_of("admin").get(f"/long-work/{work_id}").status_code == 200
    assert client_of("admin").get(f"/long-work/{work_id}/result").status_code == 404


def test_stop_and_go_on_by_button(client_of, runner):
    runner(lambda work: iter([Slice(1)]))
    work_id = begin("test")
    client = client_of("operator")

    assert client.post(f"/long-work/{work_id}/cancellation").status_code == 303
    assert look(work_id).state == WorkState.CANCELLED
    assert client.post(f"/long-work/{work_id}/continuation").status_code == 303
    assert "so it cannot be queued" in client.get(f"/long-work/{work_id}").text


def add_accounts(number, who="rep"):
    with unit_of_work():
        db.session.add_all(
            Account(number=f"N{n:05}", name=f"Shop {n:05}", owner_id=world.position(who).id) for n in range(number)
        )


def rename(actor, record_id, value):
    from portal.organization.queries import get

    account = get(actor, Account, record_id, lock=True)
    if account.name == "Shop 00003":
        raise Refused("x", "This shop keeps its name.")
    account.city = value


ACT = BulkAct("long_work", "naming", "Name them", "workspace.use", rename, options=lambda actor: [("Bern", "Bern")])


def test_picked_rows_are_done_each_for_itself(client_of):
    offer_act(ACT)
    add_accounts(5)
    ids = list(db.session.scalars(select(Account.id)))
    client = client_of("rep")

    answer = client.post("/lists/long_work/acts/naming", data={"pick": [*ids, 99999], "value-naming": "Bern"})

    assert answer.status_code == 303
    html = client.get("/notifications").text
    assert "Name them: 4 rows" in html
    assert "2 left as they were. This shop keeps its name. This is not here, or not yours to see." in html
    assert db.session.scalar(select(func.count(Account.id)).where(Account.city == "Bern")) == 4


@pytest.mark.parametrize(
    ("act", "form", "status"), [("nope", {}, 404), ("naming", {"pick": "x"}, 422), ("naming", {}, 303)]
)
def test_bulk_acts_refuse_nonsense(client_of, act, form, status):
    offer_act(ACT)
    assert client_of("rep").post(f"/lists/long_work/acts/{act}", data=form).status_code == status


def test_a_bulk_act_needs_its_permission(client_of):
    offer_act(BulkAct("long_work", "secret", "Secret", "users.edit", rename))

    assert client_of("rep").post("/lists/long_work/acts/secret", data={"pick": "1"}).status_code == 403
    assert "Secret" not in client_of("rep").get("/long-work").text


def start_import(folder, rows):
    (folder / "files").mkdir(exist_ok=True)
    text = "number,name,city\r\n" + "".join(
        f"S{n},{'' if n % 100 == 0 else f'Store {n}'},x\r\n" for n in range(1, rows + 1)
    )
    spec = {"kind": "stores", "key": files.put(text.encode()), "columns": ["number", "name", ""], "dry": False}
    return begin("import", spec, rows)


def test_a_killed_worker_loses_nothing_and_doubles_nothing(live_app, tmp_path):
    """5,000 rows; the process that imports them gets SIGKILL in the middle."""
    offer_import(STORES)
    work_id = start_import(tmp_path, 5_000)
    command = [sys.executable, "-m", "tests.workspace.worker_process", str(tmp_path)]
    reached = run_until_killed([*command, live_app.config["SQLALCHEMY_DATABASE_URI"]], work_id)
    assert 0 < reached < 5_000
    assert move_along("too early") == 0
    with unit_of_work():
        db.session.get(LongWork, work_id).lease_until = clock.now() - timedelta(seconds=1)  # a minute goes by
    while move_along("survivor"):
        pass

    work = look(work_id)
    assert (work.state, work.done, work.added, work.refused) == (WorkState.DONE, 5_000, 4_950, 50)
    assert db.session.scalar(select(func.count(Account.id))) == 4_950
    assert told(work_id)[0] == (101, "Name", "A store needs a name.", False)


def run_until_killed(command, work_id):
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], start_new_session=True)
    try:
        until = time.monotonic() + 60
        while look(work_id).done < 1_000:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return look(work_id).done
