"""Who learns of a transfer: timelines, handover tasks, notifications."""

from collections import Counter
from datetime import timedelta

from portal.accounts.states import Tier
from portal.activities.models import Activity, Regarding
from portal.activities.states import Kind
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import names_of_positions, seated_user
from portal.workspace.services import notify

from ..models import Transfer, TransferItem
from .moving import Given

HANDOVER_WITHIN = timedelta(days=7)


def url_of(made: Transfer) -> str:
    return f"/responsibility/transfers/{made.id}"


def announce(made: Transfer) -> None:
    """A plan: the receiver knows ahead."""
    _notify(made, made.to_position_id, f"{made.by} plans to give you {_count(len(made.account_ids))}", "planned")


def hand_over(made: Transfer, accounts: list[Given]) -> None:
    """On every timeline; one task for all, and one for each tier A account, for the receiver."""
    names = names_of_positions(clock.now().date())
    receiver = names.get(made.to_position_id or 0, "")
    said = f"Transferred to {receiver}" if receiver else "Moved to another territory"
    told = [_entry(made, account, said) for account in accounts]
    taken = [account for account in accounts if account.owner_id != made.to_position_id]
    if made.to_position_id is not None and taken:
        told += _tasks(made, taken)
        _notify(made, made.to_position_id, f"{made.by} gave you {_count(len(taken))}: {made.reason}", "received")
        for owner_id, number in Counter(account.owner_id for account in taken).items():
            _notify(made, owner_id, f"{_count(number)} went to {receiver}: {made.reason}", f"given:{owner_id}")
    db.session.add_all(told)
    db.session.flush()


def undone(actor: Actor, made: Transfer) -> None:
    query = db.select(TransferItem).filter_by(transfer_id=made.id, noun_of="accounts")
    for item in db.session.scalars(query):
        db.session.add(
            Activity(
                kind=Kind.SYSTEM, subject="Transfer taken back", author=actor.name, body=made.reason, url=url_of(made),
                owner_id=item.from_owner_id, territory_id=item.from_territory_id,
                regarding=[Regarding(noun_of="accounts", record_id=item.record_id)],
            )
        )  # fmt: skip
    db.session.flush()
    _notify(made, made.to_position_id, f"{actor.name} took {_count(len(made.account_ids))} back", "undone")


def _entry(made: Transfer, account: Given, said: str) -> Activity:
    return Activity(
        kind=Kind.SYSTEM,
        subject=said,
        body=made.reason,
        author=made.by,
        url=url_of(made),
        owner_id=made.to_position_id or account.owner_id,
        territory_id=made.territory_id or account.territory_id,
        regarding=[Regarding(noun_of="accounts", record_id=account.id)],
    )


def _tasks(made: Transfer, taken: list[Given]) -> list[Activity]:
    apart = [account for account in taken if account.tier is Tier.A or len(taken) == 1]
    tasks = [_task(made, f"Take over {account.name}", [account]) for account in apart]
    if len(apart) < len(taken):
        tasks.append(_task(made, f"Take over {_count(len(taken))}", []))
    return tasks


def _task(made: Transfer, subject: str, about: list[Given]) -> Activity:
    return Activity(
        kind=Kind.TASK,
        subject=subject,
        body=f"From {made.by}: {made.reason}. The handover brief tells what is open.",
        author=made.by,
        url=url_of(made),
        owner_id=made.to_position_id,
        due_at=clock.now() + HANDOVER_WITHIN,
        regarding=[Regarding(noun_of="accounts", record_id=account.id) for account in about],
    )


def _notify(made: Transfer, position_id: int | None, text: str, what: str) -> None:
    person = seated_user(position_id, clock.now().date()) if position_id else None
    if person and person.id != made.user_id:
        notify(person.id, text, url_of(made), f"transfer:{made.id}:{what}")


def _count(number: int) -> str:
    return "an account" if number == 1 else f"{number} accounts"
