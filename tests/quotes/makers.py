"""Records around quotes: a customer, products with prices, an opportunity, a quote in any state."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from portal.accounts.models import Account, Contact
from portal.catalog.models import PriceList, PriceListItem, Product, TaxRate
from portal.kernel import clock, links
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db, unit_of_work
from portal.opportunities.models import Opportunity, OpportunityLine
from portal.opportunities.states import Stage
from portal.orders.services import accept_offer
from portal.quotes import services
from portal.quotes.models import Quote, Revision
from portal.quotes.queries import newest, quote
from portal.quotes.services import DraftValues, LineValues
from tests import world

numbers = count(1)
D = Decimal


def product(name: str = "Touring-1000 Blue, 54", price: str = "100", volume: str | None = None) -> Product:
    """With a price on the default list; `volume` is the price from ten pieces."""
    made = Product(sku=f"SKU-{next(numbers)}", name=name)
    with unit_of_work():
        prices = db.session.scalar(db.select(PriceList).where(PriceList.is_default))
        prices = prices or PriceList(name="Standard", currency="USD", is_default=True)
        prices.items.append(PriceListItem(product=made, unit_price=D(price)))
        if volume:
            prices.items.append(PriceListItem(product=made, unit_price=D(volume), min_quantity=D(10)))
        db.session.add(prices)
    return made


def account(country: str = "US", region: str = "CA", language: str = "en", owner: str = "rep") -> Account:
    """In California with 8.75 % sales tax, or elsewhere."""
    n = next(numbers)
    if not db.session.scalar(db.select(TaxRate).where(TaxRate.region == "CA")):
        world.add(TaxRate(country="US", region="CA", percent=D("8.75")))
        world.add(TaxRate(country="DE", percent=D("19")))
    made: Account = world.add(
        Account(
            number=f"AW{n:06}", name="Eastside Department Store", street="9992 Whipple Rd", city="Union City",
            region=region, postcode="94587", country=country, language=language, owner_id=world.position(owner).id,
            payment_days=14,
        )
    )  # fmt: skip
    world.add(
        Contact(
            account_id=made.id, first_name="Kevin", last_name="Liu", email=f"kevin.{n}@eastside.example",
            language=language, owner_id=world.position(owner).id,
        )
    )  # fmt: skip
    return made


def contact_of(found: Account) -> Contact:
    return db.session.scalars(db.select(Contact).where(Contact.account_id == found.id)).one()


def opportunity(customer: Account | None = None, lines: int = 2, owner: str = "rep") -> Opportunity:
    customer = customer or account(owner=owner)
    goods = [product(f"Bike {place}", price=f"{place * 100}.25") for place in range(1, lines + 1)]
    made: Opportunity = world.add(
        Opportunity(
            name="Road range spring", account_id=customer.id, contact_id=contact_of(customer).id, stage=Stage.PROPOSE,
            currency="USD", close_on=date(2026, 9, 1), owner_id=world.position(owner).id,
            lines=[
                OpportunityLine(place=place, product_id=one.id, quantity=D(place), unit_price=D(f"{place * 100}.25"))
                for place, one in enumerate(goods, 1)
            ],
        )
    )  # fmt: skip
    return made


def values(*lines: LineValues, **over: object) -> DraftValues:
    typed: dict[str, object] = {
        "subject": "Road range", "valid_until": clock.now().date() + timedelta(days=20), "payment_days": 30,
        "discount_percent": D(0), "lines": lines,
    }  # fmt: skip
    return DraftValues(**(typed | over))  # type: ignore[arg-type]


def draft(owner: str = "rep", customer: Account | None = None, lines: int = 2) -> Quote:
    """From an opportunity, as SYSTEM on behalf of `owner`."""
    deal = opportunity(customer, lines=lines, owner=owner)
    with unit_of_work():
        quote_id = services.draft_from_opportunity(SYSTEM, deal.id)
    return quote(SYSTEM, quote_id)


def sent(
    owner: str = "rep", customer: Account | None = None, lines: int = 2, to: str = "kevin@eastside.example"
) -> Quote:
    found = draft(owner, customer, lines)
    with unit_of_work():
        services.send(SYSTEM, found.id, to=to)
    return quote(SYSTEM, found.id)


def token(found: Quote, number: int = 1, days: int = 30) -> str:
    """A link as the mail carries it."""
    with unit_of_work():
        return links.issue(services.LINK, found.id, number, expires_at=clock.now() + timedelta(days=days))


CUSTOMER = Actor("Kevin Liu")


def accepted(owner: str = "rep", lines: int = 2) -> int:
    """An accepted offer; returns the id of its order."""
    found = sent(owner, lines=lines)
    with unit_of_work():
        return accept_offer(CUSTOMER, found.id, 1, ip="192.0.2.7", reference="PO 7", at=clock.now())


def revision(found: Quote) -> Revision:
    return newest(quote(SYSTEM, found.id))
