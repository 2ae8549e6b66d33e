"""Three years of orders of everybody who sells, their stores, and the quotas of these years."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import cached_property

from portal.seeds.convert.organization import key_of
from portal.seeds.convert.source import CALENDAR, Row, Source, cents, plain, real_date
from portal.seeds.convert.trade import Order, Trade, line_total, reseller_orders, store_row

CATEGORIES = {"1": "bikes", "2": "components", "3": "clothing", "4": "accessories"}


class History:
    """Every order with a salesperson that the sample of `trade` leaves out, its lines summed up by category."""

    def __init__(self, source: Source, trade: Trade) -> None:
        self.source, self.trade = source, trade
        sampled = {order.header["SalesOrderID"] for order in trade.orders}
        self.orders = [
            order
            for order in reseller_orders(source, date.min, complete=False)
            if order.header["SalesOrderID"] not in sampled
        ]

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Account number of every store."""
        rows = self.source.table("Customer")
        return {row["StoreID"]: row["AccountNumber"] for row in rows if row["StoreID"] and not row["PersonID"]}

    @cached_property
    def _stores(self) -> dict[str, str]:
        """Store outside the sample -> seller of its latest order."""
        owners = {order.store: order.seller for order in self.orders}
        return {store: owners[store] for store in sorted(owners, key=int) if store not in self.trade.owner_of}

    def stores(self) -> list[Row]:
        taken = {row["name"] for row in self.trade.accounts()}
        rows = []
        for store, owner in self._stores.items():
            row = store_row(self.source, store, owner, self.numbers[store])
            if row["name"] in taken:
                row["name"] = f"{row['name']}, {row['city']}"
            taken.add(row["name"])
            rows.append({name: value for name, value in row.items() if name not in ("specialty", "street_2", "phone")})
        return rows

    def history(self) -> list[Row]:
        return [self._row(order) for order in self.orders]

    def _row(self, order: Order) -> Row:
        """Net of each category; what the lines lack of the order's own sum is in the largest."""
        nets: dict[str, Decimal] = defaultdict(Decimal)
        for line in order.lines:
            nets[self._category[line["ProductID"]]] += line_total(line)
        subtotal = cents(Decimal(order.header["SubTotal"]))
        nets[max(nets, key=lambda name: nets[name], default="bikes")] += subtotal - sum(nets.values())
        return {
            "number": order.header["SalesOrderNumber"],
            "account": self.numbers[order.store],
            "salesperson": key_of(self.source, order.seller),
            "date": order.placed.isoformat(),
            "subtotal": plain(subtotal),
            **{name: plain(nets[name]) for name in CATEGORIES.values()},
            "cost": plain(cents(sum((self._cost(line, order.placed) for line in order.lines), Decimal()))),
        }

    @cached_property
    def _category(self) -> dict[str, str]:
        """Product -> its category."""
        groups = self.source.index("ProductSubcategory", "ProductSubcategoryID")
        return {
            number: CATEGORIES[groups[product["ProductSubcategoryID"]]["ProductCategoryID"]]
            for number, product in self.source.products.items()
            if product["ProductSubcategoryID"]
        }

    @cached_property
    def _costs(self) -> dict[str, list[tuple[date, Decimal]]]:
        """Product -> its standard costs, each from a day on, the latest first."""
        found: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in self.source.table("ProductCostHistory"):
            start = date.fromisoformat(row["StartDate"][:10]) - CALENDAR
            found[row["ProductID"]].append((start, Decimal(row["StandardCost"])))
        return {number: sorted(costs, reverse=True) for number, costs in found.items()}

    def _cost(self, line: Row, placed: date) -> Decimal:
        known = self._costs.get(line["ProductID"], [(date.min, Decimal())])
        cost = next((cost for start, cost in known if start <= placed), known[-1][1])
        return cost * int(line["OrderQty"])

    def quotas(self) -> list[Row]:
        """As the tables have them, managers' own included."""
        rows = sorted(
            self.source.table("SalesPersonQuotaHistory"), key=lambda r: (int(r["BusinessEntityID"]), r["QuotaDate"])
        )
        return [
            {
                "person": key_of(self.source, row["BusinessEntityID"]),
                "quarter_start": real_date(row["QuotaDate"]).isoformat(),
                "amount": plain(Decimal(row["SalesQuota"])),
            }
            for row in rows
        ]
