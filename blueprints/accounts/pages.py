"""Pages of accounts and contacts that several routes answer with."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Response, current_app, g, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from portal.accounts import queries
from portal.accounts.models import Account, Contact
from portal.accounts.rules import domain_of
from portal.activities.queries import timeline
from portal.consent.queries import checks, first_shut, standing, topic_names
from portal.consent.rules import WHY
from portal.consent.states import Channel, Purpose
from portal.invoices.queries import outstanding
from portal.kernel import clock
from portal.kernel.places import countries
from portal.opportunities.queries import open_deals_of_account, worth_of_account
from portal.opportunities.states import OpportunityState
from portal.organization.queries import allows, company, get
from portal.responsibility.queries import cadence, history_of, planned_for, team_of
from portal.segments.queries import segments_of
from portal.territories.queries import name_of
from portal.web.choices import LANGUAGES
from portal.web.filters import format_money, when
from portal.web.htmx import page
from portal.web.records import tabs_of

from .forms import EditAccount, EditContact


def account_page(record_id: int) -> Response:
    account = get(g.actor, Account, record_id)
    contacts = queries.contacts_of(g.actor, record_id)
    return page(
        "accounts/account.html",
        title=account.name,
        crumbs=[("Accounts", url_for(".list_accounts"))],
        contacts=contacts,
        tiles=_tiles(account),
        deals=open_deals_of_account(g.actor, record_id),
        next_acts=_next_acts(account),
        country=countries(str(g.locale)[:2]).get(account.country, ""),
        territory=name_of(account.territory_id),
        edits=allows(g.actor, "accounts.edit", account),
        assigns=allows(g.actor, "accounts.assign", account),
        history=history_of(record_id),
        team=team_of(record_id),
        planned=planned_for(record_id),
        cadence=cadence()[account.tier],
        now=clock.now(),
        **tabs_of(account),
    )


def _tiles(account: Account) -> list[tuple[str, Any, Any]]:
    """Label, figure, note: what the customer is worth and when somebody last spoke to them."""
    worth = worth_of_account(g.actor, account.id)
    tiles: list[tuple[str, Any, Any]] = []
    if g.actor.may("opportunities.view"):
        for label, state in (("Open pipeline", OpportunityState.OPEN), ("Won", OpportunityState.WON)):
            found = [part for part in worth if part.state == state]
            number = sum(part.number for part in found)
            figure = _sums([(part.currency, part.amount) for part in found], account.currency)
            tiles.append((label, figure, f"{number} {'deal' if number == 1 else 'deals'}"))
    if g.actor.may("invoices.view"):
        owed = outstanding(g.actor, clock.today(g.timezone), account.id)
        late = [(currency, amount) for currency, _, amount in owed if amount]
        note = Markup("{} overdue").format(_sums(late, account.currency)) if late else "none overdue" if owed else ""
        tiles.append(("Open invoices", _sums([part[:2] for part in owed], account.currency), note))
    latest = timeline(g.actor, "accounts", account.id, 50)
    last = next((entry.activity for entry in latest if not entry.is_open), None)
    tasks = [entry.activity for entry in latest if entry.is_open]
    late_tasks = sum(1 for task in tasks if task.due_at and task.due_at < clock.now())
    tiles.append(("Open tasks", len(tasks), f"{late_tasks} overdue" if late_tasks else ""))
    tiles.append(("Last touch", when(last.done_at or last.at) if last else "Never", last.subject if last else ""))
    return tiles


def _sums(amounts: Sequence[tuple[str, Decimal]], currency: str) -> Markup:
    """One amount per currency; nothing is zero in the account's own."""
    parts = amounts or [(currency, Decimal(0))]
    return Markup(", ").join(format_money(amount, code, cents=False) for code, amount in parts)


def _next_acts(account: Account) -> list[tuple[str, str]]:
    """The main thing to do with an account, where the person may."""
    endpoint = "opportunities.new_opportunity"
    if endpoint not in current_app.view_functions or not g.actor.may("opportunities.edit"):
        return []
    return [("New opportunity", url_for(endpoint, account=account.id))]


