"""From a submission to a lead somebody works on, and keeping scores current."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from babel.dates import format_datetime, get_timezone
from flask import current_app

from jobs.registry import every, on
from portal.accounts.services.imports import email_key
from portal.consent.queries import preference_token
from portal.consent.services import CONSENT_FIELDS, take_over
from portal.consent.states import Channel
from portal.kernel import clock
from portal.kernel.actor import Actor, acting
from portal.kernel.db import db, unit_of_work
from portal.kernel.outbox import emit
from portal.landing.events import SubmissionReceived
from portal.landing.models import Submission
from portal.leads import services
from portal.leads.events import LeadCaptured
from portal.leads.models import Lead
from portal.leads.queries import assignable, confirmed_since
from portal.leads.rules import RESPOND_WITHIN, greeting, international
from portal.leads.states import REASONS
from portal.messages.services import queue_email, queue_sms
from portal.organization.documents import brand_of
from portal.organization.models import Company
from portal.organization.queries import company, seated_user
from portal.scoring.events import ModelChanged
from portal.web.language import gettext_for, locale_of
from portal.web.mail import write_mail
from portal.workspace.rules import BulkAct, ImportKind, Outcome, offer_act, offer_import

ONE_CONFIRMATION_PER = timedelta(hours=24)


def _assign(actor: Actor, lead_id: int, position_id: str) -> object:
    return services.assign(actor, lead_id, int(position_id) if position_id.isdecimal() else 0, "")


def _people(actor: Actor) -> list[tuple[str, str]]:
    return [(str(position), name) for position, name in assignable(actor, clock.today("UTC"))]


def _reasons(actor: Actor) -> list[tuple[str, str]]:
    return [(reason, reason) for reason in REASONS]


offer_act(BulkAct("leads", "assignment", "Assign to", "leads.assign", _assign, _people))
offer_act(BulkAct("leads", "disqualification", "Disqualify", "leads.edit", services.disqualify, _reasons, danger=True))


def take_leads(rows: Sequence[Mapping[str, str]]) -> Outcome:
    outcome = services.import_lead_rows(acting(), rows)
    take_over(rows, {refusal.row for refusal in outcome.refused}, source=f"import by {acting().name}")
    return outcome


offer_import(
    ImportKind(
        "leads", "Leads", "leads.edit",
        fields=(*services.LEAD_FIELDS.items(), *CONSENT_FIELDS.items()), required=("email",), take=take_leads,
        key=("email", email_key), model=Lead,
    )
)  # fmt: skip


@on(SubmissionReceived)
def capture_lead(submission_id: int) -> None:
    """The visitor's form becomes a lead, or is added to the one that is open."""
    services.capture_submission(submission_id)


@on(LeadCaptured, queue="mail", alone=True)
def confirm_submission(lead_id: int, submission_id: int) -> None:
    """One confirmation per address and day, however many forms are sent in its name, and none of their words in it."""
    seller, sent, lead = company(), db.session.get_one(Submission, submission_id), db.session.get_one(Lead, lead_id)
    if seller is None:
        return
    language, email, name = sent.page.language, lead.email, lead.name
    brand = brand_of(seller, current_app.extensions["settings"].public_url, language)
    mail = write_mail("leads/lead_confirmation", brand, language, _told(seller, sent, lead))
    about: dict[str, Any] = {
        "noun_of": Lead.noun,
        "record_id": lead.id,
        "owner_id": lead.owner_id,
        "territory_id": lead.territory_id,
    }
    number = international(sent.payload["phone"], sent.payload["country"]) if sent.payload.get("sms") else ""
    text = gettext_for(language)("%(company)s: we have your request and will answer soon.", company=seller.name)
    with unit_of_work():
        if not confirmed_since(email, submission_id, clock.now() - ONE_CONFIRMATION_PER):
            reason = f"submission:{submission_id}:confirmation"
            queue_email(reason, to=email, recipient=name, subject=mail.subject, text=mail.text, html=mail.html, **about)
        if number:
            queue_sms(f"submission:{submission_id}:sms", to=number, recipient=name, text=text, **about)


def _told(seller: Company, sent: Submission, lead: Lead) -> dict[str, Any]:
    """What fills the mail: nothing that a stranger could use us to deliver."""
    locale, words = locale_of(sent.page.language), gettext_for(sent.page.language)
    until = lead.respond_by or sent.received_at + RESPOND_WITHIN
    wanted, token = sent.payload.get("news"), preference_token(Channel.EMAIL, lead.email)
    zone, owner = get_timezone(seller.timezone), seated_user(lead.owner_id, clock.today(seller.timezone))
    return {
        "person": greeting(lead.name) or words("there"),
        "form_name": sent.page.title,
        "answered_by": owner.name if owner else seller.name,
        "answer_until": format_datetime(until, "EEEE, d MMMM, HH:mm", zone, locale),
        "reference": f"L-{lead.id}",
        "preferences": f"{current_app.extensions['settings'].public_url}/c/{token}" if wanted and token else "",
    }


@on(ModelChanged)
def rescore_leads(after_id: int) -> None:
    """A slice of the open leads; the next slice is owed in the same transaction."""
    further = services.rescore_slice(after_id, clock.now())
    if further is not None:
        emit(ModelChanged(after_id=further))


@every(timedelta(hours=24))
def fade_scores() -> None:
    """Engagement fades with time, so every open lead is scored once a day."""
    with unit_of_work():
        emit(ModelChanged(after_id=0))
