"""Leads and deals: invented, with names, places and magnitudes of the tables."""

from collections import defaultdict
from decimal import Decimal

from portal.seeds.convert.catalog import reseller_price
from portal.seeds.convert.organization import key_of
from portal.seeds.convert.places import phone, region_code, territory_key
from portal.seeds.convert.source import Row, Source, cents, full_name, plain, slug
from portal.seeds.convert.trade import DEMO_REP, Trade

LEADS_IN = {
    "southwest": 18,
    "northwest": 9,
    "canada": 7,
    "united-kingdom": 7,
    "france": 5,
    "germany": 6,
    "australia": 5,
    "northeast": 3,
    "central": 3,
    "southeast": 3,
}
COMPANIES = (
    "{last} Cycle Supply",
    "{city} Wheel House",
    "{last} & Daughters Bicycles",
    "{city} Outdoor Collective",
    "Velo {last}",
    "{last} Sport Trading",
    "{city} Commuter Bikes",
    "{last} Touring Company",
)
JOBS = (
    "Owner",
    "Purchasing Manager",
    "Store Manager",
    "Purchasing Agent",
    "Workshop Manager",
    "Marketing Manager",
    "Buyer",
)
SOURCES = ("landing_page", "webinar", "trade_fair", "referral", "landing_page", "webinar", "landing_page")
MESSAGES = {
    "landing_page": (
        "Please send your reseller prices for mountain bikes, about {n} in the first order.",
        "We open a second shop in {city} and look for a touring range. Who covers our area?",
        "Do you deliver frames without components? We build about {n} a year.",
        "Which helmets and gloves can we have before the season starts?",
    ),
    "webinar": (
        "Asked in the webinar: margin on the Touring series and how long parts stay available.",
        "Stayed to the end and asked for the slides and a price list.",
    ),
    "trade_fair": (
        "Met at the stand. Wants {n} road bikes for a rental fleet, decides with a partner.",
        "Took the catalogue, has a competitor's offer, call back next week.",
    ),
    "referral": (
        "Recommended by another dealer in the region. Looks for one supplier of bikes and clothing.",
        "Knows us from a former job. Plans an assortment of {n} bikes.",
    ),
}
STATUS = ("new", "contacted", "new", "new", "contacted", "disqualified", "new", "contacted")
REASONS = ("no longer interested", "cannot contact", "lost")

OPEN_DEALS = {DEMO_REP: 9, "281": 5, "275": 4, "289": 4, "277": 2, "280": 2, "286": 2, "288": 2}  # the others have 3
CLOSED_DEALS = {DEMO_REP: 4, "281": 3, "280": 1, "283": 1, "278": 1}  # the others have 2
THEMES = ("spring assortment", "new store", "rental fleet", "club season", "restock", "trial order", "holiday season")
STAGES = {  # what comes next, and within how many days the deal should close
    "qualify": (("Call the owner about budget", "Find out who decides", "Send the catalogue"), 60, 70),
    "develop": (("Visit the store", "Agree on sizes and colors", "Show the margin per model"), 30, 50),
    "propose": (("Send the quote", "Talk the quote through", "Answer the question on delivery"), 14, 35),
    "close": (("Get the signature", "Confirm the delivery date"), 3, 18),
}
PATH = ("propose", "qualify", "develop", "close", "qualify", "develop", "propose")
LOSSES = ("price", "competitor", "postponed", "no budget")


def leads(source: Source) -> list[Row]:
    """Names and towns of private customers, with companies that do not exist, spread over the territories."""
    missing = dict(LEADS_IN)
    rows: list[Row] = []
    people = [person for person in source.table("Person") if person["PersonType"] == "IN"][::11]
    surnames: set[str] = set()
    for person in people:
        place = source.places[person["BusinessEntityID"]]
        territory = territory_key(source, place["TerritoryID"])
        if missing.get(territory, 0) and person["LastName"] not in surnames:
            missing[territory] -= 1
            surnames.add(person["LastName"])
            rows.append(_lead(len(rows), person, place, int(person["BusinessEntityID"]) % 100))
    return rows


