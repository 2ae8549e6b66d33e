"""Countries, regions, territories and their rules, tax rates, fictional telephone numbers."""

from collections import defaultdict
from decimal import Decimal

from portal.seeds.convert.source import Row, Source, plain, slug

LATER_COUNTRIES = {  # the table is older than these
    "AX": "Åland Islands",
    "BL": "Saint Barthélemy",
    "BQ": "Caribbean Netherlands",
    "CW": "Curaçao",
    "EH": "Western Sahara",
    "GG": "Guernsey",
    "IM": "Isle of Man",
    "JE": "Jersey",
    "ME": "Montenegro",
    "MF": "Saint Martin",
    "RS": "Serbia",
    "SS": "South Sudan",
    "SX": "Sint Maarten",
    "BS": "Bahamas",
    "CD": "Congo (Democratic Republic)",
    "CZ": "Czechia",
    "FJ": "Fiji",
    "FK": "Falkland Islands",
    "GM": "Gambia",
    "HK": "Hong Kong",
    "KR": "South Korea",
    "MK": "North Macedonia",
    "MO": "Macao",
    "PS": "Palestine",
    "SZ": "Eswatini",
    "VC": "Saint Vincent and the Grenadines",
    "VG": "British Virgin Islands",
    "VI": "U.S. Virgin Islands",
}
GONE_COUNTRIES = {"AN", "CS"}
REGIONS_OF = ("US", "CA", "AU")
LATER_REGIONS = {
    "CA": {"NL": "Newfoundland and Labrador", "NB": "New Brunswick", "NU": "Nunavut", "YT": "Yukon"},
    "AU": {"ACT": "Australian Capital Territory", "NT": "Northern Territory", "WA": "Western Australia"},
}
GONE_REGIONS = {("CA", "LB"), ("CA", "NF")}
AREA_CODES = (  # one per state or province; 555-0100 to 555-0199 are kept for fiction
    "AL205 AK907 AZ602 AR501 CA213 CO303 CT203 DC202 DE302 FL305 GA404 HI808 IA515 ID208 IL312 IN317 KS316 "
    "KY502 LA504 MA617 MD410 ME207 MI313 MN612 MO314 MS601 MT406 NC704 ND701 NE402 NH603 NJ201 NM505 NV702 "
    "NY212 OH216 OK405 OR503 PA215 RI401 SC803 SD605 TN615 TX214 UT801 VA804 VT802 WA206 WI414 WV304 WY307 "
    "AB403 BC604 MB204 NB506 NL709 NS902 ON416 PE902 QC514 SK306"
)
AREA_OF = {entry[:2]: entry[2:] for entry in AREA_CODES.split()}
ABROAD = {  # ranges that the regulators keep for fiction
    "GB": "+44 20 7946 0{n:03}",
    "DE": "+49 30 23125 {n:03}",
    "FR": "+33 1 99 00 01 {n:02}",
    "AU": "+61 2 5550 {n:04}",
}
CODES = {
    "Northwest": "NW",
    "Northeast": "NE",
    "Central": "CE",
    "Southwest": "SW",
    "Southeast": "SE",
    "Canada": "CA",
    "France": "FR",
    "Germany": "DE",
    "Australia": "AU",
    "United Kingdom": "UK",
    "North America": "NAM",
    "Europe": "EUR",
    "Pacific": "PAC",
}
RATES = (  # country, region, UNCL5305 category, percent, name: general rates of 2026
    ("US", "", "Z", "0", "No sales tax"),
    ("CA", "", "S", "5", "GST"),
    ("CA", "ON", "S", "13", "HST"),
    ("CA", "NB", "S", "15", "HST"),
    ("CA", "NL", "S", "15", "HST"),
    ("CA", "PE", "S", "15", "HST"),
    ("CA", "NS", "S", "14", "HST"),
    ("CA", "QC", "S", "14.975", "GST + QST"),
    ("CA", "BC", "S", "12", "GST + PST"),
    ("CA", "MB", "S", "12", "GST + RST"),
    ("CA", "SK", "S", "11", "GST + PST"),
    ("DE", "", "S", "19", "Umsatzsteuer"),
    ("DE", "", "AA", "7", "Umsatzsteuer, reduced"),
    ("FR", "", "S", "20", "TVA"),
    ("FR", "", "AA", "5.5", "TVA, reduced"),
    ("GB", "", "S", "20", "VAT"),
    ("GB", "", "AA", "5", "VAT, reduced"),
    ("GB", "", "Z", "0", "VAT, zero rated"),
    ("AU", "", "S", "10", "GST"),
    ("AU", "", "Z", "0", "GST-free"),
)


