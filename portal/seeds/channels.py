"""Six ways to the customer, partners among the largest accounts, and deals they registered."""

from datetime import timedelta
from decimal import Decimal

from portal.channels.models import Channel, ChannelSource, DealRegistration, Partner
from portal.channels.rules import customer_key, source_key
from portal.channels.states import ChannelKind, RegistrationState
from portal.kernel import clock
from portal.kernel.db import db

from .world import World

# name, kind, who answers, cost of sale, largest discount, sources
CHANNELS = (
    ("Field sales", ChannelKind.DIRECT, "stephen-jiang", "9", "20", ("Field",)),
    ("Inside sales", ChannelKind.INSIDE, "stephen-jiang", "5", "12", ("Phone",)),
    ("Resellers", ChannelKind.PARTNER, "syed-abbas", "4", "25", ("Partner",)),
    ("Web", ChannelKind.WEB, "stephen-jiang", "3", "5", ("Landing page",)),
    ("Fairs and webinars", ChannelKind.EVENT, "amy-alberts", "12", "15", ("Trade fair", "Webinar")),
    ("Referrals", ChannelKind.REFERRAL, "amy-alberts", "6", "15", ("Referral",)),
)
LEVELS = (("Gold", "12"), ("Silver", "9"), ("Registered", "6"))
# customer, domain, deal, amount, days ago, state
REGISTERED = (
    ("Harbour Bike Rental", "harbourbikerental.example", "Forty touring bikes for the season", "52000", 6, "submitted"),
    ("Harbor Bike Rental Inc.", "harbourbikerental.example", "Rental fleet", "38000", 3, "submitted"),
    ("City of Tacoma", "cityoftacoma.example", "Bikes for the parks department", "24000", 30, "approved"),
    ("Lakeside Resort", "lakesideresort.example", "Guest bikes", "11000", 60, "rejected"),
)


def load(world: World) -> None:
    made: dict[ChannelKind, Channel] = {}
    for name, kind, answers, cost, most, sources in CHANNELS:
        position = world.positions.get(answers)
        channel = Channel(
            name=name, kind=kind, answers_id=position.id if position else None, cost_percent=Decimal(cost),
            max_discount_percent=Decimal(most),
            sources=[ChannelSource(key=source_key(source), name=source) for source in sources],
        )  # fmt: skip
        made[kind] = channel
        db.session.add(channel)
    db.session.flush()
    world.channels = {source.key: channel.id for channel in made.values() for source in channel.sources}
    world.partners = _partners(world, made[ChannelKind.PARTNER])
    for place, (customer, domain, subject, amount, days, state) in enumerate(REGISTERED):
        _register(
            world, world.partners[place % 2], customer, domain, subject, Decimal(amount), days, RegistrationState(state)
        )


def _partners(world: World, channel: Channel) -> list[Partner]:
    """Three accounts that sell on to others."""
    resellers = [one for one in world.accounts.values() if one.industry == "Value added reseller"][:3]
    made = [
        Partner(
            account_id=account.id, account=account, channel_id=channel.id, level=level, margin_percent=Decimal(margin),
            since=world.today - timedelta(days=700 - 200 * place),
        )
        for place, (account, (level, margin)) in enumerate(zip(resellers, LEVELS, strict=False))
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    return made


def _register(
    world: World, partner: Partner, customer: str, domain: str, subject: str, amount: Decimal, days: int,
    state: RegistrationState,
) -> None:  # fmt: skip
    at = clock.now() - timedelta(days=days)
    open_still = state == RegistrationState.SUBMITTED
    db.session.add(
        DealRegistration(
            partner_id=partner.id, customer=customer, domain=domain, customer_key=customer_key(customer, domain),
            subject=subject, amount=amount, currency="USD", close_on=world.today + timedelta(days=60), state=state,
            submitted_at=at, decided_at=None if open_still else at + timedelta(days=1),
            decided_by="" if open_still else "Amy Alberts",
            decision={"approved": "Nobody else is registered for this customer.", "rejected": "We sell there already."}.get(
                state, ""
            ),
            protected_until=world.today + timedelta(days=60) if state == RegistrationState.APPROVED else None,
            owner_id=partner.account.owner_id, territory_id=partner.account.territory_id,
        )
    )  # fmt: skip
