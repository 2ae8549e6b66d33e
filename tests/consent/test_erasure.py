"""Forgetting a person, table by table: whatever names them is planted in every text of every trail, and gone afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Enum, String, inspect, select, text, update

from portal.accounts.models import Contact
from portal.campaigns.models import CampaignMember
from portal.consent import services
from portal.consent.models import ContactPoint, DataRequest, Suppression
from portal.consent.queries import person_of
from portal.consent.rules import address_hash
from portal.consent.states import Channel, RequestKind, SuppressionReason
from portal.inbound.models import InboundMail
from portal.kernel import clock, files, persons
from portal.kernel.audit import AuditEntry
from portal.kernel.db import db, unit_of_work
from portal.kernel.links import issue
from portal.kernel.outbox import OutboxEntry
from portal.kernel.persons import Trail
from portal.messages.models import CapturedMessage, Message, MessageLink
from portal.opportunities.models import Opportunity, StageChange
from portal.quotes.models import Quote, Revision
from portal.scoring.models import ScoreReceipt
from portal.segments.models import Segment, SegmentMember, SegmentOverride
from portal.workspace.models import LongWork, Notification, SavedView, WorkRemark, WorkTrace
from tests import world
from tests.accounts.makers import make_account
from tests.campaigns.makers import campaign
from tests.conftest import Client
from tests.events.makers import event, guest
from tests.inbound.makers import answer, arrived
from tests.insights.makers import order, sent_quote
from tests.messages.makers import email, stored
from tests.segments.makers import make_segment

from .test_persons import MAIL, known

__all__ = ["known"]

NAME = "Zarathustra Quixotine"
MARKS = ("zarathustra", "quixotine", "+12065550177")
# Columns of the trails that hold a word of the program or a key, never a text about somebody.
NO_TEXTS = """
noun_of key action topic job queue worker media_type language country currency timezone source external_id message_id
address_hash method device status reason domain grade part label kind spec result_name values industry region campaign
block token_hash nonce number snapshot_hash competitor channel_because actor uploaded_by by listing field done_by email
accepted_by accepted_ip pdf_problem pdf_key result_key disqualified_reason role purpose payload wording reply_to
"""
FOUND_BY = "address sender envelope title email phone_e164 mobile mobile_e164 url"  # the trail is found by them
# Tables in which no customer stands, by what they are about.
OTHERS = {
    "our own people, their rights, their territories and their pay": """
user role user_role webauthn sign_in position seat delegation unit assignment_rule capacity_hire capacity_scenario
ramp_profile recognition compensation_plan plan_version plan_participant draw earning objective_result pay_adjustment
pay_dispute payout_period statement opportunity_split coverage engagement cadence account_assignment account_team
transfer transfer_item territory territory_activation territory_model territory_pin territory_proposal territory_rule
target target_month target_node target_plan strategy_step
""",
    "the company, its settings and its machinery": """
company setting tax_rate number_series heartbeat schedule_slot form_nonce erasure mail_server mail_pace
mail_connection sender_domain mailbox webhook social_account brand_kit channel_policy topic product price_list
price_list_item channel channel_source score_rule
""",
    "what is said to everybody": """
broadcast broadcast_look broadcast_test broadcast_variant email email_picture email_step email_version saved_block
landing_page page_version campaign campaign_cost social_post social_picture publication message_batch message_tally
tally_batch tally_due tally_slice segment segment_part event
""",
    "other companies": "account partner deal_registration",
    "numbers and keys that belong to a row of a trail": """
