"""The list of deals as data."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, selectinload

from portal.accounts.models import Account
from portal.channels.queries import channel_choices
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import names_of_positions, owner_field, visible_to
from portal.territories.models import Territory
from portal.territories.queries import IN_FORCE

from ..models import Opportunity
from ..states import OpportunityState, Stage


def _rows(actor: Actor) -> Select[Opportunity]:
    account, channel = contains_eager(Opportunity.account), selectinload(Opportunity.channel)
    return visible_to(actor, Opportunity).outerjoin(Opportunity.account).options(account, channel)


def owners(actor: Actor) -> Sequence[tuple[str, str]]:
    """Positions that own deals, by the name of who sits there."""
    names = names_of_positions(clock.today("UTC"))
    held = db.session.scalars(select(Opportunity.owner_id).distinct())
    return sorted(((str(i), names[i]) for i in held if i in names), key=lambda pair: pair[1])


def territories(actor: Actor) -> Sequence[tuple[str, str]]:
    rows = db.session.execute(select(Territory.id, Territory.name).where(IN_FORCE).order_by(Territory.path))
    return [(str(i), name) for i, name in rows]


def _sources(actor: Actor) -> Sequence[tuple[str, str]]:
    found = db.session.scalars(select(Opportunity.source).where(Opportunity.source != "").distinct())
    return [(source, source.replace("_", " ").capitalize()) for source in sorted(found)]


def _channels(actor: Actor) -> Sequence[tuple[str, str]]:
    return [(str(key), name) for key, name in channel_choices()]


O = Opportunity  # noqa: E741
LISTING = Listing(
    name="opportunities",
    query=_rows,
    identity=O.id,
    fields=(
        Field("name", "Opportunity", O.name),
        Field("account", "Account", Account.name, value=lambda o: o.account.name),
        Field(
            "state",
            "State",
            O.state,
            kind="state",
            filter="choice",
            choices=lambda actor: [(s.value, s.value.capitalize()) for s in OpportunityState],
        ),
        Field(
            "stage",
            "Stage",
            O.stage,
            kind="state",
            filter="choice",
            choices=lambda actor: [(s.value, s.value.capitalize()) for s in Stage],
        ),
        Field("amount", "Amount", O.amount, kind="money", filter="range", summed=True),
        Field("probability", "Probability", O.probability, value=lambda o: o.probability, kind="number"),
        Field("close_on", "Closes", O.close_on, kind="date", filter="range"),
        Field("next_step", "Next step", O.next_step, sortable=False),
        owner_field(O, shown=True),
        Field(
            "territory",
            "Territory",
            O.territory_id,
            value=lambda o: o.territory_id,
            shown=False,
            filter="choice",
            choices=territories,
        ),
        Field("source", "Source", O.source, shown=False, filter="choice", choices=_sources),
        Field("channel", "Channel", O.channel_id, shown=False, filter="choice", sortable=False,
              value=lambda o: o.channel.name if o.channel else "", choices=_channels),
        Field("without_step", "Without next step", O.next_step == "", shown=False, filter="flag",
              value=lambda o: not o.next_step),
        Field(
            "closed",
            "Closed",
            func.coalesce(O.closed_at, O.created_at),
            value=lambda o: o.closed_at,
            kind="datetime",
            shown=False,
            filter="range",
        ),
        Field("actual_revenue", "Actual revenue", func.coalesce(O.actual_revenue, 0), shown=False, kind="money"),
    ),
    sort="close_on",
    words=(O.name, Account.name),
    views=(("Mine, open", "owner=me&state=open"), ("Open", "state=open"), ("Without next step", "state=open&without_step=yes")),
)  # fmt: skip
