"""Two transfers of the same accounts, and two leads for one wheel, at once."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account, AccountAssignment
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, transact
from portal.leads.models import Lead
from portal.leads.services import create_lead
from portal.responsibility import services
from portal.workspace.models import Notification
from tests import world
from tests.accounts.makers import make_account
from tests.responsibility.makers import assignment_rule


@pytest.mark.parametrize("same", [True, False])
def test_two_transfers_at_once_leave_one_history(live_app, same):
    ids = [make_account(f"N{n}").id for n in range(20)]
    receivers = [world.position(key).id for key in (("colleague", "colleague") if same else ("colleague", "manager"))]
    barrier, results = Barrier(2), []

    def run(receiver, order):
        with live_app.app_context():
            today = clock.now().date()
            barrier.wait()
            act = lambda: services.transfer(SYSTEM, order, to_position_id=receiver, reason="Now", on=today)  # noqa: E731
            results.append(transact(lambda: (made := act()) and made.id))
            db.session.remove()

    threads = [Thread(target=run, args=(r, o)) for r, o in zip(receivers, (ids, ids[::-1]), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()

    open_rows = select(AccountAssignment.account_id, AccountAssignment.owner_id).where(
        AccountAssignment.ends_on.is_(None)
    )
    assert dict(db.session.execute(open_rows).all()) == dict(
        db.session.execute(select(Account.id, Account.owner_id)).all()
    )
    rows = db.session.scalar(select(func.count()).select_from(AccountAssignment))
    assert rows == (40 if same else 60)
    assert len([result for result in results if result]) == (1 if same else 2)
    assert db.session.scalar(select(func.count()).select_from(Notification)) == (2 if same else 4)


def test_two_leads_at_once_go_to_two_people(live_app):
    assignment_rule("Round", "rep", "colleague", "manager", "outsider")
    barrier = Barrier(4)

    def run(number):
        with live_app.app_context():
            barrier.wait()
            transact(lambda: create_lead(SYSTEM, last_name=str(number), email=f"{number}@new.example").id)
            db.session.remove()

    threads = [Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()

    assert len(set(db.session.scalars(select(Lead.owner_id)))) == 4
