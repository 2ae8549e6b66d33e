from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account, Contact
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from tests import world
from tests.accounts.makers import make_account, make_contact

FORM = {"name": "Litware Cycles", "country": "US", "currency": "USD", "language": "en", "payment_days": "30"}


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def as_typed(account, **changes):
    kept = {
        name: getattr(account, name) for name in ("name", "country", "currency", "language", "payment_days", "version")
    }
    return kept | changes


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "maker"), [("/accounts", make_account), ("/contacts", make_contact)])
def test_lists_cost_the_same_for_any_number_of_rows(client_of, count_queries, path, maker, rows):
    for n in range(rows):
        maker(f"Row {n}")
    client = client_of("rep")
    client.get(path)
    count_queries.clear()

    assert client.get(path).text.count("Row ") >= rows
    assert len([s for s in count_queries if s.startswith("SELECT")]) <= 16


def test_an_account_is_made_with_a_number_owner_and_clean_values(client_of):
    data = FORM | {"website": "https://www.litware.example", "phone": "213 555 0193", "vat_id": ""}
    answer = client_of("rep").post("/accounts", data=data)

    account = db.session.scalars(select(Account)).one()
    assert answer.status_code == 303
    assert answer.location == f"/accounts/{account.id}"
    assert account.number == f"A-{clock.now().year}-00001"
    assert (account.domain, account.phone, account.phone_e164) == ("litware.example", "+1 213-555-0193", "+12135550193")
    assert account.owner_id == world.position("rep").id


def test_a_double_click_makes_one_account(client_of):
    client = client_of("rep")
    first, second = (client.post("/accounts", data=FORM | {"nonce": "n"}) for _ in range(2))

    assert first.location == second.location
    assert count(Account) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "This field is required"),
        ({"name": "x" * 201}, "longer than 200"),
        ({"country": "XX"}, "Not a valid choice"),
        ({"vat_id": "DE1"}, "VAT number"),
        ({"phone": "call me"}, "not a phone number"),
        ({"payment_days": "400"}, "between 0 and 365"),
        ({"domain": "gmail.com"}, "does not belong to one company"),
        ({"employees": "many"}, "Not a valid integer"),
        ({"annual_revenue": "99999999999999999999"}, "too large"),
        ({"price_list_id": "77"}, "Not a valid choice"),
    ],
)
def test_wrong_input_is_said_at_its_field_and_kept(client_of, wrong, said):
    answer = client_of("rep").post("/accounts", data=FORM | {"city": "Ötztal <b>"} | wrong)

    assert answer.status_code == 422
    assert said in answer.text
    assert "Ötztal &lt;b&gt;" in answer.text
    assert count(Account) == 0


def test_a_likely_duplicate_is_shown_and_made_only_on_demand(client_of):
    make_account("Litware Cycles Inc.", owner="outsider")
    client = client_of("rep")
    answer = client.post("/accounts", data=FORM)

    assert answer.status_code == 422
    assert "Litware Cycles Inc." in answer.text
    assert "Otto Outsider" in answer.text
    assert "same name" in answer.text
    assert 'href="/accounts/1"' not in answer.text
    assert client.post("/accounts", data=FORM | {"anyway": "y"}).status_code == 303
    assert count(Account) == 2


def test_the_page_shows_what_is_known_of_an_account(client_of):
    account = make_account(city="Bern", country="CH", vat_id="CHE123456789")
    make_contact("Berg", first_name="Ann", account_id=account.id, email="ann@alpine.example")
    page = client_of("rep").get(f"/accounts/{account.id}").text

    for text in (
        "Alpine Ski House",
        "Switzerland",
        "CHE123456789",
        "Ann Berg",
        "ann@alpine.example",
        "Rita Rep",
        "Timeline",
    ):
        assert text in page


@pytest.mark.parametrize("tab", ["", "timeline", "files", "changes", "nonsense"])
def test_every_tab_opens(client_of, tab):
    assert client_of("rep").get(f"/accounts/{make_account().id}?tab={tab}").status_code == 200
    assert client_of("rep").get(f"/contacts/{make_contact().id}?tab={tab}").status_code == 200


@pytest.mark.parametrize(
    ("key", "status"), [("rep", 200), ("manager", 200), ("marketer", 200), ("outsider", 404), ("hr", 403)]
)
def test_who_sees_an_account(client_of, key, status):
    assert client_of(key).get(f"/accounts/{make_account().id}").status_code == status


