"""Where somebody is by the facts of their record: the time zone of a country or of a state of the United States."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones


class Place(NamedTuple):
    """`why` says where the zone is from."""

    zone: str
    country: str
    region: str
    why: str


# Where most people of the state live; a state across two zones counts as the larger part.
_BY_ZONE = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
}
US_STATES: Mapping[str, str] = {state: zone for zone, states in _BY_ZONE.items() for state in states.split()}
_REGIONS: Mapping[tuple[str, str], str] = {
    **{("US", state): zone for state, zone in US_STATES.items()},
    **{("CA", code): zone for zone, codes in {
        "America/Toronto": "ON QC", "America/Vancouver": "BC", "America/Edmonton": "AB NT", "America/Regina": "SK",
        "America/Winnipeg": "MB", "America/Halifax": "NS NB PE", "America/St_Johns": "NL", "America/Whitehorse": "YT",
    }.items() for code in codes.split()},
    **{("AU", code): zone for code, zone in {
        "NSW": "Australia/Sydney", "ACT": "Australia/Sydney", "VIC": "Australia/Melbourne", "QLD": "Australia/Brisbane",
        "SA": "Australia/Adelaide", "WA": "Australia/Perth", "TAS": "Australia/Hobart", "NT": "Australia/Darwin",
    }.items()},
}  # fmt: skip
# Countries whose first zone in the IANA table is not where most people live.
_LARGEST = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CD": "Africa/Kinshasa",
    "MX": "America/Mexico_City", "RU": "Europe/Moscow", "KZ": "Asia/Almaty", "UZ": "Asia/Tashkent",
}  # fmt: skip


@cache
def _zones() -> Mapping[str, str]:
    """Country -> zone, from the IANA table of zones by country."""
    rows = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines()
    first: dict[str, str] = {}
    for row in rows:
        if not row.startswith("#"):
            country, _, zone, *_ = row.split("\t")
            first.setdefault(country, zone)
    return first | _LARGEST


def has_country(code: str) -> bool:
    return code in _zones()


@cache
def is_zone(name: str) -> bool:
    return name in available_timezones() and bool(ZoneInfo(name))


def place_by(timezone: str, country: str, region: str, home: str) -> Place:
    """Of a contact: its own zone, else the one of its state or country, else the company's (`home`)."""
    region = region.strip().upper().removeprefix(f"{country}-")
    if timezone and is_zone(timezone):
        return Place(timezone, country, region, "the contact's time zone")
    if zone := _REGIONS.get((country, region)):
        return Place(zone, country, region, f"the time zone of {country}-{region}")
    if zone := _zones().get(country):
        return Place(zone, country, region, f"the time zone of {country}")
    return Place(home, country, region, "the company's time zone, as nothing says where the person is")
