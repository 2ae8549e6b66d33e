"""Forms: a double click acts once, two editors see both versions and pick."""

import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account
from portal.kernel.db import db, unit_of_work
from portal.kernel.nonces import FormNonce
from tests import world

NEW = {"name": "Alpine Ski House", "country": "US", "currency": "USD", "language": "en", "payment_days": "30"}


def test_twenty_clicks_at_once_make_one_account(live_app):
    """All answers lead to the same page. Without the nonce every one of them makes an account of its own."""
    answers = race(live_app, NEW | {"nonce": "one-and-the-same"}, 20)
    assert {status for status, _ in answers} == {303}
    assert len({place for _, place in answers}) == 1
    assert number_of_accounts() == 1


def test_the_race_is_real(live_app):
    """The control: other forms, other accounts."""
    race(live_app, None, 6)

    assert number_of_accounts() == 6


def race(app, form, clicks):
    clients = [app.test_client().sign_in(world.user("rep")) for _ in range(clicks)]
    db.session.remove()
    answers, ready = [], threading.Barrier(clicks, timeout=30)

    def click(n):
        with app.app_context():
            ready.wait()
            data = form or NEW | {"nonce": f"n{n}", "name": f"Shop {n}"}
            answer = clients[n].post("/accounts", data=data)
            answers.append((answer.status_code, answer.location))
            db.session.remove()

    threads = [threading.Thread(target=click, args=(n,)) for n in range(clicks)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return answers


def number_of_accounts():
    db.session.rollback()
    return db.session.scalar(select(func.count(Account.id)))


def test_a_refused_form_can_be_sent_again(client_of):
    client = client_of("rep")
    assert client.post("/accounts", data=NEW | {"name": "", "nonce": "x"}).status_code == 422
    assert db.session.scalars(select(FormNonce)).all() == []

    assert client.post("/accounts", data=NEW | {"nonce": "x"}).status_code == 303


def conflicting(client_of, **form):
    """Rita changed the city; Max, who opened the form before, sends his."""
    account = world.add(
        Account(number="A-1", name="Alpine", city="Bern", country="CH", owner_id=world.position("rep").id)
    )
    with unit_of_work():
        db.session.get(Account, account.id).city = "Basel"
    client = client_of("manager")
    mine = NEW | {"name": "Alpine", "country": "CH", "city": "Chur", "version": "1", "nonce": "y"}
    return client, account.id, client.post(f"/accounts/{account.id}", data=mine | form)


def test_the_second_editor_sees_both_versions_and_keeps_what_was_typed(client_of):
    _, account_id, answer = conflicting(client_of)

    assert answer.status_code == 409
    assert '<input type="radio" name="keep-city" value="mine" checked><span>Chur</span>' in answer.text
    assert '<input type="radio" name="keep-city" value="theirs"><span>Basel</span>' in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    assert stored(account_id).city == "Basel"


@pytest.mark.parametrize(("pick", "city"), [("mine", "Chur"), ("theirs", "Basel")])
def test_the_picked_value_is_saved(client_of, pick, city):
    client, account_id, _ = conflicting(client_of)
    form = NEW | {"name": "Alpine 2", "country": "CH", "city": "Chur", "version": "2", "nonce": "y", "keep-city": pick}

    assert client.post(f"/accounts/{account_id}", data=form).status_code == 303

    assert (stored(account_id).city, stored(account_id).name) == (city, "Alpine 2")


def test_a_pick_for_a_field_that_is_none_does_nothing(client_of):
    _, account_id, answer = conflicting(
        client_of, **{"keep-owner_id": "theirs", "keep-nonce": "theirs", "keep-": "theirs"}
    )

    assert answer.status_code == 409
    assert stored(account_id).owner_id == world.position("rep").id


def stored(account_id):
    return db.session.get(Account, account_id, populate_existing=True)


def test_days_and_choices_are_compared_in_words(app):
    from wtforms import BooleanField, DateField, SelectField
    from wtforms.fields.choices import SelectChoice

    from portal.web.forms import EditForm

    class Edit(EditForm):
        day = DateField("Day")
        owner = SelectField(
            "Owner", choices=[SelectChoice("1", "Rita Rep"), SelectChoice("2", "Max Manager")], coerce=int
        )
        called = BooleanField("Called")

    with app.test_request_context():
        form = Edit(formdata=None, data={"day": date(2026, 1, 2), "owner": 1, "called": True})
        form.compare({"day": date(2026, 1, 3), "owner": 2, "called": False, "version": 7})

    assert form.conflict == [
        ("Day", "2026-01-02", "2026-01-03"),
        ("Owner", "Rita Rep", "Max Manager"),
        ("Called", "yes", "no"),
    ]
    assert form.version.data == 7


def test_text_is_read_without_what_no_text_holds(app):
    from wtforms import StringField, TextAreaField

    from portal.web.forms import Form

    class Write(Form):
        name = StringField("Name")
        note = TextAreaField("Note")
        absent = StringField("Absent")

    sent = {"name": " Jo\0rg\u202e \n\t Gro\u0308ber ", "note": "one\r\ntwo  \0three\n"}
    with app.test_request_context(method="POST", data=sent):
        assert Write().values() == {"name": "Jorg Gröber", "note": "one\ntwo  three", "absent": ""}
