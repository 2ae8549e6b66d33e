"""Where each kind of record has its page, and what happened to it in words."""

import re
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import current_app, url_for

from portal.kernel import audit
from portal.kernel.db import Base
from portal.kernel.db import model_of as model_of

from .filters import format_date, format_datetime

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


class Change(NamedTuple):
    """One entry of a record's history: who did what, and (field, before, after) for each field."""

    at: datetime
    actor: str
    action: str
    fields: list[tuple[str, str, str]]


QUIET = frozenset({"id", "version", "created_at", "search_text"})


def changes_of(record: Base) -> list[Change]:
    """The latest changes of a record, newest first, as people read them."""
    entries = audit.history(record.noun, record.id)  # type: ignore[attr-defined]
    return [Change(entry.at, entry.actor, entry.action.replace("_", " "), _fields(entry)) for entry in entries]


def _fields(entry: audit.AuditEntry) -> list[tuple[str, str, str]]:
    told = []
    for name, values in entry.changes.items():
        before, after = values if isinstance(values, list) and len(values) == 2 else (None, values)
        if name not in QUIET and _in_words(name, before) != _in_words(name, after):
            told.append((label_of(name), _in_words(name, before), _in_words(name, after)))
    return told


def label_of(name: str) -> str:
    """A column as a label: "owner_id" is the owner."""
    return name.removesuffix("_id").removesuffix("_key").replace("_", " ").capitalize()


def _in_words(name: str, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in ("owner_id", "position_id", "reports_to_id") and isinstance(value, int):
        from .layout import position_name

        return position_name(value)
    if name.endswith("_key"):
        return "a file"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", value):
        return format_datetime(datetime.fromisoformat(value))
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return format_date(date.fromisoformat(value))
    if isinstance(value, dict | list):
        return ", ".join(map(str, value))
    return str(value)
