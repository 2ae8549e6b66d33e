"""Who is credited with a document: splits, overlays, hold-over, and the positions above."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portal.kernel.money import round_to, spread

from ..states import Measure, Role
from .plan import HUNDRED


class Share(NamedTuple):
    """What a split of the deal gives a position."""

    position_id: int
    percent: Decimal
    role: Role


class HoldOver(NamedTuple):
    """From the transfer until that day (exclusive) the account's documents count for the position it had before."""

    position_id: int
    starts_on: date
    until: date


class Document(NamedTuple):
    """An order, invoice or payment, or the taking back of one (`reverses`: key of the first).

    `key` names the fact, such as "invoices:12"; `amount` is what the measure counts of it.
    """

    key: str
    measure: Measure
    noun: str
    record_id: int
    label: str
    day: date
    amount: Decimal
    owner_id: int | None
    account_id: int
    currency: str
    opportunity_id: int | None = None
    order_id: int | None = None
    invoice_id: int | None = None
    reverses: str = ""


class Portion(NamedTuple):
    """A position's part of a document."""

    position_id: int
    role: Role
    percent: Decimal
    amount: Decimal
    why: str


def shares_of(
    document: Document, splits: Mapping[int, Sequence[Share]], held_over: Mapping[int, Sequence[HoldOver]]
) -> list[Portion]:
    """Direct and overlay parts. Revenue splits add up to the document's amount to the last cent."""
    given = splits.get(document.opportunity_id or 0, ())
    revenue = [one for one in given if one.role == Role.DIRECT]
    if revenue:
        parts = spread(document.amount, [one.percent for one in revenue], document.currency)
        made = [
            Portion(one.position_id, Role.DIRECT, one.percent, part, "Revenue split of the deal")
            for one, part in zip(revenue, parts, strict=True)
        ]
    else:
        made = [_owners(document, held_over.get(document.account_id, ()))] if document.owner_id else []
    for one in given:
        if one.role == Role.OVERLAY:
            part = round_to(document.amount * one.percent / HUNDRED, document.currency)
            made.append(Portion(one.position_id, Role.OVERLAY, one.percent, part, "Overlay split of the deal"))
    return made


def _owners(document: Document, held: Sequence[HoldOver]) -> Portion:
    kept = next((one for one in held if one.starts_on <= document.day < one.until), None)
    if kept:
        why = f"Hold-over until {kept.until.isoformat()} after the account moved"
        return Portion(kept.position_id, Role.DIRECT, HUNDRED, document.amount, why)
    return Portion(document.owner_id or 0, Role.DIRECT, HUNDRED, document.amount, "Owner of the document")


def rolled_up(share: Portion, path: str) -> Iterator[Portion]:
    """The same for every position above; `path` is that of the credited one ("/1/4/9/")."""
    if share.role == Role.DIRECT:
        for position_id in path.strip("/").split("/")[:-1]:
            yield share._replace(position_id=int(position_id), role=Role.ROLLUP, why="From the positions below")
