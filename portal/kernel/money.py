"""Exact numbers: amounts, prices, quantities and rates are Decimals, stored as whole ten-thousandths."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import BigInteger
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

SCALE = 10_000
LIMIT = Decimal(2**63 - 1) / SCALE


class Exact(TypeDecorator[Decimal]):
    """Decimal with at most four places. A BigInteger underneath keeps SUM() exact on both databases."""

    impl = BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value) * SCALE
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than four decimal places; round it first")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / SCALE


@lru_cache
def digits(currency: str) -> int:
    """Decimal places of an ISO 4217 currency: 2 for USD, 0 for JPY, 3 for KWD."""
    return int(get_currency_precision(currency))


def round_to(amount: Decimal, currency: str) -> Decimal:
    """Half up, away from zero, to the currency's smallest unit: the one rounding rule."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), ROUND_HALF_UP)


def spread(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Share `total` in proportion to `weights` so that the parts add up to it exactly (largest remainder)."""
    return spread_by(total, weights, Decimal(1).scaleb(-digits(currency)))


def spread_by(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """The same in whole units: cents, or ones for what is counted."""
    units = int(total / unit)
    whole = sum(weights)
    if not whole:
        raise ValueError("weights must not add up to zero")
    ideal = [units * weight / whole for weight in weights]
    shares = [int(share) for share in ideal]
    sign = 1 if units >= 0 else -1
    by_remainder = sorted(range(len(shares)), key=lambda i: abs(ideal[i] - shares[i]), reverse=True)
    for i in by_remainder[: abs(units - sum(shares))]:
        shares[i] += sign
    return [share * unit for share in shares]
