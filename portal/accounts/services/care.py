"""How much attention an account gets, and who works on it beside its owner."""

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.organization.models import Position
from portal.organization.queries import authorize, get

from ..models import Account, AccountTeam
from ..states import Access, TeamRole, Tier


def set_care(actor: Actor, account_id: int, *, tier: Tier, cadence_days: int | None, version: int | None) -> Account:
    """The tier and, where it differs from that of the tier, the days between two touches."""
    account = _editable(actor, account_id)
    account.expect(version)
    if cadence_days is not None and cadence_days < 1:
        raise Refused("account.cadence", "At least one day.", "cadence_days")
    account.tier, account.cadence_days = tier, cadence_days
    db.session.flush()
    return account


def join_team(actor: Actor, account_id: int, position_id: int, role: TeamRole, access: Access) -> AccountTeam:
    """Raises Refused for the owner, and for a position that is in the team already."""
    account = _editable(actor, account_id)
    if db.session.get(Position, position_id) is None:
        raise Refused("account_team.nobody", "Choose a position.", "position_id")
    if position_id == account.owner_id:
        raise Refused("account_team.owner", "The owner reaches the account already.", "position_id")
    member = AccountTeam(account_id=account.id, position_id=position_id, role=role, access=access)
    db.session.add(member)
    db.session.flush()
    return member


def leave_team(actor: Actor, account_id: int, member_id: int) -> None:
    account, member = _editable(actor, account_id), db.session.get(AccountTeam, member_id)
    if member is None or member.account_id != account.id:
        raise NotFound("account_team.not_found", "This position is not in the team.")
    db.session.delete(member)


def _editable(actor: Actor, account_id: int) -> Account:
    """Who may assign the account says who works on it: not everybody whom it lets edit."""
    account = get(actor, Account, account_id, lock=True)
    authorize(actor, "accounts.assign", account)
    return account
