"""A copy of all we know of a person, and forgetting them: in every table, whatever it is called."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, cast, func, select, update
from sqlalchemy.exc import DBAPIError

from portal.accounts.models import Contact
from portal.activities import services as activities
from portal.activities.states import Kind
from portal.consent import services
from portal.consent.models import ConsentEvent, DataRequest, Suppression
from portal.consent.queries import may_send, person_of, preference_token
from portal.consent.services import record
from portal.consent.states import Channel, ConsentState, Purpose, RequestState, SuppressionReason
from portal.invoices.models import Invoice
from portal.kernel import clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden
from portal.kernel.persons import Erasure
from portal.messages.models import MessageContent
from portal.workspace.services import attach
from tests import world
from tests.accounts.makers import make_account
from tests.conftest import Client
from tests.insights.makers import invoice
from tests.landing.makers import landing_page, send
from tests.messages.makers import agree, email, sms

ClientOf = Callable[[str], Client]
MARKS = ("zarathustra", "quixotine", "+12065550177")
MAIL = "zarathustra@quixotine.example"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def known(app: Flask, client: Client, run_jobs: Callable[[], int], actor: Any) -> Contact:
    """Somebody who has left traces everywhere: a form, a lead, mails, an SMS, activities, a file, an invoice."""
    company = world.add(make_account("Alpine Ski House"))
    contact: Contact = world.add(
        Contact(
            first_name="Zarathustra", last_name="Quixotine", email=MAIL, mobile="+1 206 555 0177",
            mobile_e164="+12065550177", account_id=company.id, owner_id=world.position("rep").id,
        )
    )  # fmt: skip
    with unit_of_work():
        contact.job_title = "Quixotine of the board"
    landing_page()
    send(client, name="Zarathustra Quixotine", email=MAIL, message="Zarathustra speaks", at=NOON)
    with clock.frozen(NOON):
        run_jobs()
    agree(MAIL)
    email(MAIL, recipient="Zarathustra Quixotine", subject="Dear Zarathustra", text="Dear Zarathustra")
    sms("+12065550177")
    with unit_of_work():
        about = [("contacts", contact.id)]
        activities.log(Kind.CALL, "Spoke with Zarathustra", author="Rita Rep", about=about, body="Quixotine agreed")
        attach(actor("rep"), db.session.get_one(Contact, contact.id), "zarathustra.pdf", b"%PDF-1.4 x")
        record(Channel.SMS, "+12065550177", Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="by Zarathustra")
    bill = invoice(company)
    with unit_of_work():
        db.session.get_one(Invoice, bill.id).contact_id = contact.id
    return contact


def hits() -> list[str]:
    """Every table and column in which one of the marks still stands."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            text = func.lower(cast(column, String))
            for mark in MARKS:
                if db.session.scalar(select(func.count()).select_from(table).where(text.contains(mark))):
                    found.append(f"{table.name}.{column.name}: {mark}")
    return found


def forget(actor: Any, contact: Contact) -> None:
    with unit_of_work():
        services.erase(actor("marketer"), person_of(contact.id))


def test_an_erased_person_is_in_no_table(known: Contact, actor: Any) -> None:
    assert len(hits()) > 20, "the traces are real"
    contact_id = known.id
    forget(actor, known)
    assert hits() == []
    gone = db.session.get_one(Contact, contact_id)
    assert (gone.name, gone.email) == ("Erased person", None)
    assert db.session.scalar(select(func.count()).select_from(Invoice)) == 1, "the books stay"
    assert db.session.scalar(select(func.count()).select_from(ConsentEvent)), "that something was said stays"
    assert db.session.scalar(select(func.count()).select_from(Erasure)) == 0
    last = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "erased")).one()
    assert last.changes["rows"]["contacts"] == 1


def test_nobody_writes_to_an_erased_person_again_and_an_import_does_not_revive_them(
    known: Contact, actor: Any, client: Client
) -> None:
    token = preference_token(Channel.EMAIL, MAIL)
    forget(actor, known)
    for channel, address in ((Channel.EMAIL, MAIL), (Channel.SMS, "+12065550177")):
        assert "was erased" in may_send(channel, address, Purpose.TRANSACTIONAL).why
    assert {s.reason for s in db.session.scalars(select(Suppression))} == {SuppressionReason.ERASED}
    with unit_of_work():
        services.take_over([{"email": MAIL, "consent": "yes"}], set(), source="import")
        record(Channel.EMAIL, MAIL, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="form")
    assert not may_send(Channel.EMAIL, MAIL, Purpose.COMMERCIAL).allowed
    assert client.get(f"/c/{token}").status_code == 404


def test_guards_hold_outside_of_an_erasure(known: Contact) -> None:
    for table in (AuditEntry, ConsentEvent):
        with pytest.raises(DBAPIError, match="append only"), unit_of_work():
            db.session.execute(update(table).values(at=clock.now()))


