"""Which records a transfer moves, and the statements that move them and give them back."""

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, insert, literal, select, update

from portal.accounts.models import Account
from portal.accounts.rules import domain_of, name_key
from portal.accounts.services import KEEP, reassign
from portal.accounts.services.assignment import slices
from portal.accounts.states import Tier
from portal.activities.models import Activity, Regarding
from portal.kernel import audit, clock
from portal.kernel.actor import Actor, acting
from portal.kernel.db import db
from portal.kernel.errors import Forbidden
from portal.leads.models import Lead
from portal.leads.states import OPEN
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.queries import reach
from portal.quotes.models import Quote, Revision
from portal.quotes.states import RevisionState

from ..models import Transfer, TransferItem

LIVE = (RevisionState.DRAFT, RevisionState.SENT)
# Order counts: what a task regards moves before the task.
WORK: dict[str, Any] = {"opportunities": Opportunity, "quotes": Quote, "leads": Lead, "activities": Activity}
COLUMNS = ("transfer_id", "noun_of", "record_id", "account_id", "from_owner_id", "from_territory_id")


class Given(NamedTuple):
    """An account that will change hands, as it is now."""

    id: int
    name: str
    tier: Tier
    owner_id: int | None
    territory_id: int | None


def lock_accounts(actor: Actor, wanted: Transfer) -> list[Given]:
    """The accounts that are not where they shall go, locked in the order of their ids. Raises Forbidden."""
    db.session.flush()
    columns = (Account.id, Account.name, Account.tier, Account.owner_id, Account.territory_id)
    found: list[Given] = []
    for ids in slices(wanted.account_ids):
        mine = select(*columns).where(Account.id.in_(ids), reach(actor, Account, "accounts.assign"))
        rows = db.session.execute(mine.order_by(Account.id).with_for_update(of=Account)).all()
        if len(rows) < len(ids) and not actor.is_system:
            raise Forbidden("forbidden", "Some of these accounts are not yours to give away.")
        found += [Given(*row) for row in rows]
    return [
        account
        for account in found
        if (wanted.to_position_id is not None and account.owner_id != wanted.to_position_id)
        or (wanted.territory_id is not None and account.territory_id != wanted.territory_id)
    ]


def check_giver(actor: Actor, made: Transfer) -> None:
    """Who may take a transfer back: who made it, and whoever may assign all of its accounts. Raises Forbidden."""
    if made.user_id is not None and made.user_id == actor.user_id:
        return
    for ids in slices(made.account_ids):
        mine = select(func.count()).select_from(Account).where(Account.id.in_(ids))
        if db.session.scalar(mine.where(reach(actor, Account, "accounts.assign"))) != len(ids):
            raise Forbidden("forbidden", "Some of these accounts are not yours to give away.")


def note_items(made: Transfer, accounts: list[Given]) -> None:
    """What will move: the accounts and the open work that their owners have on them."""
    rows = [(made.id, "accounts", a.id, a.id, a.owner_id, a.territory_id) for a in accounts]
    db.session.execute(insert(TransferItem), [dict(zip(COLUMNS, row, strict=True)) for row in rows])
    live = exists().where(Revision.quote_id == Quote.id, Revision.state.in_(LIVE))
    _note_belonging(made, Opportunity, Opportunity.state == OpportunityState.OPEN)
    _note_belonging(made, Quote, live)
    _note_leads(made, {account.owner_id for account in accounts})
    _note_tasks(made)


def _note_belonging(made: Transfer, model: Any, is_open: ColumnElement[bool]) -> None:
    of_account = and_(
        TransferItem.transfer_id == made.id,
        TransferItem.noun_of == "accounts",
        TransferItem.record_id == model.account_id,
        TransferItem.from_owner_id.is_not_distinct_from(model.owner_id),
    )
    found = select(
        literal(made.id), literal(model.noun), model.id, model.account_id, model.owner_id, model.territory_id
    ).join(TransferItem, of_account)
    db.session.execute(insert(TransferItem).from_select(COLUMNS, found.where(is_open)))


