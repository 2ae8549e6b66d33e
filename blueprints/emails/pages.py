"""What all pages of one email show: its head, its tabs, undo and redo, and how many findings wait."""

from typing import Any

from flask import Response, g, url_for

from portal.consent.states import Purpose
from portal.emails import queries
from portal.emails.models import Email
from portal.emails.rules.look import LANGUAGES
from portal.kernel.errors import Refused
from portal.organization.queries import allows
from portal.web.forms import ActForm
from portal.web.htmx import page
from portal.web.http import CSP

# The mail as its recipients see it: pictures may come from where it says, nothing in it can act, and only our own pages
# may show it in a frame.
MAIL_CSP = "; ".join(
    (
        "default-src 'none'", "img-src https: http: data:", "style-src 'unsafe-inline'", "font-src 'none'",
        "form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'", "sandbox allow-popups",
    )
)  # fmt: skip
FRAMED = f"{CSP}; frame-src 'self'"
TABS = (
    ("Design", "emails.show_email"),
    ("Text part", "emails.show_text"),
    ("Check", "emails.show_check"),
    ("Preview", "emails.show_preview"),
    ("Versions", "emails.list_versions"),
    ("Settings", "emails.show_settings"),
)


def email_page(template: str, draft: Email, tab: str, *fragments: str, status: int = 200, **context: Any) -> Response:
    """A page about one email. `findings` are those of the draft as it stands."""
    root = draft.translation_of_id or draft.id
    found = findings_of(draft)
    counts = {"Check": len(found) or None}
    undo, redo = queries.steps_around(draft)
    return page(
        template,
        *fragments,
        status=status,
        title=draft.name,
        crumbs=[("Emails", url_for("emails.list_emails"))],
        draft=draft,
        family=queries.translations(draft),
        is_root=root == draft.id,
        tabs=[(text, url_for(view, record_id=draft.id), counts.get(text)) for text, view in TABS],
        tab=tab,
        tab_view=dict(TABS)[tab],
        findings=found,
        undo_step=undo,
        redo_step=redo,
        languages=LANGUAGES,
        act_form=ActForm(formdata=None),
        may_edit=allows(g.actor, "emails.edit", draft),
        latest=queries.latest(draft.id),
        **context,
    )


def findings_of(draft: Email) -> list[Any]:
    """What stands in the way of sending it to a list; what cannot be compiled says so."""
    try:
        return queries.check(draft, Purpose.COMMERCIAL)
    except Refused as refusal:
        return [queries.unreadable(refusal.message)]
