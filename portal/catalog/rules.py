"""The arithmetic of documents, EN 16931: where lines become totals, once for every kind of document."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from portal.kernel.errors import Refused
from portal.kernel.money import round_to, spread

ZERO = Decimal(0)
HUNDRED = Decimal(100)


class Priced(Protocol):
    """What a line must tell: the lines of quotes, orders and invoices do."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount_percent(self) -> Decimal: ...
    @property
    def tax_category(self) -> str: ...
    @property
    def tax_percent(self) -> Decimal: ...


class PlainLine(NamedTuple):
    """A line that is not stored: for previews and for areas with lines of another shape."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = ZERO
    tax_category: str = "S"
    tax_percent: Decimal = ZERO


@dataclass(frozen=True)
class TaxGroup:
    """One row of the tax breakdown (BG-23): tax is computed on the base of the group, never line by line."""

    category: str
    percent: Decimal
    lines: Decimal
    discount: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class DocumentTotals:
    """`nets` stand in the order of the lines. net = lines - discount (BR-CO-13), total = net + tax (BR-CO-15)."""

    currency: str
    nets: tuple[Decimal, ...]
    lines: Decimal
    discount_percent: Decimal
    discount: Decimal
    groups: tuple[TaxGroup, ...]
    net: Decimal
    tax: Decimal
    total: Decimal

    def explain(self) -> list[tuple[str, Decimal]]:
        """The steps to the total, in words."""
        steps = [(f"Sum of {len(self.nets)} lines, each rounded", self.lines)]
        if self.discount:
            steps.append((f"Document discount {self.discount_percent.normalize():f} %", -self.discount))
        for group in self.groups:
            where = f"{group.percent.normalize():f} % tax (category {group.category}) on {group.base}"
            steps.append((where, group.tax))
        return steps


def line_net(line: Priced, currency: str) -> Decimal:
    """BT-131: quantity x price less discount, rounded once. Raises Refused for a negative price (BR-27)."""
    if line.unit_price < 0 or line.quantity <= 0 or not 0 <= line.discount_percent <= HUNDRED:
        raise Refused(
            "line.out_of_range", "A line needs a quantity above 0, a price from 0 and a discount of 0 to 100 %."
        )
    return round_to(line.quantity * line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED, currency)


def total(lines: Iterable[Priced], *, currency: str, discount_percent: Decimal = ZERO) -> DocumentTotals:
    """Every figure of the document. The document discount is split over the tax groups by largest remainder."""
    if not 0 <= discount_percent <= HUNDRED:
        raise Refused("discount.out_of_range", "A discount is between 0 and 100 %.", "discount_percent")
    nets: list[Decimal] = []
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        nets.append(line_net(line, currency))
        key = (line.tax_category, Decimal(line.tax_percent))
        sums[key] = sums.get(key, ZERO) + nets[-1]
    whole = sum(sums.values(), ZERO)
    discount = round_to(whole * discount_percent / HUNDRED, currency)
    keys = sorted(sums, key=lambda key: (-key[1], key[0]))
    shares = spread(discount, [sums[key] for key in keys], currency) if discount else [ZERO] * len(keys)
    groups = tuple(_group(*key, sums[key], share, currency) for key, share in zip(keys, shares, strict=True))
    net, tax = whole - discount, sum((group.tax for group in groups), ZERO)
    return DocumentTotals(currency, tuple(nets), whole, discount_percent, discount, groups, net, tax, net + tax)


def _group(category: str, percent: Decimal, lines: Decimal, discount: Decimal, currency: str) -> TaxGroup:
    base = lines - discount
    return TaxGroup(category, percent, lines, discount, base, round_to(base * percent / HUNDRED, currency))