def _lead(i: int, person: Row, place: Row, digits: int) -> Row:
    country, region = place["CountryRegionCode"], region_code(place)
    company = COMPANIES[i % len(COMPANIES)].format(last=person["LastName"], city=place["City"])
    origin, status = SOURCES[i % len(SOURCES)], STATUS[i % len(STATUS)]
    messages = MESSAGES[origin]
    return {
        "first_name": person["FirstName"],
        "last_name": person["LastName"],
        "email": f"{slug(full_name(person), '.')}@{slug(company)}.example",
        "phone": phone(country, region, digits),
        "company": company,
        "job_title": JOBS[i * 3 % len(JOBS)],
        "employees": str(2 + i * 7 % 38),
        "city": place["City"],
        "region": region,
        "postcode": place["PostalCode"],
        "country": country,
        "source": origin,
        "message": messages[i * 5 % len(messages)].format(n=10 + i * 7 % 50, city=place["City"]),
        "marketing_consent": "0" if i % 5 == 4 else "1",
        "status": status,
        "reason": REASONS[i % len(REASONS)] if status == "disqualified" else "",
        "age_in_days": str(i * i % 5 if status == "new" else 3 + i * 11 % 40),
    }


def opportunities(trade: Trade, prices: list[Row], contacts: list[Row]) -> tuple[list[Row], list[Row]]:
    """Deals and their lines: products and quantities of the account's own orders at today's reseller prices."""
    baskets: dict[str, dict[str, list[Row]]] = defaultdict(dict)
    for store, owner in trade.owner_of.items():
        if basket := _basis(trade, store, prices):
            baskets[owner][store] = basket
    deals: list[Row] = []
    lines: list[Row] = []
    for owner, owned in baskets.items():
        stores = list(owned)
        wanted = [True] * OPEN_DEALS.get(owner, 3) + [False] * CLOSED_DEALS.get(owner, 2)
        for i, is_open in enumerate(wanted):
            store, count = stores[i % len(stores)], len(deals)
            key, bought = f"D{count + 1:03}", owned[store][: 1 + count % 5]
            contact = next(row for row in contacts if row["account"] == trade.number_of[store])
            amount = sum((cents(int(line["quantity"]) * Decimal(line["unit_price"])) for line in bought), Decimal())
            lines += [{"opportunity": key, "position": str(n), **line} for n, line in enumerate(bought, start=1)]
            deal = {
                "key": key,
                "name": f"{_subcategory(trade.source, bought[0]['sku'])}, {THEMES[(count * 3 + i) % len(THEMES)]}",
                "account": contact["account"],
                "contact": contact["email"],
                "owner": key_of(trade.source, owner),
                "amount": plain(amount),
                "currency": "USD",
            }
            deals.append(deal | (_ahead(count) if is_open else _behind(count)))
    return deals, lines


def _subcategory(source: Source, sku: str) -> str:
    number = source.index("Product", "ProductNumber")[sku]["ProductSubcategoryID"]
    return source.index("ProductSubcategory", "ProductSubcategoryID")[number]["Name"]


def _basis(trade: Trade, store: str, prices: list[Row]) -> list[Row]:
    """Lines of the store's latest orders, dearest first, of products that are still sold."""
    bought: dict[str, int] = defaultdict(int)
    for order in [order for order in trade.orders if order.store == store][-3:]:
        for line in order.lines:
            bought[trade.source.products[line["ProductID"]]["ProductNumber"]] += int(line["OrderQty"])
    priced = [(sku, quantity, reseller_price(prices, sku, quantity)) for sku, quantity in bought.items()]
    rows = [
        (quantity * price, {"sku": sku, "quantity": str(quantity), "unit_price": plain(price)})
        for sku, quantity, price in priced
        if price is not None
    ]
    return [row for _, row in sorted(rows, key=lambda item: (-item[0], item[1]["sku"]))]


def _ahead(i: int) -> Row:
    stage = PATH[i % len(PATH)]
    steps, soonest, span = STAGES[stage]
    late = i % 11 == 6
    return {
        "state": "open",
        "stage": stage,
        "source": SOURCES[i * 2 % len(SOURCES)],
        "next_step": steps[i % len(steps)],
        "age_in_days": str(5 + i * 13 % 80),
        "close_in_days": str(-4 - i % 9 if late else soonest + i * 17 % span),
        "loss_reason": "",
    }


def _behind(i: int) -> Row:
    won = i % 5 not in (1, 3)
    closed = 1 + i * 7 % 60 if won else 2 + i * 19 % 100
    return {
        "state": "won" if won else "lost",
        "stage": "close" if won else ("propose", "develop")[i % 2],
        "source": SOURCES[i * 2 % len(SOURCES)],
        "next_step": "",
        "age_in_days": str(closed + 20 + i * 7 % 60),
        "close_in_days": str(-closed),
        "loss_reason": "" if won else LOSSES[i % len(LOSSES)],
    }
