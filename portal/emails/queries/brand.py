"""The brand kit, its gaps filled in from the company."""

from babel import Locale

from portal.kernel.db import db
from portal.kernel.public import absolute
from portal.organization.models import Company
from portal.organization.queries import company

from ..models import BrandKit
from ..rules.look import FONTS, Look


def brand() -> BrandKit:
    """As it is stored, or one that says nothing."""
    return db.session.get(BrandKit, 1) or BrandKit(
        sender="", reply_to="", accent="", font="sans", logo="", address="", social=""
    )


def look_of(language: str = "en") -> Look:
    kit, house = brand(), company()
    if house is None:
        return Look("Your company", absolute("/"), "#0d5c6b", "sans", "", "", (), language)
    return Look(
        name=kit.sender or house.name,
        website=house.website or absolute("/"),
        accent=kit.accent or house.accent,
        font=kit.font if kit.font in FONTS else "sans",
        logo=absolute(kit.logo),
        address=" ".join(kit.address.split("\n")) or _address(house, language),
        social=social_links(kit.social),
        language=language,
    )


def social_links(lines: str) -> list[tuple[str, str]]:
    """ "Name https://..." per line; what has no address is left out."""
    pairs = [line.rpartition(" ") for line in lines.splitlines()]
    return [(name.strip(), url) for name, _, url in pairs if name.strip() and url.startswith("https://")]


def _address(house: Company, language: str) -> str:
    """ "" while the company has no street: then nothing commercial may go."""
    if not house.street:
        return ""
    country = Locale.parse(language[:2]).territories.get(house.country, house.country)
    place = f"{house.postcode} {house.city}".strip()
    return ", ".join(
        part for part in (house.legal_name or house.name, house.street, place, house.region, country) if part
    )
