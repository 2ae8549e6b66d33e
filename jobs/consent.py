"""Mails that consent owes: confirm a subscription, fetch one's data; and suppression lists from files."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app

from jobs.registry import on
from portal.consent import queries, services
from portal.consent.events import ConfirmationAsked, DataRequested
from portal.consent.models import Consent, DataRequest
from portal.consent.rules import CONFIRM_WITHIN, CONFIRMATION, DATA, FETCH_WITHIN, seal_for
from portal.kernel.actor import acting
from portal.kernel.db import db, unit_of_work
from portal.messages.services import queue_email
from portal.organization.documents import brand_of
from portal.organization.queries import company
from portal.web.mail import write_mail
from portal.workspace.rules import ImportKind, Outcome, offer_import


def take_blocks(rows: Sequence[Mapping[str, str]]) -> Outcome:
    return services.import_block_rows(acting(), rows)


offer_import(
    ImportKind(
        "suppressions", "Suppression list", "consent.edit",
        fields=tuple(services.BLOCK_FIELDS.items()), required=("address",), take=take_blocks,
    )
)  # fmt: skip


@on(ConfirmationAsked, queue="mail", alone=True)
def ask_to_confirm(consent_id: int, number: int, language: str) -> None:
    """The mail of double opt-in. What the visitor typed stays out of it."""
    consent = db.session.get(Consent, consent_id)
    asked = queries.question_of(consent) if consent else None
    if consent is None or asked is None:
        return
    link = f"/c/confirm/{seal_for(CONFIRMATION, consent_id, asked.at + CONFIRM_WITHIN)}"
    reason = f"consent:{consent_id}:confirm:{asked.at:%Y%m%d}:{number}"
    _mail("consent/confirm", reason, consent.address, language, link)


@on(DataRequested, queue="mail", alone=True)
def send_data_link(request_id: int) -> None:
    """The link goes to the address that asked, and only there."""
    asked = db.session.get(DataRequest, request_id)
    if asked is None or asked.address is None:
        return
    link = f"/c/data/{seal_for(DATA, request_id, asked.at + FETCH_WITHIN)}"
    _mail("consent/data", f"data_request:{request_id}", asked.address, asked.language, link)


def _mail(name: str, reason: str, address: str, language: str, path: str) -> None:
    seller = company()
    if seller is None:
        return
    public_url = current_app.extensions["settings"].public_url
    values: dict[str, Any] = {"link": public_url + path}
    mail = write_mail(name, brand_of(seller, public_url, language), language, values)
    with unit_of_work():
        queue_email(reason, to=address, subject=mail.subject, text=mail.text, html=mail.html)
