"""Where each kind of record has its page, the tabs of that page, who owns it, and what happened to it in words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import current_app, g, request, url_for

from portal.kernel import audit, clock
from portal.kernel.db import Base
from portal.kernel.db import model_of as model_of
from portal.organization.queries import names_of_positions

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
    "targets": "targets.show_target",
    "campaigns": "campaigns.show_campaign",
    "social_posts": "social.show_post",
    "landing": "landing.show_page",
    "events": "events.show_event",
    "emails": "emails.show_email",
    "broadcasts": "broadcasts.show_broadcast",
    "messages": "messages.show_message",
    "inbound": "inbound.show_mail",
    "segments": "segments.show_segment",
    "transfers": "responsibility.show_transfer",
    "users": "identity.show_user",
    "partners": "channels.show_partner",
    "registrations": "channels.show_registration",
}


def record_url(noun: str, record_id: int) -> str:
    """The staff page of a record; every such view takes `record_id`. "" where the record has none."""
    endpoint = PAGES.get(noun, "")
    return url_for(endpoint, record_id=record_id) if endpoint in current_app.view_functions else ""


TABS = {"overview": "Overview", "timeline": "Timeline", "files": "Files", "changes": "Changes"}


def tabs_of(
    record: Base, *, parts: Sequence[Base] = (), without: str = "", more: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the templates of a record's page read: its tabs, one chosen by the query string, and the record itself.

    The changes of `parts` are told with its own. `more`: tabs of its own, whose template is told by the page.
    """
    noun, record_id = record.noun, record.id  # type: ignore[attr-defined]
    names = {key: text for key, text in (TABS | dict(more or {})).items() if key != without}
    tab = request.args.get("tab", "")
    tab = tab if tab in names else "overview"
    here = record_url(noun, record_id)
    items = [(text, here if key == "overview" else f"{here}?tab={key}", None) for key, text in names.items()]
    shown = {"tab": tab, "tab_name": names[tab], "tab_items": items}
    return shown | {"record": record, "noun": noun, "record_id": record_id, "changed": [record, *parts]}


def position_name(position_id: int | None) -> str:
    """Who sits in the position today, else its title; all are read once per request."""
    if position_id is None:
        return "Nobody"
    names: dict[int, str] | None = g.get("position_names")
    if names is None:
        names = g.position_names = names_of_positions(clock.today(g.timezone))
    return names.get(position_id, "Nobody")


class Change(NamedTuple):
    """One entry of a record's history: who did what, and (field, before, after) for each field."""

    at: datetime
    actor: str
    action: str
    fields: list[tuple[str, str, str]]


QUIET = frozenset({"id", "version", "created_at", "search_text"})


def changes_of(*records: Base) -> list[Change]:
    """The latest changes of a record and its parts, newest first, as people read them."""
    found = [entry for record in records for entry in audit.history(record.noun, record.id)]  # type: ignore[attr-defined]
    found.sort(key=lambda entry: entry.id, reverse=True)
    return [Change(entry.at, entry.actor, entry.action.replace("_", " "), fields_of(entry)) for entry in found]


def fields_of(entry: audit.AuditEntry) -> list[tuple[str, str, str]]:
    """(Field, before, after) of every change that says something to people."""
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
