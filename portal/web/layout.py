"""What every staff page shows around its own content: navigation, what can be made, who is signed in."""

from typing import Any, NamedTuple

from flask import Flask, current_app, g, request, url_for
from flask_security import current_user

from portal.identity.rules import ROLE_NAMES
from portal.organization.queries import allows, company
from portal.workspace.queries import files_of, unread_count

from .records import changes_of, fields_of, position_name, record_url


class Entry(NamedTuple):
    text: str
    icon: str
    endpoint: str
    permission: str


NAV: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("My work", "home", "insights.show_work", "work.view"),
            Entry("Dashboard", "chart-bar", "insights.show_dashboard", "dashboard.view"),
        ),
    ),
    (
        "Sell",
        (
            Entry("Leads", "user-check", "leads.list_leads", "leads.view"),
            Entry("Opportunities", "layout-kanban", "opportunities.show_board", "opportunities.view"),
            Entry("Accounts", "building-store", "accounts.list_accounts", "accounts.view"),
            Entry("Contacts", "users", "accounts.list_contacts", "contacts.view"),
            Entry("Quotes", "file-text", "quotes.list_quotes", "quotes.view"),
            Entry("Orders", "package", "orders.list_orders", "orders.view"),
            Entry("Invoices", "receipt", "invoices.list_invoices", "invoices.view"),
            Entry("Payments", "credit-card", "invoices.list_payments", "invoices.view"),
            Entry("Products", "tag", "catalog.list_products", "catalog.view"),
        ),
    ),
    (
        "Market",
        (
            Entry("Segments", "filter", "segments.list_segments", "segments.view"),
            Entry("Campaigns", "flag", "campaigns.list_campaigns", "campaigns.view"),
            Entry("Social posts", "share", "social.list_posts", "social_posts.view"),
            Entry("Broadcasts", "send", "broadcasts.list_broadcasts", "broadcasts.view"),
            Entry("Email performance", "chart-bar", "broadcasts.show_performance", "broadcasts.view"),
            Entry("Emails", "mail", "emails.list_emails", "emails.view"),
            Entry("Events", "ticket", "events.list_events", "events.view"),
            Entry("Forms and pages", "forms", "landing.list_pages", "landing.view"),
            Entry("Scoring", "adjustments", "scoring.show_model", "scoring.view"),
            Entry("Messages", "list-check", "messages.list_messages", "messages.view"),
            Entry("Inbound mail", "message", "inbound.list_mails", "inbound.view"),
            Entry("Consent", "shield", "consent.show_ledger", "consent.view"),
        ),
    ),
    (
        "Plan",
        (
            Entry("Strategy", "compass", "strategy.show_home", "strategy.view"),
            Entry("Targets", "flag", "targets.show_targets", "targets.view"),
            Entry("Organization", "users", "organization.show_chart", "organization.view"),
            Entry("Capacity", "chart-bar", "strategy.show_capacity", "capacity.view"),
            Entry("Commission", "coin", "compensation.show_mine", "compensation.view"),
            Entry("Channels", "git-merge", "channels.list_channels", "channels.view"),
            Entry("Territories", "map-2", "territories.show_tree", "territories.view"),
            Entry("Scenarios", "git-branch", "realignment.list_models", "territories.edit"),
            Entry("Responsibility", "user-check", "responsibility.list_neglected", "responsibility.view"),
        ),
    ),
    (
        "System",
        (
            Entry("People", "user", "identity.list_users", "users.view"),
            Entry("Company", "building", "organization.show_company", "company.edit"),
            Entry("Mail servers", "mail", "messages.show_mail_server", "company.edit"),
            Entry("Mail coming in", "message", "inbound.show_sources", "company.edit"),
            Entry("Imports", "upload", "workspace.new_import", "imports.run"),
            Entry("Audit", "history", "insights.list_audit", "audit.view"),
            Entry("System health", "database", "insights.show_health", "system.view"),
        ),
    ),
)
CREATE: tuple[Entry, ...] = (
    Entry("Lead", "user-check", "leads.new_lead", "leads.edit"),
    Entry("Account", "building-store", "accounts.new_account", "accounts.edit"),
    Entry("Contact", "users", "accounts.new_contact", "contacts.edit"),
    Entry("Opportunity", "briefcase", "opportunities.new_opportunity", "opportunities.edit"),
    Entry("Task", "list-check", "activities.new_task", "activities.edit"),
)


def register(app: Flask) -> None:
    app.context_processor(_context)


def _shown(entry: Entry) -> bool:
    return g.actor.may(entry.permission) and entry.endpoint in current_app.view_functions


def _context() -> dict[str, Any]:
    """Error and public pages use the same base, so nothing here may cost them a query."""
    actor = g.get("actor")
    if actor is None or actor.user_id is None:
        return {"seller": company}
    nav = [
        (title, [(e.text, e.icon, url_for(e.endpoint), None) for e in entries if _shown(e)]) for title, entries in NAV
    ]
    return {
        "seller": company,
        "nav": [(title, items) for title, items in nav if items],
        "current": _current_entry(),
        "crumbs": [],
        "create_menu": [(e.text, e.icon, url_for(e.endpoint)) for e in CREATE if _shown(e)],
        "me": {"name": actor.name, "role": ", ".join(ROLE_NAMES[r] for r in current_user.role_names)},
        "deputy_for": sorted(set(actor.stands_for.values())),
        "unread": unread_count(actor),
        "may": lambda permission, record=None: allows(actor, permission, record),
        "record_url": lambda noun, record_id: record_url(noun, record_id) if actor.may(f"{noun}.view") else "",
        "position_name": position_name,
        "files_of": files_of,
        "changes_of": changes_of,
        "fields_of": fields_of,
    }


def _current_entry() -> str:
    """The navigation entry of this very page, else the first one of its blueprint."""
    entries = [entry for _, group in NAV for entry in group]
    exact = (e.text for e in entries if e.endpoint == request.endpoint)
    same_area = (e.text for e in entries if e.endpoint.partition(".")[0] == request.blueprint)
    return next(exact, next(same_area, ""))
