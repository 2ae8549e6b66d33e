"""Rows as other programs write them: what is read, what is left out and said so, what is refused; and taking it back."""

import io
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from jobs.accounts import take_accounts, take_contacts
from jobs.leads import take_leads
from jobs.workspace import move_along
from portal.accounts.models import Account, AccountAssignment, Contact
from portal.accounts.rules import amount_in, first_email, normal_email
from portal.activities.services import log
from portal.activities.states import Kind
from portal.consent.models import Consent, ConsentEvent
from portal.consent.services import record, suppress
from portal.consent.states import Channel, ConsentState, Purpose, SuppressionReason
from portal.kernel import audit, bulk, search
from portal.kernel.actor import act_as
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.kernel.places import country_called
from portal.leads.models import Lead
from portal.workspace.models import LongWork
from portal.workspace.queries import remarks_of
from tests.accounts.makers import make_account, make_contact


@pytest.fixture
def take(actor):
    """Hand rows to one kind of import as sales operations does."""

    def run(act, *rows):
        with act_as(actor("operator")), unit_of_work():
            return act(rows)

    return run


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ann@a.example", ("ann@a.example", False)),
        ("Ann Berg <ann@a.example>", ("ann@a.example", False)),
        ("mailto:ann@a.example", ("ann@a.example", False)),
        ("\u200bann@a.example\u00a0", ("ann@a.example", False)),
        ("ann@a.example; bob@a.example", ("ann@a.example", True)),
    ],
)
def test_an_address_is_found_in_what_programs_export(text, found):
    assert first_email(text) == found


@pytest.mark.parametrize(
    "text", ["two@@a.example", "space in@a.example", "ann@a.example,", "n/a", ".a@a.example", "a@x_y.de"]
)
def test_what_is_no_address_stays_none(text):
    with pytest.raises(Refused):
        normal_email(first_email(text)[0])


def test_an_international_domain_is_kept_as_mail_servers_write_it():
    assert normal_email("Info@Bücher.example") == "info@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("text", "code"),
    [("de", "DE"), ("Deutschland", "DE"), ("U.S.A.", "US"), ("Great Britain", "GB"), ("Österreich", "AT"), ("Holland", "NL"),
     ("Ivory Coast", "CI"), ("Czech Republic", "CZ"), ("Nowhere", None), ("", None)],
)  # fmt: skip
def test_a_country_is_known_by_its_names(text, code):
    assert country_called(text) == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234.567,89", "1234567.89"),
        ("$1,234,567.89", "1234567.89"),
        ("12 000", "12000"),
        ("1,234", "1234"),
        ("1,5", "1.5"),
    ],
)
def test_an_amount_is_read_in_any_spelling(text, value):
    assert amount_in(text, 10**9, "x") == Decimal(value)


