import pytest
from sqlalchemy import func, select

from portal.accounts import queries, services
from portal.accounts.models import Account, Contact
from portal.kernel import audit, search
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused
from portal.workspace.rules import import_kinds
from tests import world
from tests.accounts.makers import make_account, make_contact


def contact_with(email):
    return db.session.scalar(select(Contact).where(Contact.email == email))


def test_matches_come_most_certain_first_with_their_reason(app):
    by_name = make_account("Litware, Inc.", number="1")
    by_domain = make_account("Litware Holdings", number="2", domain="litware.example", owner="outsider")
    by_contact = make_account("Something Else", number="3")
    make_account("Another", number="4", domain="another.example")
    make_contact(email="ann@litware.example", account_id=by_contact.id)

    found = queries.matches("litware.example", "LITWARE GmbH", "Ann@Litware.Example")
    assert [(m.account_id, m.reason) for m in found] == [
        (by_contact.id, "has a contact with this address"),
        (by_domain.id, "same email domain"),
        (by_name.id, "same name"),
    ]
    assert queries.matches("", "LITWARE", besides=by_name.id) == []


@pytest.mark.parametrize(("domain", "name"), [("gmail.com", "Nobody"), ("", ""), ("", "Other GmbH")])
def test_free_mail_and_nothing_match_nobody(app, domain, name):
    make_account("Somebody", domain="gmail.com")

    assert queries.matches(domain, name) == []


def test_an_account_lies_in_the_territory_its_address_gives(app, actor):
    with unit_of_work():
        made = services.create_account(actor("rep"), name="Alpine", country="us", region="CA")

    assert made.territory_id == world.territory("Southwest").id
    assert made.country == "US"


def test_making_accounts_takes_permission_and_known_details(app, actor):
    with pytest.raises(Forbidden), unit_of_work():
        services.create_account(actor("finance"), name="Alpine")
    with pytest.raises(TypeError, match="no_such"), unit_of_work():
        services.create_account(actor("rep"), name="Alpine", no_such="x")


def test_a_new_contact_takes_owner_and_territory_of_its_account(app, actor):
    account = make_account(owner="colleague", territory_id=world.territory("Southwest").id)
    with unit_of_work():
        made = services.create_contact(actor("rep"), last_name="Berg", account_id=account.id)

    assert (made.owner_id, made.territory_id) == (account.owner_id, account.territory_id)


def test_others_do_not_change_my_contact(app, actor):
    contact = make_contact()
    with pytest.raises(NotFound), unit_of_work():
        services.update_contact(actor("outsider"), contact.id, version=None, last_name="x")


ROWS = [
    {
        "email": "Ann@Alpine.Example",
        "first_name": "Ann",
        "last_name": "Berg",
        "mobile": "213 555 0193",
        "account": "A-1",
    },
    {"email": "bob@alpine.example", "last_name": "Cole", "account": "alpine"},
    {"email": "old@alpine.example", "job_title": "Owner", "first_name": ""},
    {"email": "same@alpine.example", "last_name": "Same"},
    {"email": "", "last_name": "Nobody"},
    {"email": "nonsense", "last_name": "x"},
    {"email": "new@alpine.example"},
    {"email": "ann@alpine.example", "last_name": "Twice"},
    {"email": "x@alpine.example", "last_name": "x", "account": "Nobody Ltd"},
    {"email": "y@alpine.example", "last_name": "y", "phone": "call me"},
]


def imported(actor, rows=ROWS):
    with unit_of_work():
        return services.import_contact_rows(actor, rows)


def test_rows_add_change_or_are_refused_one_by_one(app, actor):
    account = make_account("Alpine", number="A-1", country="US")
    old = make_contact("Old", first_name="Otto", email="old@alpine.example")
    make_contact("Same", email="same@alpine.example")
    report = imported(actor("operator"))

    assert (report.added, report.changed) == (5, 1)
    assert [(r.row, r.field) for r in report.refused] == [(5, "email"), (6, "email"), (8, "")]
    assert [(r.row, r.field) for r in report.notes] == [(7, "last_name"), (9, "account"), (10, "phone")]
    assert contact_with("new@alpine.example").last_name == "new"
    assert contact_with("y@alpine.example").phone == ""
    ann = contact_with("ann@alpine.example")
    assert (ann.name, ann.account_id, ann.owner_id, ann.mobile_e164) == (
        "Ann Berg",
        account.id,
        account.owner_id,
        "+12135550193",
    )
    kept = db.session.get(Contact, old.id)
    assert (kept.name, kept.job_title, kept.version) == ("Otto Old", "Owner", 2)
    assert [entry.changes for entry in audit.history("contacts", old.id)][0] == {"job_title": ["", "Owner"]}
    assert search.find("berg", nouns=["contacts"])


def test_the_same_rows_again_change_nothing(app, actor):
    make_account("Alpine", number="A-1", country="US")
    imported(actor("operator"), ROWS[:2])
    again = imported(actor("operator"), ROWS[:2])

    assert (again.added, again.changed) == (0, 0)


def test_somebody_elses_contact_is_refused_and_kept(app, actor):
    theirs = make_contact("Theirs", owner="outsider", email="t@alpine.example")
    report = imported(actor("rep"), [{"email": "t@alpine.example", "last_name": "Mine"}])

    assert report.refused[0].reason == "This belongs to somebody else."
    assert db.session.get(Contact, theirs.id).last_name == "Theirs"


def test_a_slice_costs_few_statements_whatever_its_size(app, actor, count_queries):
    who = actor("operator")

    def cost(letter, n):
        """SQLite gives ids row by row within one cursor, so the rows themselves are left out there."""
        rows = [{"email": f"{letter}{i}@alpine.example", "last_name": f"N{i}"} for i in range(n)]
        count_queries.clear()
        imported(who, rows)
        return len([s for s in count_queries if not s.startswith("INSERT INTO contact ")])

    assert cost("b", 500) <= cost("c", 5) + 4
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 505


def test_who_may_import_finds_contacts_among_the_kinds(app, actor):
    assert "contacts" in [kind.name for kind in import_kinds(actor("marketer"))]
    assert "contacts" not in [kind.name for kind in import_kinds(actor("rep"))]
    with pytest.raises(Forbidden):
        imported(actor("finance"))


def test_a_named_account_is_found_by_number_name_or_both(app, actor):
    account = make_account("Alpine", number="A-1")

    for text in ("A-1", "Alpine (A-1)", "alpine inc."):
        assert queries.account_named(actor("rep"), text) is account
    for text in ("", "()", "Nobody", "A-2"):
        with pytest.raises(Refused):
            queries.account_named(actor("rep"), text)
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