def new_account_page(form: EditAccount, status: int = 200) -> Response:
    """The form; once it was refused, with the accounts that the company may already be."""
    found = []
    if status != 200 and form.name.data:
        found = queries.matches(domain_of(form.domain.data or "") or domain_of(form.website.data or ""), form.name.data)
    return page(
        "accounts/edit_account.html",
        status=status,
        title="New account",
        crumbs=[("Accounts", url_for(".list_accounts"))],
        form=form,
        account=None,
        found=found,
        seen=queries.seen_of(g.actor, found),
    )


def edit_account_page(account: Account, form: EditAccount, status: int = 200) -> Response:
    return page(
        "accounts/edit_account.html",
        status=status,
        title="Edit account",
        crumbs=[
            ("Accounts", url_for(".list_accounts")),
            (account.name, url_for(".show_account", record_id=account.id)),
        ],
        form=form,
        account=account,
        found=[],
        seen=set(),
    )


def stored_account(account: Account) -> Mapping[str, Any]:
    """What the form shows, as stored now."""
    return {name: getattr(account, name) for name in EditAccount.__dict__ if hasattr(account, name)} | {
        "version": account.version
    }


def defaults() -> dict[str, Any]:
    """A new account is like our own company where nothing else is known."""
    ours = company()
    return {"currency": ours.currency, "country": ours.country, "language": g.locale} if ours else {}


def contact_page(record_id: int) -> Response:
    contact = get(g.actor, Contact, record_id)
    tabs = tabs_of(contact, more={"consent": _("Consent")} if g.actor.may("consent.view") else None)
    return page(
        "accounts/contact.html",
        title=contact.name,
        crumbs=[("Contacts", url_for(".list_contacts"))],
        edits=allows(g.actor, "contacts.edit", contact),
        sees_account=contact.account is not None and allows(g.actor, "accounts.view", contact.account),
        segments=segments_of(g.actor, record_id) if g.actor.may("segments.view") else [],
        language_name=next((c.label for c in LANGUAGES if c.value == contact.language), contact.language),
        consent=_consent(contact) if g.actor.may("consent.view") else [],
        **tabs,
        **(_said_by(contact) if tabs["tab"] == "consent" else {}),
    )


def _said_by(contact: Contact) -> dict[str, Any]:
    """What was said and blocked on each of their addresses, with all evidence."""
    ways = ((Channel.EMAIL, contact.email), (Channel.SMS, contact.mobile_e164))
    standings = [standing(channel, address) for channel, address in ways if address]
    return {"standings": standings, "topics": topic_names(), "reasons": WHY}


def _consent(contact: Contact) -> list[tuple[str, bool, str, str]]:
    """What, whether, why, and where every gate is told."""
    ways = (
        (_("News by email"), Channel.EMAIL, contact.email),
        (_("News by text message"), Channel.SMS, contact.mobile_e164),
    )
    found = []
    for what, channel, address in ways:
        if address:
            shut = first_shut(checks(channel, address, Purpose.COMMERCIAL, contact_id=contact.id))
            link = url_for("consent.show_check", contact=contact.id, channel=channel.value)
            found.append((what, shut is None, shut.why if shut else _("Every gate is open."), link))
    return found


def contact_form_page(form: EditContact, contact: Contact | None = None, status: int = 200) -> Response:
    crumbs = [("Contacts", url_for(".list_contacts"))]
    if contact:
        crumbs.append((contact.name, url_for(".show_contact", record_id=contact.id)))
    return page(
        "accounts/edit_contact.html",
        status=status,
        title="Edit contact" if contact else "New contact",
        crumbs=crumbs,
        form=form,
        contact=contact,
        suggestions=queries.latest_accounts(g.actor),
    )


def stored_contact(contact: Contact) -> dict[str, Any]:
    names = ("first_name", "last_name", "job_title", "email", "phone", "mobile", "language", "version")
    stored = {name: getattr(contact, name) or "" for name in names}
    return stored | {"account": f"{contact.account.name} ({contact.account.number})" if contact.account else ""}
