"""Where each kind of record has its page."""

from flask import current_app, url_for

from portal.kernel.db import model_of as model_of

PAGES = {
    "leads": "leads.show_lead",
    "accounts": "accounts.show_account",
    "contacts": "accounts.show_contact",
    "opportunities": "opportunities.show_opportunity",
    "quotes": "quotes.show_quote",
    "orders": "orders.show_order",
    "invoices": "invoices.show_invoice",
    "catalog": "catalog.show_product",
    "price_lists": "catalog.show_price_list",
    "landing": "landing.show_page",
    "messages": "messages.show_message",
    "users": "identity.show_user",
}


def record_url(noun: str, record_id: int) -> str:
    """The staff page of a record; every such view takes `record_id`. "" where the record has none."""
    endpoint = PAGES.get(noun, "")
    return url_for(endpoint, record_id=record_id) if endpoint in current_app.view_functions else ""
