"""Accounts: one per company, with what an invoice needs."""

from collections.abc import Mapping
from typing import Any

from portal.kernel import clock, numbering
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, get, own_position
from portal.territories.queries import place
from portal.territories.rules import Facts

from ..models import Account
from ..queries import matches
from ..rules import check_country, domain_of, normal_phone, normal_vat_id

DETAILS = frozenset({
    "name", "legal_name", "domain", "industry", "employees", "annual_revenue", "phone", "website", "street", "city",
    "region", "postcode", "country", "vat_id", "buyer_reference", "payment_days", "currency", "language",
    "price_list_id",
})  # fmt: skip


def create_account(
    actor: Actor,
    *,
    name: str,
    owner_id: int | None = None,
    territory_id: int | None = None,
    despite_duplicates: bool = False,
    **details: Any,
) -> Account:
    """A new account under the next number. `details` are columns of the model, in any spelling people use.

    Raises Refused "account.duplicate" while `queries.matches` knows a likely one, unless told to go on.
    """
    authorize(actor, "accounts.edit")
    values = clean({"name": name, **details})
    if not despite_duplicates and matches(values.get("domain", ""), name):
        raise Refused("account.duplicate", "This company may be here already. Look at the accounts below first.")
    account = Account(owner_id=owner_id or own_position(actor), **values)
    account.territory_id = territory_id or _place(account)
    account.number = numbering.take("A", clock.now().year)
    db.session.add(account)
    db.session.flush()
    return account


def update_account(actor: Actor, account_id: int, *, version: int | None, **details: Any) -> Account:
    """Raises Stale when the account is no longer in the `version` that was shown."""
    account = get(actor, Account, account_id, lock=True)
    authorize(actor, "accounts.edit", account)
    account.expect(version)
    for column, value in clean(details, account.country).items():
        setattr(account, column, value)
    return account


def _place(account: Account) -> int | None:
    """The territory that the rules give a company like this."""
    where = (account.country or "", account.region or "", account.postcode or "")
    return place(Facts(*where, account.industry or "", account.employees)).territory_id


def clean(details: Mapping[str, Any], country: str = "") -> dict[str, Any]:
    """The details in the form in which they are stored. Raises Refused for the field that cannot be right."""
    if unknown := details.keys() - DETAILS:
        raise TypeError(f"accounts have no {sorted(unknown)}")
    values: dict[str, Any] = {k: v.strip() if isinstance(v, str) else v for k, v in details.items()}
    if "name" in values and not values["name"]:
        raise Refused("account.no_name", "An account has a name.", "name")
    if "country" in values:
        country = values["country"] = check_country(values["country"])
    if "vat_id" in values:
        values["vat_id"] = normal_vat_id(values["vat_id"], country)
    if "phone" in values:
        values["phone"], values["phone_e164"] = normal_phone(values["phone"], country)
    if "payment_days" in values and values["payment_days"] not in range(366):
        raise Refused("account.payment_days", "Between 0 and 365 days.", "payment_days")
    if values.get("domain") and not domain_of(values["domain"]):
        raise Refused("account.domain", "This domain does not belong to one company.", "domain")
    if "domain" in values or values.get("website"):
        values["domain"] = domain_of(values.get("domain", "") or values.get("website", ""))
    return values
