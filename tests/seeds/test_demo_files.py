"""The demo files fit together: references resolve, sums agree, no address or number can reach anybody."""

import csv
import json
import re
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pytest

import portal.seeds
from portal.seeds.convert.source import ANCHOR, plain, slug

DEMO = Path(portal.seeds.__file__).parent / "demo"
CENT = Decimal("0.01")
EMAIL = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+example")
MONEY = {
    "products": ("standard_cost", "list_price"),
    "price_list": ("unit_price",),
    "orders": ("subtotal", "tax", "freight", "total"),
    "order_lines": ("unit_price", "total"),
    "quotas": ("amount",),
    "history": ("subtotal", "bikes", "components", "clothing", "accessories", "cost"),
    "stores": ("annual_revenue",),
    "opportunities": ("amount",),
    "opportunity_lines": ("unit_price",),
}
REFERENCES = [  # file, column, the file and column it must be found in
    ("territories", "parent", "territories", "key"),
    ("territory_rules", "territory", "territories", "key"),
    ("territory_rules", "country", "countries", "code"),
    ("regions", "country", "countries", "code"),
    ("tax_rates", "country", "countries", "code"),
    ("people", "reports_to", "people", "key"),
    ("people", "territory", "territories", "key"),
    ("price_list", "sku", "products", "sku"),
    ("accounts", "owner", "people", "key"),
    ("accounts", "territory", "territories", "key"),
    ("accounts", "country", "countries", "code"),
    ("contacts", "account", "accounts", "number"),
    ("orders", "account", "accounts", "number"),
    ("orders", "salesperson", "people", "key"),
    ("order_lines", "order", "orders", "number"),
    ("order_lines", "sku", "products", "sku"),
    ("quotas", "person", "people", "key"),
    ("history", "salesperson", "people", "key"),
    ("stores", "owner", "people", "key"),
    ("stores", "territory", "territories", "key"),
    ("stores", "country", "countries", "code"),
    ("leads", "country", "countries", "code"),
    ("opportunities", "account", "accounts", "number"),
    ("opportunities", "contact", "contacts", "email"),
    ("opportunities", "owner", "people", "key"),
    ("opportunity_lines", "opportunity", "opportunities", "key"),
    ("opportunity_lines", "sku", "products", "sku"),
]
UNIQUE = [
    ("countries", ("code",)),
    ("regions", ("country", "code")),
    ("territories", ("key",)),
    ("territory_rules", ("country", "region", "postcode_from")),
    ("tax_rates", ("country", "region", "category")),
    ("people", ("key",)),
    ("people", ("email",)),
    ("products", ("sku",)),
    ("price_list", ("price_list", "sku", "min_quantity")),
    ("accounts", ("number",)),
    ("accounts", ("name",)),
    ("contacts", ("email",)),
    ("leads", ("email",)),
    ("orders", ("number",)),
    ("order_lines", ("order", "position")),
    ("quotas", ("person", "quarter_start")),
    ("history", ("number",)),
    ("stores", ("number",)),
    ("stores", ("name",)),
    ("opportunities", ("key",)),
    ("opportunity_lines", ("opportunity", "position")),
]


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (DEMO / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def company() -> dict[str, object]:
    return dict(json.loads((DEMO / "company.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(("file", "column", "target", "key"), REFERENCES)
def test_references_resolve(file: str, column: str, target: str, key: str) -> None:
    known = {row[key] for row in rows(target)}
    assert {row[column] for row in rows(file) if row[column]} - known == set()


@pytest.mark.parametrize(("file", "columns"), UNIQUE)
def test_keys_are_unique(file: str, columns: tuple[str, ...]) -> None:
    counted = Counter(tuple(row[column] for column in columns) for row in rows(file))
    assert [key for key, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(("file", "parent"), [("territories", "parent"), ("people", "reports_to")])
def test_trees_have_one_root_and_parents_first(file: str, parent: str) -> None:
    seen: set[str] = set()
    for row in rows(file):
        assert row[parent] in seen or (row[parent] == "" and not seen)
        seen.add(row["key"])


@pytest.mark.parametrize("file", sorted(path.stem for path in DEMO.glob("*.csv")))
def test_rows_are_whole_and_clean(file: str) -> None:
    text = (DEMO / f"{file}.csv").read_text(encoding="utf-8")
    assert "\r" not in text
    assert "\ufffd" not in text
    for row in rows(file):
        assert None not in row
        assert all(value is not None and value == value.strip() for value in row.values()), row


@pytest.mark.parametrize("file", sorted(MONEY))
def test_money_is_positive_with_at_most_four_decimals(file: str) -> None:
    for row in rows(file):
        for column in MONEY[file]:
            assert re.fullmatch(r"\d+(\.\d{1,4})?", row[column]), (column, row)


def test_order_lines_sum_to_the_order() -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in rows("order_lines"):
        share = 1 - Decimal(line["discount_percent"]) / 100
        amount = int(line["quantity"]) * Decimal(line["unit_price"]) * share
        assert amount.quantize(CENT, ROUND_HALF_UP) == Decimal(line["total"]), line
        sums[line["order"]] += Decimal(line["total"])
    for order in rows("orders"):
        subtotal, tax, freight = (Decimal(order[column]) for column in ("subtotal", "tax", "freight"))
        assert (subtotal, subtotal + tax + freight) == (sums[order["number"]], Decimal(order["total"])), order


def test_opportunity_amounts_are_their_lines_at_list_tiers() -> None:
    tiers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows("price_list"):
        if row["price_list"] == company()["default_price_list"]:
            tiers[row["sku"]].append((int(row["min_quantity"]), row["unit_price"]))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in rows("opportunity_lines"):
        quantity = int(line["quantity"])
        assert line["unit_price"] == max(tier for tier in tiers[line["sku"]] if tier[0] <= quantity)[1], line
        sums[line["opportunity"]] += quantity * Decimal(line["unit_price"])
    assert {row["key"]: Decimal(row["amount"]) for row in rows("opportunities")} == dict(sums)


def test_price_lists_cover_every_active_product_and_fall_with_quantity() -> None:
    active = {row["sku"] for row in rows("products") if row["active"] == "1"}
    for name in ("List USD", "Reseller USD 2014"):
        assert {row["sku"] for row in rows("price_list") if row["price_list"] == name} == active
    for sku in active:
        prices = [Decimal(row["unit_price"]) for row in rows("price_list") if row["sku"] == sku]
        assert prices == sorted(prices, reverse=True)


@pytest.mark.parametrize("file", ["people", "contacts", "leads"])
def test_email_addresses_can_reach_nobody(file: str) -> None:
    for row in rows(file):
        assert EMAIL.fullmatch(row["email"]), row


@pytest.mark.parametrize("file", ["accounts", "contacts", "leads"])
def test_telephone_numbers_are_fictional(file: str) -> None:
    ranges = r"\+1 \d{3} 555 01\d\d|\+44 20 7946 0\d{3}|\+49 30 23125 \d{3}|\+33 1 99 00 \d\d \d\d|\+61 2 5550 \d{4}"
    for row in rows(file):
        assert re.fullmatch(ranges, row["phone"]), row


def test_accounts_lie_where_the_rules_and_their_owners_say() -> None:
    rules = sorted(rows("territory_rules"), key=lambda rule: int(rule["priority"]))
    homes = {row["key"]: row["territory"] for row in rows("people")}
    regions = {(row["country"], row["code"]) for row in rows("regions")}
    for account in rows("accounts"):
        place = account["country"], account["region"]
        rule = next(r for r in rules if r["country"] == place[0] and r["region"] in ("", place[1]))
        assert rule["territory"] == account["territory"] == homes[account["owner"]], account
        assert place in regions or place[0] not in {country for country, _ in regions}, account


def test_every_lead_falls_into_a_territory_that_somebody_covers() -> None:
    covered = {row["territory"] for row in rows("people") if row["role"] == "rep"}
    rules = {(rule["country"], rule["region"]): rule["territory"] for rule in rows("territory_rules")}
    for lead in rows("leads"):
        place = lead["country"], lead["region"]
        assert rules.get(place, rules.get((place[0], ""))) in covered, lead


def test_each_account_has_one_primary_contact() -> None:
    primary = [row["account"] for row in rows("contacts") if row["primary"] == "1"]
    assert sorted(primary) == sorted(row["number"] for row in rows("accounts"))


def test_each_role_has_one_person_on_the_sign_in_page() -> None:
    shown = sorted((row for row in rows("people") if row["demo_order"]), key=lambda row: int(row["demo_order"]))
    assert [row["role"] for row in shown] == [
        "rep", "manager", "leadership", "operations", "marketing", "finance", "hr", "admin",
    ]  # fmt: skip
    assert all(row["sees"] for row in shown)
    assert {row["role"] for row in rows("people")} == {row["role"] for row in shown}


def test_quotas_start_on_fiscal_quarters_of_sellers_with_accounts() -> None:
    assert company()["date_anchor"] == ANCHOR.isoformat()
    first = company()["fiscal_year_start_month"]
    assert isinstance(first, int)
    starts = {date.fromisoformat(row["quarter_start"]) for row in rows("quotas")}
    assert len(starts) == 12
    assert all(start.day == 1 and (start.month - first) % 3 == 0 for start in starts | {ANCHOR})
    assert {row["owner"] for row in rows("accounts")} <= {row["person"] for row in rows("quotas")}


def test_quotas_and_orders_tell_a_plausible_story() -> None:
    """Every order against the quotas of the same quarters: all together land between 70 % and 110 %."""
    quarters = {row["quarter_start"] for row in rows("quotas") if row["quarter_start"] <= "2007-10-01"}
    quota = sum(Decimal(row["amount"]) for row in rows("quotas") if row["quarter_start"] in quarters)
    booked = sum(Decimal(row["subtotal"]) for row in [*rows("orders"), *rows("history")])
    assert len(quarters) == 10
    assert Decimal("0.7") < booked / quota < Decimal("1.1")
    assert min(row["date"] for row in [*rows("orders"), *rows("history")]) >= min(quarters)


def test_the_history_adds_what_the_sample_leaves_out() -> None:
    assert not {row["number"] for row in rows("orders")} & {row["number"] for row in rows("history")}
    assert not {row["number"] for row in rows("accounts")} & {row["number"] for row in rows("stores")}
    known = {row["number"] for row in [*rows("accounts"), *rows("stores")]}
    groups = ("bikes", "components", "clothing", "accessories")
    for row in rows("history"):
        assert row["account"] in known
        assert sum(Decimal(row[group]) for group in groups) == Decimal(row["subtotal"]), row


def test_opportunities_have_a_consistent_life() -> None:
    owners = {row["number"]: row["owner"] for row in rows("accounts")}
    accounts = {row["email"]: row["account"] for row in rows("contacts")}
    for deal in rows("opportunities"):
        age, close = int(deal["age_in_days"]), int(deal["close_in_days"])
        assert (owners[deal["account"]], accounts[deal["contact"]]) == (deal["owner"], deal["account"]), deal
        assert age >= 0, deal
        assert age + close > 0, deal
        assert deal["state"] == "open" or close < 0, deal
        assert (deal["state"] == "lost") == bool(deal["loss_reason"]), deal
        assert (deal["state"] == "open") == bool(deal["next_step"]), deal
        assert deal["stage"] in ("qualify", "develop", "propose", "close"), deal


def test_the_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < 800_000
    assert len(rows("orders")) <= 600
    assert len(rows("order_lines")) <= 6_000
    assert len(rows("accounts")) >= 110
    assert len(rows("leads")) >= 55


def test_the_licence_travels_with_the_data() -> None:
    assert "Copyright (c) Microsoft Corporation" in (DEMO / "LICENSE-adventureworks.txt").read_text(encoding="utf-8")
    notice = (DEMO / "NOTICE.md").read_text(encoding="utf-8")
    assert [path.name for path in sorted(DEMO.glob("*.csv")) if f"`{path.name}`" not in notice] == []
    for path in DEMO.glob("*.csv"):
        row = next(line for line in notice.splitlines() if line.startswith(f"| `{path.name}` |"))
        assert all(column in row for column in rows(path.stem)[0]), path.name


@pytest.mark.parametrize(
    ("text", "expected"), [("François Ajenstat", "francois.ajenstat"), ("Family's & Co.", "familys.co")]
)
def test_slug_is_ascii(text: str, expected: str) -> None:
    assert slug(text, ".") == expected


@pytest.mark.parametrize(
    ("number", "expected"), [("1200", "1200"), ("12.50", "12.5"), ("1E2", "100"), ("0.1875", "0.1875")]
)
def test_plain_numbers(number: str, expected: str) -> None:
    assert plain(Decimal(number)) == expected
