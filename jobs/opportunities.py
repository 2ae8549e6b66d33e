"""Who hears of a deal: its owner when somebody else opened or won it."""

from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.errors import NotFound
from portal.opportunities.events import OpportunityOpened, OpportunityWon
from portal.opportunities.queries import deal
from portal.organization.queries import seated_user
from portal.workspace.services import notify

from .registry import on


@on(OpportunityOpened)
def tell_of_new_deal(opportunity_id: int, by_user_id: int | None) -> None:
    _tell(opportunity_id, by_user_id, "opened", "A deal was opened for you: {name}")


@on(OpportunityWon)
def tell_of_win(opportunity_id: int, by_user_id: int | None) -> None:
    _tell(opportunity_id, by_user_id, "won", "Won: {name}")


def _tell(opportunity_id: int, by_user_id: int | None, what: str, words: str) -> None:
    """Nobody is told what they did themselves; a deal that is gone meanwhile needs no words."""
    try:
        found = deal(SYSTEM, opportunity_id)
    except NotFound:
        return
    owner = seated_user(found.owner_id, clock.today("UTC"))
    if owner is None or owner.id == by_user_id:
        return
    closed = f":{found.closed_at.isoformat()}" if found.closed_at else ""
    notify(
        owner.id, words.format(name=found.name), f"/opportunities/{found.id}", f"opportunity:{found.id}:{what}{closed}"
    )