def phone(country: str, region: str, digits: int) -> str:
    """A number that can ring nowhere; `digits` is 0 to 99."""
    if country in ABROAD:
        return ABROAD[country].format(n=digits)
    return f"+1 {AREA_OF[region]} 555 01{digits:02}"


def region_code(place: Row) -> str:
    """ISO 3166-2 without country; empty in Germany, where the states do not fit the towns, and for France itself."""
    code = place["StateProvinceCode"].strip()
    return "" if place["CountryRegionCode"] == "DE" else {"FR": "", "NF": "NL", "LB": "NL"}.get(code, code)


def countries(source: Source) -> list[Row]:
    names = {row["CountryRegionCode"]: row["Name"] for row in source.table("CountryRegion")} | LATER_COUNTRIES
    return [{"code": code, "name": names[code]} for code in sorted(names) if code not in GONE_COUNTRIES]


def regions(source: Source) -> list[Row]:
    names: dict[tuple[str, str], str] = {}
    for row in source.provinces.values():
        names[row["CountryRegionCode"], row["StateProvinceCode"].strip()] = row["Name"]
    for country, later in LATER_REGIONS.items():
        names |= {(country, code): name for code, name in later.items()}
    kept = sorted(key for key in names if key[0] in REGIONS_OF and key not in GONE_REGIONS)
    return [{"country": country, "code": code, "name": names[country, code]} for country, code in kept]


def territory_key(source: Source, territory_id: str) -> str:
    return slug(source.index("SalesTerritory", "TerritoryID")[territory_id]["Name"], "-")


def territories(source: Source) -> list[Row]:
    """World, then groups, then the ten territories: a parent always stands before its children."""
    listed = source.table("SalesTerritory")
    rows = [{"key": "world", "name": "World", "parent": "", "code": "W"}]
    for group in dict.fromkeys(row["Group"] for row in listed):
        rows.append({"key": slug(group, "-"), "name": group, "parent": "world", "code": CODES[group]})
    for row in listed:
        name = row["Name"]
        rows.append({"key": slug(name, "-"), "name": name, "parent": slug(row["Group"], "-"), "code": CODES[name]})
    return rows


def territory_rules(source: Source) -> list[Row]:
    """One rule per country, or per state where a country is shared out; the lowest priority is tried first."""
    shares: dict[str, dict[str, str]] = defaultdict(dict)
    for row in source.provinces.values():
        shares[row["CountryRegionCode"]][region_code(row)] = territory_key(source, row["TerritoryID"])
    rules = []
    for country, owners in shares.items():
        whole = len(set(owners.values())) == 1
        for region, territory in [("", next(iter(owners.values())))] if whole else sorted(owners.items()):
            rules.append(
                {
                    "territory": territory,
                    "priority": "20" if whole else "10",
                    "country": country,
                    "region": region,
                    "postcode_from": "",
                    "postcode_to": "",
                }
            )
    return sorted(rules, key=lambda rule: (rule["priority"], rule["country"], rule["region"]))


def tax_rates(source: Source) -> list[Row]:
    rates = list(RATES)
    for row in source.table("SalesTaxRate"):
        province = source.provinces[row["StateProvinceID"]]
        if province["CountryRegionCode"] == "US" and row["TaxType"] == "1":
            name = f"{province['Name']} sales tax"
            rates.append(("US", province["StateProvinceCode"].strip(), "S", plain(Decimal(row["TaxRate"])), name))
    return [dict(zip(("country", "region", "category", "rate", "name"), rate, strict=True)) for rate in sorted(rates)]
