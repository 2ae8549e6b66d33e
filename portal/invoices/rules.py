"""What can still be credited of an invoice, and the sums of a credit note: together they never exceed the invoice."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from portal.catalog.rules import HUNDRED, ZERO, DocumentTotals, PlainLine, Priced, TaxGroup, line_net
from portal.kernel.errors import Refused
from portal.kernel.money import round_to, spread

ONE = Decimal(1)


class Wanted(NamedTuple):
    """What is to be taken back of a line: a quantity with its share of the price, or an amount off the price."""

    quantity: Decimal | None = None
    amount: Decimal | None = None


class Left(NamedTuple):
    """What of an invoiced line no credit note has taken back yet; `net` before the discount of the whole document."""

    line: Priced
    quantity: Decimal
    net: Decimal


class Taken(NamedTuple):
    """A line of the credit note: `net` of the line, for `returned` of its quantity, written as `quantity` x `price`."""

    net: Decimal
    returned: Decimal
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal


def take_back(left: Left, wanted: Wanted, currency: str) -> Taken | None:
    """None when nothing is wanted. Raises Refused for more than is left.

    A quantity takes its share of what is left, so the last one takes the rounding remainder, too.
    """
    if wanted.amount:
        if wanted.quantity:
            raise Refused("credit.both", "Give a quantity or an amount for a line, not both.")
        if not 0 < wanted.amount <= left.net or wanted.amount != round_to(wanted.amount, currency):
            raise Refused("credit.too_much", f"Of this line, {left.net:f} {currency} can be credited.")
        return Taken(wanted.amount, ZERO, ONE, wanted.amount, ZERO)
    if not wanted.quantity:
        return None
    if not 0 < wanted.quantity <= left.quantity:
        raise Refused("credit.too_much", f"Of this line, {left.quantity.normalize():f} can be credited.")
    net = round_to(left.net * wanted.quantity / left.quantity, currency)
    priced = PlainLine(wanted.quantity, left.line.unit_price, left.line.discount_percent)
    if line_net(priced, currency) == net:
        return Taken(net, wanted.quantity, wanted.quantity, priced.unit_price, priced.discount_percent)
    return Taken(net, wanted.quantity, ONE, net, ZERO)  # after an amount was credited, the price no longer fits


def credit_of(
    whole: DocumentTotals, lefts: Mapping[int, Left], lines: Mapping[int, Wanted] | None, amount: Decimal | None
) -> tuple[dict[int, Taken], DocumentTotals]:
    """What a credit note takes of which line, and its sums.

    It is over some lines, over an amount off the whole invoice, or, with neither, over everything that is left.
    Raises Refused for more than that, and for nothing.
    """
    wanted = lines if lines is not None else {key: Wanted(left.quantity) for key, left in lefts.items()}
    if amount is not None:
        wanted = _share_out(amount, lefts, whole.currency)
    if set(wanted) - set(lefts):
        raise Refused("credit.other_line", "This is a line of another invoice.")
    taken = [take_back(left, wanted.get(key, Wanted()), whole.currency) for key, left in lefts.items()]
    found = credit_totals(whole, list(lefts.values()), taken)
    if not found.total:
        raise Refused("credit.nothing", "Nothing would be credited. Give a quantity or an amount that is left.")
    return {key: one for key, one in zip(lefts, taken, strict=True) if one}, found


def _share_out(amount: Decimal, lefts: Mapping[int, Left], currency: str) -> dict[int, Wanted]:
    """An amount off the whole invoice, over its lines by what is left of them."""
    nets = {key: left.net for key, left in lefts.items() if left.net}
    if not 0 < amount <= sum(nets.values()) or amount != round_to(amount, currency):
        raise Refused("credit.too_much", f"{sum(nets.values(), ZERO):f} {currency} can be credited.", "amount")
    parts = spread(amount, list(nets.values()), currency)
    return {key: Wanted(amount=part) for key, part in zip(nets, parts, strict=True) if part}


def credit_totals(whole: DocumentTotals, lefts: Sequence[Left], now: Sequence[Taken | None]) -> DocumentTotals:
    """The sums of a credit note that takes `now` of what was left of the invoice's lines.

    Discount and tax of each group are those of all credits so far with this one, less those of the ones before: rounded
    as EN 16931 BR-CO-17 wants, and the credits of a whole invoice add up to it to the cent.
    """
    groups = []
    for group in whole.groups:
        more = was = ZERO
        for left, invoiced, taken in zip(lefts, whole.nets, now, strict=True):
            if (left.line.tax_category, left.line.tax_percent) == (group.category, group.percent):
                was, more = was + invoiced - left.net, more + (taken.net if taken else ZERO)
        if more:
            first, last = _upto(group, was, whole.currency), _upto(group, was + more, whole.currency)
            discount, base, tax = (after - before for before, after in zip(first, last, strict=True))
            groups.append(TaxGroup(group.category, group.percent, more, discount, base, tax))
    lines, discount, net, tax = (
        sum((getattr(group, part) for group in groups), ZERO) for part in ("lines", "discount", "base", "tax")
    )
    nets = tuple(taken.net for taken in now if taken)
    return DocumentTotals(
        whole.currency, nets, lines, whole.discount_percent, discount, tuple(groups), net, tax, net + tax
    )


def _upto(group: TaxGroup, credited: Decimal, currency: str) -> tuple[Decimal, Decimal, Decimal]:
    """Discount, base and tax that go with so much of the group's lines."""
    discount = round_to(group.discount * credited / group.lines, currency)
    base = credited - discount
    return discount, base, round_to(base * group.percent / HUNDRED, currency)


def cost_of_returns(cost: Decimal, lefts: Mapping[int, Left], taken: Mapping[int, Taken], currency: str) -> Decimal:
    """What the returned goods had cost: their share of the cost of the order, by what they were sold for.

    An amount off the price brings no goods back, so it brings no cost back.
    """
    sold = was = more = ZERO
    for key, (line, quantity, _) in lefts.items():
        price = line_net(line, currency)
        sold += price
        was += price * (line.quantity - quantity) / line.quantity
        more += price * taken[key].returned / line.quantity if key in taken else ZERO
    return round_to(cost * (was + more) / sold, currency) - round_to(cost * was / sold, currency) if sold else ZERO
