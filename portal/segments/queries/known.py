"""What segments know by themselves: contacts, their account, what they agreed to, and the campaigns behind them."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import select

from portal.accounts.models import Account, Contact
from portal.accounts.states import Tier
from portal.consent.models import Consent, Suppression, Topic
from portal.consent.states import Channel, ConsentState, Purpose, SuppressionReason
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.places import countries
from portal.organization.queries import names_of_positions, territory_choices

from ..rules import Way, register_field, register_source

SPOKEN = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
}


def _countries() -> list[tuple[str, str]]:
    return list(countries().items())


def _languages() -> list[tuple[str, str]]:
    used = set(db.session.scalars(select(Contact.language).distinct())) | SPOKEN.keys()
    return sorted(((code, SPOKEN.get(code, code)) for code in used if code), key=lambda pair: pair[1])


def _industries() -> list[tuple[str, str]]:
    used = db.session.scalars(select(Account.industry).distinct().order_by(Account.industry))
    return [(name, name) for name in used if name]


def _topic_choices() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in db.session.execute(select(Topic.id, Topic.name).order_by(Topic.name))]


def _people() -> list[tuple[int, str]]:
    return sorted(names_of_positions(clock.today("UTC")).items(), key=lambda pair: pair[1])


def _texts(pairs: Sequence[tuple[object, str]]) -> list[tuple[str, str]]:
    return [(str(value), text) for value, text in pairs]


def _words(values: Sequence[str]) -> list[tuple[str, str]]:
    return [(str(value), str(value).replace("_", " ").capitalize()) for value in values]


def _account(column: object) -> Way:
    return Way(column, Contact.account_id, Account.id)


contact = partial(register_field, group="Contact")
contact("contact.first_name", "first name", "text", Contact.first_name)
contact("contact.last_name", "last name", "text", Contact.last_name)
contact("contact.job_title", "job title", "text", Contact.job_title)
contact("contact.email", "email address", "text", Contact.email)
contact("contact.phone", "phone number", "text", Contact.phone_e164)
contact("contact.mobile", "mobile number", "text", Contact.mobile_e164)
contact("contact.language", "language", "choice", Contact.language, choices=_languages)
contact(
    "contact.country",
    "country",  # their own, or else that of the account
    "choice",
    Way(Contact.country, where=(Contact.country != "",)),
    Way(Account.country, Contact.account_id, Account.id, (Contact.country == "",)),
    choices=_countries,
)
contact("contact.owner", "owner", "choice", Contact.owner_id, choices=lambda: _texts(_people()))
contact("contact.territory", "territory", "choice", Contact.territory_id, choices=lambda: _texts(territory_choices()))
contact("contact.created", "first day with us", "moment", Contact.created_at)

account = partial(register_field, group="Account")
account("account.name", "account's name", "text", _account(Account.name))
account("account.industry", "account's industry", "choice", _account(Account.industry), choices=_industries)
account("account.employees", "account's number of employees", "number", _account(Account.employees))
account("account.revenue", "account's annual revenue", "money", _account(Account.annual_revenue))
account("account.city", "account's city", "text", _account(Account.city))
account("account.region", "account's region", "text", _account(Account.region))
account("account.postcode", "account's postcode", "text", _account(Account.postcode))
account("account.country", "account's country", "choice", _account(Account.country), choices=_countries)
account("account.domain", "account's email domain", "text", _account(Account.domain))
account("account.tier", "account's tier", "choice", _account(Account.tier), choices=lambda: _words(list(Tier)))
account("account.touched", "account's last touch", "moment", _account(Account.last_touch_at), swept=True)
account("account.created", "account's first day with us", "moment", _account(Account.created_at))

consent = partial(register_field, group="Consent")
for _channel, _address in ((Channel.EMAIL, Contact.email), (Channel.SMS, Contact.mobile_e164)):
    _name = {Channel.EMAIL: "email", Channel.SMS: "SMS"}[_channel]
    _about = (Consent.channel == _channel, Consent.purpose == Purpose.COMMERCIAL)
    _topics = (*_about, Consent.state == ConsentState.OPTED_IN)
    consent(
        f"consent.{_channel}",
        f"consent to {_name} marketing",
        "choice",
        Way(Consent.state, _address, Consent.address, (*_about, Consent.topic_id.is_(None))),
        choices=lambda: _words(list(ConsentState)),
    )
    consent(
        f"topic.{_channel}",
        "topic",
        "choice",
        Way(Consent.topic_id, _address, Consent.address, _topics),
        choices=_topic_choices,
        of=f"consent to {_name} news",
    )
    consent(
        f"suppression.{_channel}",
        f"{_name} block",
        "choice",
        Way(Suppression.reason, _address, Suppression.address, (Suppression.channel == _channel,), listed=True),
        choices=lambda: _words(list(SuppressionReason)),
    )

register_source(Contact, Contact.id, Contact.id)
register_source(Account, Account.id, Contact.account_id)
for _model in (Consent, Suppression):
    register_source(_model, _model.address, Contact.email)
    register_source(_model, _model.address, Contact.mobile_e164)