def _note_leads(made: Transfer, owners: set[int | None]) -> None:
    """Open leads from the same email domain, or of the same company name, that the owner of the account works on."""
    of_transfer = and_(TransferItem.transfer_id == made.id, TransferItem.record_id == Account.id)
    columns = (Account.id, Account.domain, Account.name_key, TransferItem.from_owner_id)
    by_key: dict[tuple[int | None, str], int] = {}
    for row in db.session.execute(
        select(*columns).join(TransferItem, of_transfer).where(TransferItem.noun_of == "accounts")
    ):
        by_key |= {(row.from_owner_id, key): row.id for key in (f"@{row.domain}" if row.domain else "", row.name_key)}
    mine = select(Lead.id, Lead.email, Lead.company, Lead.owner_id, Lead.territory_id).where(
        Lead.state.in_(OPEN), Lead.owner_id.in_([owner for owner in owners if owner is not None])
    )
    rows = []
    for lead in db.session.execute(mine):
        keys = [
            (lead.owner_id, key)
            for key in (f"@{domain_of(lead.email)}", name_key(lead.company))
            if key not in ("", "@")
        ]
        account_id = next((by_key[key] for key in keys if key in by_key), None)
        if account_id:
            rows.append((made.id, "leads", lead.id, account_id, lead.owner_id, lead.territory_id))
    if rows:
        db.session.execute(insert(TransferItem), [dict(zip(COLUMNS, row, strict=True)) for row in rows])


def _note_tasks(made: Transfer) -> None:
    regards = and_(
        TransferItem.transfer_id == made.id,
        TransferItem.noun_of == Regarding.noun_of,
        TransferItem.record_id == Regarding.record_id,
        TransferItem.from_owner_id == Activity.owner_id,
    )
    found = (
        select(
            literal(made.id), literal("activities"), Activity.id, func.min(TransferItem.account_id),
            Activity.owner_id, Activity.territory_id,
        )
        .join(Regarding, Regarding.activity_id == Activity.id)
        .join(TransferItem, regards)
        .where(Activity.due_at.is_not(None), Activity.done_at.is_(None))
        .group_by(Activity.id, Activity.owner_id, Activity.territory_id)
    )  # fmt: skip
    db.session.execute(insert(TransferItem).from_select(COLUMNS, found))


def move_work(made: Transfer) -> None:
    """One statement per kind of record."""
    values = {"owner_id": made.to_position_id, "territory_id": made.territory_id}
    given = {column: new for column, new in values.items() if new is not None}
    for noun, model in WORK.items():
        mine = select(TransferItem.record_id).where(TransferItem.transfer_id == made.id, TransferItem.noun_of == noun)
        extra = {"assigned_because": f"Came with its account: {made.reason}"} if model is Lead else {}
        _run(update(model).where(model.id.in_(mine)).values(version=model.version + 1, **given, **extra))
    _record(made, given, back=False)


def give_back(made: Transfer) -> None:
    """What is still where the transfer put it goes back to where it was."""
    there = {"owner_id": made.to_position_id, "territory_id": made.territory_id}
    given = {column: new for column, new in there.items() if new is not None}
    for noun, model in WORK.items():
        item = and_(TransferItem.transfer_id == made.id, TransferItem.noun_of == noun)
        mine = select(TransferItem.record_id).where(item)
        before = {
            column: select(getattr(TransferItem, f"from_{column}"))
            .where(item, TransferItem.record_id == model.id)
            .scalar_subquery()
            for column in given
        }
        still = [getattr(model, column) == new for column, new in given.items()]
        _run(update(model).where(model.id.in_(mine), *still).values(version=model.version + 1, **before))
    _record(made, given, back=True)
    _give_accounts_back(made, given)


def _give_accounts_back(made: Transfer, given: dict[str, int]) -> None:
    still = [getattr(Account, column) == new for column, new in given.items()]
    query = (
        select(Account.id, TransferItem.from_owner_id, TransferItem.from_territory_id)
        .join(TransferItem, TransferItem.record_id == Account.id)
        .where(TransferItem.transfer_id == made.id, TransferItem.noun_of == "accounts", *still)
    )
    groups: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for account_id, owner_id, territory_id in db.session.execute(query):
        groups[(owner_id, territory_id)].append(account_id)
    giver = Actor(acting().name, acting().user_id, is_system=True)  # the accounts may be out of reach of who gave them
    for (owner_id, territory_id), ids in groups.items():
        reassign(
            giver,
            ids,
            owner_id=owner_id if "owner_id" in given else KEEP,
            territory_id=territory_id if "territory_id" in given else KEEP,
            reason=f"Taken back: {made.reason}",
            on=clock.now().date(),
        )


def _record(made: Transfer, given: dict[str, int], *, back: bool) -> None:
    """The audit of the work that moved; `reassign` writes that of the accounts."""
    query = select(TransferItem).where(
        TransferItem.transfer_id == made.id, TransferItem.noun_of.in_(["opportunities", "quotes", "leads"])
    )
    by_noun: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for item in db.session.scalars(query):
        before = {"owner_id": item.from_owner_id, "territory_id": item.from_territory_id}
        by_noun[item.noun_of][item.record_id] = {
            key: [new, before[key]] if back else [before[key], new] for key, new in given.items() if before[key] != new
        }
    for noun, changes in by_noun.items():
        audit.record_many(noun, "reassigned", changes.items())


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
