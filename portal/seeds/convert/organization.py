"""The company and its people: the real reporting lines of the sales department and those it works with."""

from decimal import Decimal

from portal.seeds.convert.places import territory_key
from portal.seeds.convert.source import ANCHOR, Row, Source, full_name, plain, real_date, slug

EMAIL_DOMAIN = "adventure-works.example"
COMPANY = {
    "name": "Adventure Works Cycles",
    "legal_name": "Adventure Works Cycles, Inc.",
    "street": "2400 Crankset Avenue",
    "city": "Bothell",
    "region": "WA",
    "postcode": "98011",
    "country": "US",
    "phone": "+1 206 555 0100",
    "email": f"sales@{EMAIL_DOMAIN}",
    "email_domain": EMAIL_DOMAIN,
    "tax_id": "91-5550142",
    "currency": "USD",
    "fiscal_year_start_month": 7,
    "timezone": "America/Los_Angeles",
    "locale": "en_US",
    "accent": "#0d5c6b",
    "bank": {
        "name": "Bank of Lake Sammamish (fictional)",
        "account_name": "Adventure Works Cycles, Inc.",
        "account": "0005550142",
        "routing": "000000000",
        "iban": "",
        "bic": "",
    },
    "price_lists": {"List USD": "List prices", "Reseller USD 2014": "Resellers, with volume prices"},
    "default_price_list": "Reseller USD 2014",
    "date_anchor": ANCHOR.isoformat(),
    "date_rule": "Move dates by whole months so that date_anchor becomes the first day of today's fiscal quarter; "
    "leave out orders later than today. Columns ending in _days count from today.",
}

ROLES = {  # employee number: role, title when it differs from the table
    "1": ("leadership", ""),
    "16": ("marketing", ""),
    "20": ("marketing", "Marketing Specialist"),
    "19": ("marketing", ""),
    "23": ("marketing", ""),
    "24": ("marketing", ""),
    "234": ("finance", ""),
    "241": ("finance", ""),
    "242": ("finance", ""),
    "235": ("hr", ""),
    "239": ("hr", ""),
    "267": ("operations", "Sales Operations Lead"),
    "268": ("operations", "Sales Operations Analyst"),
    "263": ("admin", ""),
    "270": ("admin", ""),
    "273": ("leadership", ""),
    "274": ("manager", ""),
    "285": ("manager", ""),
    "287": ("manager", ""),
}
REPORTS_TO = {"267": "273", "268": "267"}
TERRITORY = {"273": "world", "274": "north-america", "285": "pacific", "287": "europe"}
DEMO = {  # in the order of the sign-in page
    "276": "Own accounts, leads, deals and quotes in the Southwest",
    "274": "The North American team: pipeline, targets and approvals",
    "273": "All of sales: results, forecast and territories",
    "267": "Products, prices, territories, targets and imports",
    "20": "Landing pages, leads by source and consent",
    "234": "Orders, invoices, payments and tax",
    "235": "People and positions, no customers",
    "270": "Users, roles, settings and system health",
}


def key_of(source: Source, person_id: str) -> str:
    return slug(full_name(source.persons[person_id]), "-")


def home_territories(source: Source) -> dict[str, str]:
    """Where each representative sells now: the open row of the territory history, else the seller's own entry."""
    now = {row["BusinessEntityID"]: row["TerritoryID"] for row in source.table("SalesPerson") if row["TerritoryID"]}
    for row in source.table("SalesTerritoryHistory"):
        if not row["EndDate"]:
            now[row["BusinessEntityID"]] = row["TerritoryID"]
    return {seller: territory_key(source, territory) for seller, territory in now.items()}


def territory_history(source: Source) -> list[Row]:
    """Who sold in which territory until when; an empty last day: still does."""
    return [
        {
            "person": key_of(source, row["BusinessEntityID"]),
            "territory": territory_key(source, row["TerritoryID"]),
            "starts_on": str(real_date(row["StartDate"])),
            "last_day": str(real_date(row["EndDate"])) if row["EndDate"] else "",
        }
        for row in source.table("SalesTerritoryHistory")
    ]


def people(source: Source) -> list[Row]:
    """A superior always stands before the people who report to them."""
    employees = source.index("Employee", "BusinessEntityID")
    home = home_territories(source) | TERRITORY
    sellers = {row["BusinessEntityID"]: ("rep", "") for row in source.table("SalesPerson")}
    roles = sellers | ROLES
    ranks = list(DEMO)
    rows = {}
    for number, (role, title) in roles.items():
        name, superior = full_name(source.persons[number]), REPORTS_TO.get(number, employees[number]["ManagerID"])
        rows[number] = {
            "key": key_of(source, number),
            "name": name,
            "email": f"{slug(name, '.')}@{EMAIL_DOMAIN}",
            "title": title or employees[number]["JobTitle"],
            "reports_to": key_of(source, superior) if superior else "",
            "role": role,
            "territory": home.get(number, ""),
            "since": real_date(employees[number]["HireDate"]).isoformat(),
            "demo_order": str(ranks.index(number) + 1) if number in DEMO else "",
            "sees": DEMO.get(number, ""),
        }
    return _superiors_first(list(rows.values()))


def incentives(source: Source) -> list[Row]:
    """Commission rate and bonus of everybody who has them."""
    return [
        {
            "person": key_of(source, row["BusinessEntityID"]),
            "commission_percent": plain(Decimal(row["CommissionPct"]) * 100),
            "bonus": plain(Decimal(row["Bonus"])),
        }
        for row in source.table("SalesPerson")
        if Decimal(row["CommissionPct"])
    ]


def _superiors_first(rows: list[Row]) -> list[Row]:
    ordered: list[Row] = []
    level = {""}
    while level:
        below = [row for row in rows if row["reports_to"] in level]
        ordered += below
        level = {row["key"] for row in below}
    return ordered
