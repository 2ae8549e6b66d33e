"""What a mail can say of its recipient."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select

from portal.accounts.models import Account, Contact
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.places import countries
from portal.organization.queries import company, get, visible_to

from ..rules.look import LINKS
from .brand import look_of

CONTACT = ("id", "first_name", "last_name", "job_title", "email", "language", "country")
ACCOUNT = ("name", "number", "industry", "city", "region", "country", "tier")
COMPANY = ("name", "website", "email", "phone")


def known_paths() -> frozenset[str]:
    """Every field that can stand in braces."""
    areas = {
        "contact": (*CONTACT, "name", "country_name"), "account": ACCOUNT, "company": (*COMPANY, "address"),
        "links": LINKS,
    }  # fmt: skip
    return frozenset(f"{area}.{name}" for area, names in areas.items() for name in names)


def values_of(contact_ids: Sequence[int], language: str = "en") -> dict[int, dict[str, Any]]:
    """Contact -> its values, all in one query. Who fills a mail adds `links`.

    What nobody filled in is nil, not "": so {% if contact.first_name %} asks what it seems to ask.
    """
    if not contact_ids:
        return {}
    columns = [getattr(Contact, name).label(f"contact_{name}") for name in CONTACT]
    columns += [getattr(Account, name).label(f"account_{name}") for name in ACCOUNT]
    rows = db.session.execute(
        select(*columns).outerjoin(Account, Account.id == Contact.account_id).where(Contact.id.in_(contact_ids))
    )
    house, names = house_values(language), countries(language)
    return {row.contact_id: _values(row, names) | {"company": house} for row in rows}


def _values(row: Any, names: dict[str, str]) -> dict[str, Any]:
    contact = {name: getattr(row, f"contact_{name}") or None for name in CONTACT}
    account = {name: getattr(row, f"account_{name}") or None for name in ACCOUNT}
    contact["name"] = " ".join(part for part in (contact["first_name"], contact["last_name"]) if part)
    contact["country"] = contact["country"] or account["country"]
    contact["country_name"] = names.get(contact["country"] or "")
    account["tier"] = account["tier"] and str(account["tier"])
    return {"contact": contact, "account": account}


def house_values(language: str = "en") -> dict[str, str]:
    """`company.*`: the same for everybody."""
    house = company()
    found = {name: getattr(house, name) if house else "" for name in COMPANY}
    return found | {"address": look_of(language).address}


def people_named(actor: Actor, words: str, limit: int = 20) -> Sequence[Contact]:
    """Visible contacts with a mail address whose name or address has these words; without words the latest ones."""
    query = visible_to(actor, Contact).where(Contact.email.is_not(None))
    for word in words.split():
        columns = (Contact.first_name, Contact.last_name, Contact.email)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return db.session.scalars(query.order_by(Contact.id.desc()).limit(limit)).all()


def contact(actor: Actor, contact_id: int) -> Contact:
    """Raises NotFound for one the actor may not see."""
    return get(actor, Contact, contact_id)
