"""Who hears of a deal: its owner when somebody else opened or won it; acts on many deals."""

from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import NotFound
from portal.opportunities import services
from portal.opportunities.events import OpportunityOpened, OpportunityWon
from portal.opportunities.queries import deal
from portal.opportunities.states import LOSS_REASONS
from portal.organization.queries import owner_choices, seated_user
from portal.workspace.rules import BulkAct, offer_act
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


def _hand_over(actor: Actor, opportunity_id: int, owner: str) -> int:
    return services.hand_over(
        actor, opportunity_id, int(owner) if owner.isdecimal() else 0, "Handed over from the list"
    )


def _lose(actor: Actor, opportunity_id: int, reason: str) -> int:
    return services.close_lost(actor, opportunity_id, reason=reason if reason in LOSS_REASONS else "")


def _reasons(actor: Actor) -> list[tuple[str, str]]:
    return [(reason, reason) for reason in LOSS_REASONS]


offer_act(BulkAct("opportunities", "owner", "Change owner", "opportunities.edit", _hand_over, owner_choices))
offer_act(BulkAct("opportunities", "loss", "Close as lost", "opportunities.edit", _lose, _reasons, danger=True))
