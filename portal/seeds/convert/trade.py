"""Accounts with their contacts, their past orders, and the quotas of who sold them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from portal.seeds.convert.organization import home_territories, key_of
from portal.seeds.convert.places import phone, region_code, territory_key
from portal.seeds.convert.source import WINDOW, Row, Source, cents, full_name, plain, real_date, slug

DEMO_REP = "276"
SHARE_OF_ACCOUNTS = {DEMO_REP: 14, "281": 10}  # the others have 8
MOST_LINES = 110  # of one account within the window: larger ones would only make the files larger
CONTACTS = 200
BUSINESS = {"BM": "Value added reseller", "BS": "Specialty bike shop", "OS": "Warehouse"}


@dataclass(frozen=True)
class Order:
    header: Row
    store: str
    seller: str
    placed: date
    lines: list[Row]

    @property
    def subtotal(self) -> Decimal:
        return sum((line_total(line) for line in self.lines), Decimal())


def store_row(source: Source, store: str, owner: str, number: str) -> Row:
    row, place = source.index("Store", "BusinessEntityID")[store], source.places[store]
    country, region = place["CountryRegionCode"], region_code(place)
    return {
        "number": number,
        "name": row["Name"],
        "industry": BUSINESS[row["BusinessType"]],
        "specialty": row["Specialty"],
        "employees": row["NumberEmployees"],
        "annual_revenue": row["AnnualSales"],
        "street": place["AddressLine1"],
        "street_2": place["AddressLine2"],
        "city": place["City"],
        "region": region,
        "postcode": place["PostalCode"],
        "country": country,
        "phone": phone(country, region, int(store) % 100),
        "territory": territory_key(source, place["TerritoryID"]),
        "owner": key_of(source, owner),
        "year_opened": row["YearOpened"],
    }


def line_total(line: Row) -> Decimal:
    return cents(int(line["OrderQty"]) * Decimal(line["UnitPrice"]) * (1 - Decimal(line["UnitPriceDiscount"])))


def reseller_orders(source: Source, first: date = WINDOW[0], *, complete: bool = True) -> list[Order]:
    """Reseller orders from a day to the end of the window, spread over the month: the tables book all of them on its
    first day. `complete`: only those whose lines add up to the total of the order."""
    customers = source.index("Customer", "CustomerID")
    lines = defaultdict(list)
    for line in source.table("SalesOrderDetail"):
        lines[line["SalesOrderID"]].append(line)
    orders = []
    for row in source.table("SalesOrderHeader"):
        day = real_date(row["OrderDate"])
        if not row["SalesPersonID"] or not first <= day <= WINDOW[1] or (complete and row["LinesMatchSubTotal"] != "1"):
            continue
        number = row["SalesOrderID"]
        placed = day + timedelta(days=int(number) * 11 % 28)
        orders.append(Order(row, customers[row["CustomerID"]]["StoreID"], row["SalesPersonID"], placed, lines[number]))
    return sorted(orders, key=lambda order: (order.placed, order.header["SalesOrderID"]))


class Trade:
    """The sample: stores whose seller works in the territory where the store lies."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.all_orders = reseller_orders(source)

    @cached_property
    def owner_of(self) -> dict[str, str]:
        """Chosen store -> seller of its latest order, stores spread evenly over the seller's range of revenue."""
        past: dict[str, list[Order]] = defaultdict(list)
        for order in self.all_orders:
            past[order.store].append(order)
        home = home_territories(self.source)
        candidates: dict[str, list[str]] = defaultdict(list)
        for store, orders in past.items():
            seller, place = orders[-1].seller, self.source.places[store]
            lines = sum(len(order.lines) for order in orders)
            local = home.get(seller) == territory_key(self.source, place["TerritoryID"])
            if local and len(orders) > 1 and 4 < lines <= MOST_LINES:
                candidates[seller].append(store)
        chosen: dict[str, str] = {}
        for seller in sorted(candidates):
            ranked = sorted(candidates[seller], key=lambda store: (sum(o.subtotal for o in past[store]), store))
            count = min(SHARE_OF_ACCOUNTS.get(seller, 8), len(ranked))
            chosen |= {ranked[-1 - i * len(ranked) // count]: seller for i in range(count)}
        return dict(sorted(chosen.items(), key=lambda item: int(item[0])))

    @cached_property
    def orders(self) -> list[Order]:
        return [order for order in self.all_orders if order.store in self.owner_of]

    @cached_property
    def number_of(self) -> dict[str, str]:
        """Account numbers of the chosen stores."""
        return {
            row["StoreID"]: row["AccountNumber"]
            for row in self.source.table("Customer")
            if row["StoreID"] in self.owner_of and not row["PersonID"]
        }

    def accounts(self) -> list[Row]:
        return [store_row(self.source, store, owner, self.number_of[store]) for store, owner in self.owner_of.items()]

    def contacts(self) -> list[Row]:
        """The people of each store; further names of the tables fill up to CONTACTS as second contacts."""
        kinds = {row["ContactTypeID"]: row["Name"] for row in self.source.table("ContactType")}
        links = [
            (row["BusinessEntityID"], row["PersonID"], kinds[row["ContactTypeID"]])
            for row in self.source.table("BusinessEntityContact")
            if row["BusinessEntityID"] in self.owner_of
        ]
        spare = [number for number, person in self.source.persons.items() if person["PersonType"] == "GC"]
        taken = [store for store, _, _ in links]
        single = [store for store in self.owner_of if taken.count(store) == 1]
        titles = ("Store Manager", "Purchasing Agent", "Workshop Manager", "Accounting Manager")
        for i, store in enumerate(single[: CONTACTS - len(links)]):
            links.append((store, spare[i], titles[i % len(titles)]))
        order = list(self.owner_of)
        links.sort(key=lambda link: order.index(link[0]))
        return [self._contact(*link, first=i == 0 or links[i - 1][0] != link[0]) for i, link in enumerate(links)]

    def _contact(self, store: str, number: str, title: str, *, first: bool) -> Row:
        person, place = self.source.persons[number], self.source.places[store]
        domain = slug(self.source.index("Store", "BusinessEntityID")[store]["Name"])
        return {
            "account": self.number_of[store],
            "salutation": person["Title"],
            "first_name": person["FirstName"],
            "last_name": person["LastName"],
            "job_title": title,
            "email": f"{slug(full_name(person), '.')}@{domain}.example",
            "phone": phone(place["CountryRegionCode"], region_code(place), int(number) % 100),
            "primary": "1" if first else "0",
        }

    def order_rows(self) -> list[Row]:
        rows = []
        for order in self.orders:
            header, tax, freight = (
                order.header,
                cents(Decimal(order.header["TaxAmt"])),
                cents(Decimal(order.header["Freight"])),
            )
            rows.append(
                {
                    "number": header["SalesOrderNumber"],
                    "account": self.number_of[order.store],
                    "salesperson": key_of(self.source, order.seller),
                    "date": order.placed.isoformat(),
                    "customer_po": header["PurchaseOrderNumber"],
                    "currency": "USD",
                    "subtotal": plain(order.subtotal),
                    "tax": plain(tax),
                    "freight": plain(freight),
                    "total": plain(order.subtotal + tax + freight),
                }
            )
        return rows

    def order_lines(self) -> list[Row]:
        return [
            {
                "order": order.header["SalesOrderNumber"],
                "position": str(position),
                "sku": self.source.products[line["ProductID"]]["ProductNumber"],
                "quantity": line["OrderQty"],
                "unit_price": plain(Decimal(line["UnitPrice"])),
                "discount_percent": plain(Decimal(line["UnitPriceDiscount"]) * 100),
                "total": plain(line_total(line)),
            }
            for order in self.orders
            for position, line in enumerate(order.lines, start=1)
        ]