regarding qualification opportunity_line quote_line order_line invoice_line segment_touch
""",
}


@pytest.fixture
def everywhere(known: Contact, actor: Any, app: Flask) -> Contact:
    """More traces: a deal, quotes, a campaign, segments, an answer by mail, files that were imported, work that failed."""
    company = world.add(make_account("Alpine Ski House North"))
    deal = world.add(Opportunity(name=f"Bikes for {NAME}", account_id=company.id, currency="USD", contact_id=known.id,
                          close_on=clock.today("UTC"), need=f"Ask {NAME}"))  # fmt: skip
    world.add(StageChange(opportunity_id=deal.id, to_stage="qualify", by="Rita Rep", reason=f"{NAME} wants it"))
    quotes = [sent_quote(company, clock.today("UTC") + timedelta(days=9), number) for number in ("Q-1", "Q-2")]
    order(company, contact_id=known.id, customer_reference=f"by {NAME}", snapshot={"to": NAME})
    with unit_of_work():
        for quote in quotes:
            db.session.get_one(Quote, quote.id).contact_id = known.id
        pdf = files.put(NAME.encode())
        db.session.execute(update(Revision).where(Revision.quote_id == quotes[0].id).values(pdf_key=pdf))
        db.session.execute(update(Revision).where(Revision.quote_id == quotes[1].id).values(
            state="accepted", accepted_at=clock.now(), accepted_by=NAME, snapshot={"to": NAME}))  # fmt: skip
    spring, fair, india = campaign(), make_segment("Fair", size=1), make_segment("India", {"all": []}, size=1)
    for row in (
        CampaignMember(campaign_id=spring.id, contact_id=known.id, source="by hand"),
        SegmentMember(segment_id=fair.id, contact_id=known.id, source="manual"),
        SegmentMember(segment_id=india.id, contact_id=known.id, source="rule"),
        SegmentOverride(segment_id=india.id, contact_id=known.id, inside=True, by="Mia Marketer"),
        Notification(user_id=world.user("rep").id, text=f"{NAME} answered", url="/", reason="x"),
        SavedView(user_id=world.user("rep").id, listing="contacts", name="Them", query=f"q={MAIL}"),
        ContactPoint(channel=Channel.EMAIL, address=MAIL, language="de"),
        DataRequest(
            kind=RequestKind.EXPORT,
            channel=Channel.EMAIL,
            address=MAIL,
            answer_by=clock.today("UTC"),
            address_hash=address_hash(Channel.EMAIL, MAIL),
            note=f"asked by {NAME}",
        ),
        CapturedMessage(channel=Channel.EMAIL, address=MAIL, subject=NAME, raw=NAME.encode()),
        ScoreReceipt(
            noun_of="contacts", record_id=known.id, part="fit", label="Role", points=1, why=NAME, scored_at=clock.now()
        ),
        OutboxEntry(topic="X", job="x", queue="nobody", payload={"to": [MAIL]}, error=f"550 {MAIL}", state="dead"),
    ):
        world.add(row)
    with unit_of_work():
        issue("quote", 1, 1, expires_at=clock.now() + timedelta(days=1), address=MAIL)
        services.suppress(Channel.SMS, "+12065550177", SuppressionReason.MANUAL, f"{NAME} phoned")
    guest(event().id, name=NAME, email=MAIL)
    content = stored(email(MAIL)).content_id
    world.add(MessageLink(content_id=content, position=0, url=f"https://x.example/?who={MAIL}"))
    arrived(answer(stored(email(MAIL)), "Zarathustra says hello to you", sender=f"Z <{MAIL}>"))
    arrived(f"From: x@example.com\nSubject: Who is {NAME}?\n\nCall {NAME} at +1 206 555 0177".encode())
    table = files.put(b"Name;Mail\n" + f"{NAME};{MAIL}".encode("latin-1"))
    work = world.add(LongWork(user_id=world.user("rep").id, kind="import", title="Import", spec={"key": table}))
    world.add(WorkRemark(work_id=work.id, row=1, field="email", reason=f"{MAIL} is known", taken=False))
    world.add(WorkTrace(work_id=work.id, traces=[[1, 1, {"email": MAIL}]]))
    return known


def plant(person: persons.Person, trail: Trail) -> bool:
    """Write the person into every text of a row that is found. Whether there was one."""
    table: Any = trail.model.__table__
    first = db.session.execute(select(*table.primary_key.columns).where(trail.rows(person)).limit(1)).first()
    for column in table.columns:
        plain = isinstance(column.type, String) and not isinstance(column.type, Enum)
        if column.name in f"{NO_TEXTS} {FOUND_BY}".split() or not plain and not isinstance(column.type, JSON):
            continue
        if column.name in (
            "address",
            "sender",
            "envelope",
            "title",
            "email",
            "phone_e164",
            "mobile",
            "mobile_e164",
            "url",
        ):
            continue  # the trail is found by them, or they name the person already
        value: Any = NAME if plain else {"note": [NAME, MAIL]}
        mine = [key == one for key, one in zip(table.primary_key.columns, first or (), strict=first is not None)]
        db.session.execute(update(table).where(*mine).values({column: value})) if first else None
    return first is not None


def dump() -> dict[str, str]:
    """Every row of every table there is, as text, whoever made the table."""
    db.session.rollback()
    found, bind = {}, db.session.connection()
    for name in inspect(bind).get_table_names():
        rows = bind.execute(text(f'SELECT * FROM "{name}"')).all()  # noqa: S608
        found[name] = "\n".join(repr(tuple(row)) for row in rows).lower()
    return found


def hits() -> set[str]:
    return {name for name, rows in dump().items() if any(mark in rows for mark in MARKS)}


def test_what_names_the_person_is_gone_from_the_whole_database(everywhere: Contact, actor: Any, run_jobs: Any) -> None:
    contact_id = everywhere.id
    with unit_of_work():
        person = person_of(contact_id)
        with persons.erasing():
            planted = {trail.name: plant(person, trail) for trail in persons.trails() if not trail.why}
        kept = {trail.name for trail, _ in persons.count(person) if trail.why}
        keys = persons.files_of(person)
    assert [name for name, found in planted.items() if not found] == []
    before = hits()
    assert before > {"contact", "quote_revision", "inbound_mail", "long_work", "work_trace", "outbox_entry"}
    with unit_of_work():
        dropped = services.erase(actor("marketer"), person_of(contact_id))
    assert hits() == {"sales_order", "quote_revision"}, "what the books keep, and the contract"
    assert kept == {"accepted quotes", "orders", "invoices"}
    assert dropped == keys
    assert len(keys) == 4, "a file of theirs, an offer, their letter, and a list that was imported"
    assert {s.reason for s in db.session.scalars(select(Suppression))} == {SuppressionReason.ERASED}
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "erased")).one().changes
    assert told["kept"]["orders"] == [
        1,
        "Commercial law asks for the letters of a deal for years (in Germany HGB 257: six).",
    ]
    run_jobs()
    assert db.session.scalar(select(Segment.size).where(Segment.name == "Fair")) == 0, "counted again without them"


def test_pages_about_what_is_left_still_open(
    everywhere: Contact, actor: Any, client_of: Callable[[str], Client]
) -> None:
    with unit_of_work():
        services.erase(actor("marketer"), person_of(everywhere.id))
    admin = client_of("admin")
    ids = {noun: db.session.scalars(select(model.id)).all() for noun, model in (
        ("inbound", InboundMail), ("quotes", Quote), ("messages", Message), ("opportunities", Opportunity)
    )}  # fmt: skip
    pages = [f"/{noun}/{key}" for noun, keys in ids.items() for key in keys]
    assert {admin.get(page).status_code for page in [*pages, f"/contacts/{everywhere.id}", "/segments"]} == {200}
    assert "Commercial law asks" in client_of("marketer").get("/consent/requests").text


@pytest.mark.sqlite  # PostgreSQL keeps no words beside the rows
def test_the_search_has_no_word_of_them(everywhere: Contact, actor: Any) -> None:

    def words() -> set[str]:
        bind = db.session.connection()
        bind.execute(text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, search_index, row)"))
        return set(bind.execute(text("SELECT term FROM temp.words WHERE term LIKE 'zarath%'")).scalars())

    assert "zarathustra" in words()
    with unit_of_work():
        services.erase(actor("marketer"), person_of(everywhere.id))
    assert words() == set()


def test_every_table_is_one_of_a_person_or_not(app: Flask) -> None:
    """A new table says here, or by a trail, whether customers stand in it."""
    walked = {trail.model.__tablename__ for trail in persons.trails()}
    others = {name for names in OTHERS.values() for name in names.split()}
    assert not walked & others
    assert set(db.metadata.tables) == walked | others