@pytest.mark.parametrize("key", ["rep", "manager", "finance", "operator"])
def test_who_may_erase(known: Contact, actor: Any, client_of: ClientOf, key: str) -> None:
    contact_id = known.id
    with pytest.raises(Forbidden), unit_of_work():
        services.erase(actor(key), person_of(contact_id))
    answer = client_of(key).post("/consent/erasure", data={"contact": contact_id, "sure": "y"})
    assert answer.status_code == 403
    assert hits()


def test_the_page_asks_before_it_erases(known: Contact, client_of: ClientOf) -> None:
    marketer, contact_id = client_of("marketer"), known.id
    page = marketer.get(f"/consent/erasure?contact={contact_id}").text
    assert "Message contents" in page
    assert "Tax law asks for invoices" in page
    assert marketer.post("/consent/erasure", data={"contact": contact_id}).status_code == 422
    assert hits()
    assert marketer.post("/consent/erasure", data={"contact": contact_id, "sure": "y"}).status_code == 303
    assert hits() == []
    assert db.session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "erased")).one() == "Mia Marketer"


@pytest.mark.parametrize("asked", ["?q=nonsense&channel=email", "?q=nobody@example.com&channel=email", ""])
def test_an_unknown_person_is_answered_kindly(client_of: ClientOf, asked: str) -> None:
    answer = client_of("marketer").get(f"/consent/erasure{asked}")
    assert answer.status_code in (200, 422)
    assert "Nothing is known" in answer.text


def unzip(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        whole = next(name for name in names if name.endswith(".json"))
        found: dict[str, Any] = json.loads(archive.read(whole))
        assert {f"{part.replace(' ', '_')}.csv" for part in found} == set(names) - {whole}
        return found


def test_a_copy_has_everything(known: Contact, client_of: ClientOf) -> None:
    answer = client_of("marketer").post("/consent/export", data={"contact": known.id})
    copy = unzip(answer.data)
    assert {
        "contacts",
        "leads",
        "consents",
        "consent events",
        "messages",
        "message contents",
        "submissions",
    } <= copy.keys()
    assert {"activities", "invoices", "files", "changes"} <= copy.keys()
    assert copy["contacts"][0]["email"] == MAIL
    assert db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "exported")) == 1
    assert client_of("rep").post("/consent/export", data={"contact": known.id}).status_code == 403


def test_the_person_asks_for_their_data_and_gets_it_by_mail(known: Contact, client: Client, run_jobs: Any) -> None:
    link = f"/c/{preference_token(Channel.EMAIL, MAIL)}"
    answer = client.post(f"{link}/data")
    assert answer.status_code == 303
    client.post(f"{link}/data")
    assert db.session.scalar(select(func.count()).select_from(DataRequest)) == 1, "asked twice is asked once"
    run_jobs()
    text = db.session.scalars(select(MessageContent.text).order_by(MessageContent.id.desc())).first() or ""
    path = text[text.index("/c/data/") :].split()[0]
    assert client.get(path).status_code == 200
    assert "contacts" in unzip(client.post(path).data)
    assert db.session.scalars(select(DataRequest.state)).one() == RequestState.DONE
    assert client.post("/c/data/wrong").status_code == 404


def test_the_person_asks_to_be_forgotten_and_a_colleague_sees_it(
    known: Contact, client: Client, client_of: ClientOf
) -> None:
    link = f"/c/{preference_token(Channel.EMAIL, MAIL)}"
    assert client.post(f"{link}/erasure", data={}).status_code == 422
    assert client.post(f"{link}/erasure", data={"sure": "y"}).status_code == 303
    assert hits(), "a request erases nothing"
    marketer = client_of("marketer")
    assert MAIL in marketer.get("/consent/requests").text
    assert client_of("rep").get("/consent/requests").status_code == 403
    marketer.post("/consent/erasure", data={"channel": "email", "q": MAIL, "sure": "y"})
    page = marketer.get("/consent/requests").text
    assert MAIL not in page
    assert db.session.scalars(select(DataRequest.state)).one() == RequestState.DONE
    assert hits() == []


def test_a_request_can_be_refused_with_a_reason(known: Contact, client: Client, client_of: ClientOf) -> None:
    client.post(f"/c/{preference_token(Channel.EMAIL, MAIL)}/erasure", data={"sure": "y"})
    number = db.session.scalars(select(DataRequest.id)).one()
    marketer = client_of("marketer")
    assert marketer.post(f"/consent/requests/{number}/refusal", data={"note": ""}).status_code == 422
    assert marketer.post(f"/consent/requests/{number}/refusal", data={"note": "Not theirs"}).status_code == 303
    assert marketer.post(f"/consent/requests/{number}/refusal", data={"note": "Again"}).status_code == 422
    assert db.session.scalars(select(DataRequest.note)).one() == "Not theirs"
