"""Contacts: list, page, making, changing."""

from typing import Any

from flask import flash, g, request, url_for

from portal.accounts import queries, services
from portal.accounts.models import Account, Contact
from portal.organization.queries import authorize, get
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, see
from portal.web.listing import list_page

from ..forms import EditContact
from ..pages import contact_form_page, contact_page, stored_contact
from . import bp


@bp.get("/contacts")
@needs("contacts.view")
def list_contacts() -> Any:
    return list_page(
        "accounts/contacts.html",
        queries.CONTACTS,
        title="Contacts",
        row_url=lambda row: url_for(".show_contact", record_id=row.id),
        empty="A contact is a person, usually at one of your accounts. Qualified leads become contacts.",
    )


@bp.get("/contacts/<int:record_id>")
@needs("contacts.view")
def show_contact(record_id: int) -> Any:
    return contact_page(record_id)


@bp.get("/contacts/new")
@needs("contacts.edit")
def new_contact() -> Any:
    given = {"language": g.locale}
    if (account_id := request.args.get("account", type=int)) is not None:
        account = get(g.actor, Account, account_id)
        given = {"account": f"{account.name} ({account.number})", "language": account.language}
    return contact_form_page(EditContact(formdata=None, data=given))


@bp.post("/contacts")
@needs("contacts.edit")
def create_contact() -> Any:
    form = EditContact()
    done = submit(form, lambda: services.create_contact(g.actor, **_values(form)).id)
    if not done:
        return contact_form_page(form, status=form.status)
    flash("Contact created.", "success")
    return go(url_for(".show_contact", record_id=done.result))


@bp.get("/contacts/<int:record_id>/edit")
@needs("contacts.edit")
def edit_contact(record_id: int) -> Any:
    contact = get(g.actor, Contact, record_id)
    authorize(g.actor, "contacts.edit", contact)
    return contact_form_page(EditContact(formdata=None, data=stored_contact(contact)), contact)


@bp.post("/contacts/<int:record_id>")
@needs("contacts.edit")
def update_contact(record_id: int) -> Any:
    get(g.actor, Contact, record_id)
    form = EditContact()

    def update() -> int:
        values = _values(form, get(g.actor, Contact, record_id))
        return services.update_contact(g.actor, record_id, version=form.version.data, **values).id

    if not submit(form, update, current=lambda: stored_contact(get(g.actor, Contact, record_id))):
        return contact_form_page(form, get(g.actor, Contact, record_id), form.status)
    flash("Contact saved.", "success")
    return see(show_contact, record_id=record_id)


def _values(form: EditContact, contact: Contact | None = None) -> dict[str, Any]:
    """With the account that was named; one that is left as it was need not be visible. Raises Refused."""
    named = form.account.data
    if contact and named == stored_contact(contact)["account"]:
        return {**form.values("account"), "account_id": contact.account_id}
    return {**form.values("account"), "account_id": queries.account_named(g.actor, named).id if named else None}
