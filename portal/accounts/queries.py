"""Which accounts and contacts somebody sees, and which of them a company or person may already be."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import contains_eager

from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import Base, db
from portal.kernel.errors import Refused
from portal.kernel.listing import Field, Listing
from portal.kernel.places import countries
from portal.organization.queries import Held, owner_field, share, visible_to

from .models import Account, AccountTeam, Contact
from .rules import FREE_MAIL, name_key
from .states import Access, Tier

SHARED_BY_TEAM = frozenset({"view", "edit", "send"})  # the verbs that access to an account carries over


def _through_account(model: type[Base], permission: str, held: Held) -> ColumnElement[bool] | None:
    """An account team reaches the account and what belongs to it, and the owner sees what belongs to it whoever made it."""
    key: Any = Account.id if model is Account else getattr(model, "account_id", None)
    verb = permission.rpartition(".")[2]
    if key is None or verb not in SHARED_BY_TEAM:
        return None
    team = select(AccountTeam.account_id).where(held(AccountTeam.position_id))
    if verb != "view":
        return cast(ColumnElement[bool], key.in_(team.where(AccountTeam.access == Access.EDIT)))
    return or_(
        key.in_(team), false() if model is Account else key.in_(select(Account.id).where(held(Account.owner_id)))
    )


share(_through_account)


class Match(NamedTuple):
    """An account that a company may already be, and why."""

    account_id: int
    name: str
    number: str
    city: str
    country: str
    owner_id: int | None
    reason: str


def matches(domain: str, name: str, email: str = "", *, besides: int | None = None) -> list[Match]:
    """Likely the same company, most certain first: a known contact, the same email domain, the same name.

    Looks at every account whoever owns it, so that nobody opens a second one for a colleague's customer.
    """
    domain = "" if domain in FREE_MAIL else domain.lower()
    key = name_key(name)
    known = select(Contact.account_id).where(Contact.email == email.lower()) if email else None
    tests: list[tuple[ColumnElement[bool], str]] = []
    if known is not None:
        tests.append((Account.id.in_(known), "has a contact with this address"))
    if domain:
        tests.append((Account.domain == domain, "same email domain"))
    if key:
        tests.append((Account.name_key == key, "same name"))
    if not tests:
        return []
    wanted = [condition.label(f"m{i}") for i, (condition, _) in enumerate(tests)]
    query = select(Account, *wanted).where(or_(*(condition for condition, _ in tests))).order_by(Account.id).limit(20)
    if besides is not None:
        query = query.where(Account.id != besides)
    found = []
    for account, *hits in db.session.execute(query):
        reason = next(text for hit, (_, text) in zip(hits, tests, strict=True) if hit)
        place = (account.city, account.country)
        found.append(Match(account.id, account.name, account.number, *place, account.owner_id, reason))
    order = [text for _, text in tests]
    return sorted(found, key=lambda match: order.index(match.reason))


def seen_of(actor: Actor, found: Sequence[Match]) -> set[int]:
    """Ids of the matching accounts that the actor may open."""
    ids = [match.account_id for match in found]
    return set(db.session.scalars(visible_to(actor, Account).with_only_columns(Account.id).where(Account.id.in_(ids))))


def account_named(actor: Actor, text: str) -> Account:
    """The visible account whose number, "Name (number)" or name was typed. Raises Refused for the field `account`."""
    text = text.strip()
    number = text.rpartition("(")[2].rstrip(")").strip()
    query = visible_to(actor, Account)
    if found := db.session.scalar(query.where(Account.number == number)):
        return found
    named = db.session.scalars(query.where(Account.name_key == name_key(text)).limit(2)).all()
    if len(named) == 1 and text:
        return named[0]
    said = (
        "Several accounts have this name: write the number." if named else "You see no account of this name or number."
    )
    raise Refused("account.not_named", said, "account")


def latest_accounts(actor: Actor, limit: int = 100) -> list[str]:
    """ "Name (number)" of the newest visible accounts, for fields that suggest one."""
    query = visible_to(actor, Account).order_by(Account.id.desc()).limit(limit)
    return [f"{account.name} ({account.number})" for account in db.session.scalars(query)]


def contact_by_email(actor: Actor, email: str) -> Contact:
    """The visible contact with the address. Raises Refused for the field `email`."""
    found = db.session.scalar(visible_to(actor, Contact).where(Contact.email == email.strip().lower()))
    if found is None:
        raise Refused("contact.not_found", "You see no contact with this address.", "email")
    return found


def contacts_of(actor: Actor, account_id: int) -> Sequence[Contact]:
    """The visible people of an account, by name."""
    query = visible_to(actor, Contact).where(Contact.account_id == account_id)
    return db.session.scalars(query.order_by(Contact.last_name, Contact.first_name, Contact.id)).all()


def _accounts(actor: Actor) -> Select[Account]:
    return visible_to(actor, Account)


def _contacts(actor: Actor) -> Select[Contact]:
    return visible_to(actor, Contact).outerjoin(Contact.account).options(contains_eager(Contact.account))


def tier_choices(actor: Actor) -> list[tuple[str, str]]:
    return [(tier.value, f"Tier {tier}") for tier in Tier]


def _countries(actor: Actor) -> list[tuple[str, str]]:
    used = set(db.session.scalars(visible_to(actor, Account).with_only_columns(Account.country).distinct()))
    return [(code, name) for code, name in countries().items() if code in used]


def _industries(actor: Actor) -> list[tuple[str, str]]:
    used = visible_to(actor, Account).with_only_columns(Account.industry).distinct().order_by(Account.industry)
    return [(name, name) for name in db.session.scalars(used) if name]


ACCOUNTS = Listing(
    name="accounts",
    query=_accounts,
    identity=Account.id,
    fields=(
        Field("name", "Account", Account.name),
        Field("number", "Number", Account.number),
        Field("city", "City", Account.city),
        Field(
            "country",
            "Country",
            Account.country,
            value=lambda account: countries().get(account.country, account.country),
            filter="choice",
            choices=_countries,
        ),
        Field("industry", "Industry", Account.industry, filter="choice", choices=_industries),
        owner_field(Account, "owner_id", shown=True),
        Field("tier", "Tier", Account.tier, filter="choice", choices=tier_choices),
        Field("last_touch_at", "Last touch", Account.last_touch_at, kind="datetime", filter="range"),
        Field("created_at", "Since", Account.created_at, kind="datetime", shown=False, filter="range"),
    ),
    sort="name",
    words=(Account.name, Account.number, Account.city, Account.domain),
    views=(("Mine", "owner_id=me"),),
)
CONTACTS = Listing(
    name="contacts",
    query=_contacts,
    identity=Contact.id,
    fields=(
        Field("name", "Contact", Contact.last_name, value=lambda contact: contact.name),
        Field(
            "account",
            "Account",
            func.lower(func.coalesce(Account.name, "")),
            value=lambda contact: contact.account.name if contact.account else "",
        ),
        Field("job_title", "Role", Contact.job_title),
        Field("email", "Email", func.coalesce(Contact.email, ""), value=lambda contact: contact.email or ""),
        Field("phone", "Phone", sortable=False, value=lambda contact: contact.mobile or contact.phone),
        owner_field(Contact, "owner_id", shown=True),
    ),
    sort="name",
    words=(Contact.first_name, Contact.last_name, Contact.email, Contact.job_title, Account.name),
    views=(("Mine", "owner_id=me"),),
)


def _find_contacts(person: persons.Person) -> persons.Person:
    """A mobile number is one person's; an office number is not."""
    mine = or_(
        Contact.id.in_(person.of("contacts")), Contact.email.in_(person.emails), Contact.mobile_e164.in_(person.phones)
    )
    found = db.session.scalars(select(Contact).where(mine)).all()
    ids, named = [contact.id for contact in found], {contact.name: contact for contact in found if contact.first_name}
    also = or_(
        false(),
        *(and_(Contact.first_name == one.first_name, Contact.last_name == one.last_name) for one in named.values()),
    )
    namesakes = db.session.scalars(select(Contact).where(also, Contact.id.not_in(ids)))
    return person.known_as(
        "contacts",
        ids,
        [contact.email or "" for contact in found],
        [contact.mobile_e164 for contact in found],
        named,
        typed=[contact.mobile for contact in found],
        shared=[contact.name for contact in namesakes],
    )


persons.find_by(_find_contacts)
persons.leave(
    persons.Trail(
        "contacts", Contact, lambda person: Contact.id.in_(person.of("contacts")),
        dict.fromkeys(("first_name", "job_title", "phone", "phone_e164", "mobile", "mobile_e164"), "")
        | {"last_name": persons.NOBODY, "email": None, "version": Contact.version + 1},
    )
)  # fmt: skip