@pytest.mark.parametrize(("key", "status"), [("outsider", 404), ("marketer", 403), ("finance", 403), ("admin", 403)])
def test_who_does_not_change_an_account(client_of, key, status):
    account = make_account()

    assert client_of(key).post(f"/accounts/{account.id}", data=as_typed(account, name="Changed")).status_code == status
    assert db.session.get(Account, account.id).name == "Alpine Ski House"


def test_the_second_of_two_editors_sees_both_versions_and_may_insist(client_of):
    account = make_account(city="Bern")
    client, sent = client_of("rep"), as_typed(account, city="Basel")
    assert client.post(f"/accounts/{account.id}", data=as_typed(account, city="Zug")).status_code == 303
    refused = client.post(f"/accounts/{account.id}", data=sent)

    assert refused.status_code == 409
    assert "<span>Basel</span>" in refused.text
    assert "<span>Zug</span>" in refused.text
    assert 'name="version" type="hidden" value="2"' in refused.text
    assert client.post(f"/accounts/{account.id}", data=sent | {"version": 2}).status_code == 303
    assert db.session.get(Account, account.id).city == "Basel"


def test_a_contact_is_made_at_its_account(client_of):
    account = make_account("Alpine", number="A-7", country="US")
    client = client_of("rep")
    assert "Alpine (A-7)" in client.get(f"/contacts/new?account={account.id}").text
    data = {
        "last_name": "Berg",
        "account": "alpine",
        "email": " Ann@Alpine.Example",
        "mobile": "213 555 0193",
        "language": "de",
    }
    answer = client.post("/contacts", data=data)

    contact = db.session.scalars(select(Contact)).one()
    assert answer.location == f"/contacts/{contact.id}"
    assert (contact.account_id, contact.email, contact.mobile_e164) == (
        account.id,
        "ann@alpine.example",
        "+12135550193",
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last_name": ""}, "This field is required"),
        ({"email": "nonsense"}, "not an email address"),
        ({"email": "Taken@Alpine.example"}, "Another contact has this address"),
        ({"account": "Nobody Ltd"}, "no account of this name"),
        ({"account": "Twice"}, "Several accounts"),
        ({"account": "Theirs"}, "no account of this name"),
        ({"mobile": "+1 12"}, "too many or too few digits"),
    ],
)
def test_contacts_that_cannot_be(client_of, wrong, said):
    make_contact("First", email="taken@alpine.example")
    make_account("Twice", number="1")
    make_account("Twice Ltd", number="2")
    make_account("Theirs", owner="outsider")
    answer = client_of("rep").post("/contacts", data={"last_name": "Berg", "language": "en"} | wrong)

    assert answer.status_code == 422
    assert said in answer.text
    assert count(Contact) == 1


def test_a_contact_is_changed_and_the_second_editor_is_told(client_of):
    contact = make_contact(email="a@alpine.example")
    client = client_of("rep")
    typed = {"last_name": "Meyer", "email": "b@alpine.example", "language": "en", "version": 1}
    assert client.post(f"/contacts/{contact.id}", data=typed).status_code == 303
    refused = client.post(f"/contacts/{contact.id}", data=typed | {"email": "c@alpine.example"})

    assert refused.status_code == 409
    assert "<span>c@alpine.example</span>" in refused.text
    assert "<span>b@alpine.example</span>" in refused.text


@pytest.mark.parametrize(("key", "status"), [("outsider", 404), ("finance", 403), ("admin", 403)])
def test_who_does_not_change_a_contact(client_of, key, status):
    contact = make_contact()
    data = {"last_name": "Changed", "language": "en", "version": 1}

    assert client_of(key).post(f"/contacts/{contact.id}", data=data).status_code == status
    assert db.session.get(Contact, contact.id).last_name == "Meyer"


def test_a_contact_keeps_an_account_its_editor_does_not_see(client_of):
    hidden = make_account("Hidden", owner="outsider", number="A-9")
    contact = make_contact(account_id=hidden.id)
    data = {"last_name": "Berg", "account": "Hidden (A-9)", "language": "en", "version": 1}

    assert client_of("rep").post(f"/contacts/{contact.id}", data=data).status_code == 303
    found = db.session.get(Contact, contact.id)
    assert (found.last_name, found.account_id) == ("Berg", hidden.id)


def test_pages_in_german_name_countries_in_german(app, client_of):
    with unit_of_work():
        world.user("rep").locale = "de"

    assert "Deutschland" in client_of("rep").get("/accounts/new").text


def test_the_tiles_count_what_is_open_and_late(client_of):
    account = make_account()
    client, place = client_of("rep"), f"/timeline/accounts/{account.id}"
    late = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    client.post(f"{place}/tasks", data={"task-subject": "Call", "task-due_at": late})

    assert "1 overdue" in client.get(f"/accounts/{account.id}").text