@pytest.mark.parametrize("text", ["many", "-5", "", "99999999999"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Refused):
        amount_in(text, 10**9, "x")


def test_accounts_come_in_by_number_or_name(app, take):
    make_account("Alpine", number="A-1", city="Old")
    make_account("Twin", number="T-1")
    make_account("Twin GmbH", number="T-2")

    outcome = take(
        take_accounts,
        {"number": "A-1", "city": "New"},
        {
            "name": "Nord",
            "country": "Deutschland",
            "phone": "030 901820",
            "annual_revenue": "1.500.000,50",
            "employees": "many",
        },
        {"name": "Twin Inc.", "city": "x"},
        {"name": "", "city": "y"},
        {"name": "Alpine", "number": "LEGACY-7"},
    )

    assert (outcome.added, outcome.changed) == (2, 1)
    assert [(r.row, r.field) for r in outcome.refused] == [(3, "name"), (4, "name")]
    assert [(r.row, r.field) for r in outcome.notes] == [(2, "employees"), (5, "name")]
    made = db.session.scalars(select(Account).where(Account.name == "Nord")).one()
    assert (made.country, made.phone_e164, made.annual_revenue) == ("DE", "+4930901820", Decimal("1500000.5"))
    assert (made.number[:2], made.name_key) == ("A-", "nord")
    assert db.session.scalar(select(Account.city).where(Account.number == "A-1")) == "New"
    assignment = db.session.scalars(select(AccountAssignment).where(AccountAssignment.account_id == made.id)).one()
    assert (assignment.owner_id, assignment.by, assignment.ends_on) == (made.owner_id, "Ola Operator", None)
    assert bulk.held(Account, [made.id]) == set()


def test_new_rows_are_found_and_audited_like_any_other(app, take):
    take(take_contacts, {"email": "zoe@alpine.example", "full_name": "Zoë Quill"})

    made = db.session.scalars(select(Contact)).one()
    assert (made.first_name, made.last_name, made.version) == ("Zoë", "Quill", 1)
    assert [hit.record_id for hit in search.find("quill", nouns=["contacts"])] == [made.id]
    entry = audit.history("contacts", made.id)[0]
    assert (entry.action, entry.actor) == ("imported", "Ola Operator")
    assert entry.changes["email"] == [None, "zoe@alpine.example"]
    with unit_of_work():
        made.last_name = "Quince"
    assert not search.find("quill", nouns=["contacts"])
    assert search.find("quince", nouns=["contacts"])


def test_leads_are_routed_scored_and_matched_to_open_ones(app, take):
    take(take_leads, {"email": "kim@lit.example", "company": "Lit", "country": "US", "phone": "(425) 555-0123"})
    outcome = take(
        take_leads,
        {"email": "KIM@lit.example", "job_title": "Buyer"},
        {"email": "new@lit.example", "country": "Nowhere"},
        {"email": "two@@lit.example"},
    )

    assert (outcome.added, outcome.changed) == (1, 1)
    assert [(r.row, r.field) for r in outcome.refused] == [(3, "email")]
    assert [(r.row, r.field) for r in outcome.notes] == [(2, "country"), (2, "last_name")]
    kim = db.session.scalars(select(Lead).where(Lead.email == "kim@lit.example")).one()
    assert (kim.last_name, kim.job_title, kim.source) == ("kim", "Buyer", "Import")
    assert kim.assigned_because
    assert kim.scored_at


def test_a_file_says_who_wants_news_but_overrules_nobody(app, take):
    with unit_of_work():
        record(Channel.EMAIL, "left@a.example", Purpose.COMMERCIAL, ConsentState.OPTED_OUT, source="customer link")
        record(Channel.EMAIL, "in@a.example", Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="landing:x")
        suppress(Channel.EMAIL, "left@a.example", SuppressionReason.UNSUBSCRIBED)
    take(
        take_contacts,
        {"email": "left@a.example", "consent": "yes"},
        {"email": "in@a.example", "unsubscribed": "2024-02-01 08:00"},
        {"email": "new@a.example", "consent": "2023-01-01"},
        {"email": "maybe@a.example", "consent": "perhaps"},
        {"email": "never@a.example", "consent": "opt-out"},
    )

    now = dict(db.session.execute(select(Consent.address, Consent.state)).all())
    assert now == {
        "left@a.example": ConsentState.OPTED_OUT,
        "in@a.example": ConsentState.OPTED_OUT,
        "new@a.example": ConsentState.OPTED_IN,
        "never@a.example": ConsentState.OPTED_OUT,
    }
    sources = db.session.scalars(select(ConsentEvent.source).where(ConsentEvent.address == "new@a.example")).all()
    assert sources == ["import by Ola Operator"]


FILE = (
    "Email,Last name,Job title\nann@a.example,Berg,Buyer\nold@a.example,Older,\nnonsense,=1+1,\nbob@a.example,Cole,\n"
)


def imported(client, content=FILE):
    data = {"kind": "contacts", "file": (io.BytesIO(content.encode()), "people.csv"), "nonce": "f"}
    mapping = client.post("/imports", data=data, content_type="multipart/form-data").location
    chosen = {"column-0": "email", "column-1": "last_name", "column-2": "job_title", "nonce": "r"}
    page = client.post(f"{mapping}/run", data=chosen).location
    while move_along("w"):
        pass
    return page


def test_an_import_can_be_undone_but_for_what_was_touched_since(client_of):
    make_contact("Old", email="old@a.example")
    client = client_of("operator")
    page = imported(client)
    bob = db.session.scalars(select(Contact).where(Contact.email == "bob@a.example")).one()
    with unit_of_work():
        db.session.get(Contact, bob.id).job_title = "Owner"
    assert "Undo this import" in client.get(page).text

    undoing = client.post(f"{page}/reversal", data={"nonce": "u"}).location
    while move_along("w"):
        pass

    assert dict(db.session.execute(select(Contact.email, Contact.last_name)).all()) == {
        "old@a.example": "Old",
        "bob@a.example": "Cole",
    }
    assert not search.find("berg", nouns=["contacts"])
    assert "Somebody has changed or removed this record since." in client.get(undoing).text
    assert "Undo this import" not in client.get(page).text
    assert client.post(f"{page}/reversal", data={"nonce": "v"}).status_code == 303
    assert db.session.scalar(select(func.count(LongWork.id))) == 2


def test_what_is_in_use_stays_when_an_import_is_undone(client_of):
    client = client_of("operator")
    page = imported(client)
    ann = db.session.scalars(select(Contact.id).where(Contact.email == "ann@a.example")).one()
    with unit_of_work():
        log(Kind.NOTE, "Called", author="Ola", about=[("contacts", ann)])
    assert bulk.held(Contact, [ann]) == {ann}
    undoing = client.post(f"{page}/reversal", data={"nonce": "u"}).location
    while move_along("w"):
        pass

    assert set(db.session.scalars(select(Contact.email))) == {"ann@a.example"}
    assert "This record is in use by now." in client.get(undoing).text


def test_nobody_undoes_what_others_imported(client_of):
    page = imported(client_of("operator"))

    assert client_of("outsider").post(f"{page}/reversal").status_code == 404
    assert client_of("admin").post(f"{page}/reversal").status_code == 303
    assert db.session.scalar(select(func.count(Contact.id))) == 3


def test_the_rows_to_mend_come_with_their_cells(client_of):
    client = client_of("operator")
    page = imported(client)

    text = client.get(f"{page}/refusals").data.decode("utf-8-sig")
    assert text.splitlines() == [
        '"Email","Last name","Job title","Row","Field","Reason","Came in"',
        '"nonsense","\'=1+1","","4","Email","This is not an email address: An email address must have an @-sign.","no"',
    ]


def test_of_two_rows_about_one_person_the_first_counts_however_far_apart(client_of, monkeypatch):
    monkeypatch.setattr("jobs.workspace.IMPORTED", 2)
    monkeypatch.setattr("jobs.workspace.TURN", -1)
    rows = "".join(f"p{n}@a.example,N{n},\n" for n in range(5))
    page = imported(client_of("operator"), f"Email,Last name,Job title\n{rows}P1@A.example,Twice,\n")

    work = db.session.scalars(select(LongWork)).one()
    assert (work.added, work.changed, work.refused) == (5, 0, 1)
    assert [(one.row, one.reason) for one in remarks_of(work.id)] == [(7, "This is row 3 again, which counts.")]
    assert page
