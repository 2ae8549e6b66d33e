"""A form sent twice makes one record, whatever it makes."""

import pytest
from sqlalchemy import func, select

from portal.kernel.db import db
from portal.migrations.models import metadata
from tests import world
from tests.landing.makers import landing_page
from tests.opportunities import makers as sales
from tests.quotes import makers as quotes
from tests.story.forms import complaints, forms_of

# what a second click may add: a device seen, a counter, the nonce itself
PASSING = {"form_nonce", "sign_in", "heartbeat", "setting"}


def rows():
    """Table -> number of rows."""
    tables = [t for name, t in metadata().tables.items() if name not in PASSING]
    return {t.name: db.session.scalar(select(func.count()).select_from(t)) for t in tables}


# who, the page that shows the form, where the form goes, what is typed
CREATING = {
    "account": ("rep", "/accounts/new", "/accounts", {"name": "Alpine Ski House", "country": "US"}),
    "contact": ("rep", "/contacts/new", "/contacts", {"last_name": "Meyer", "email": "h.meyer@alpine.example"}),
    "lead": (
        "rep", "/leads/new", "/leads/new",
        {"last_name": "Berch", "email": "m.berch@pro.example", "country": "US", "source": "Fair"},
    ),
    "task": ("rep", "/tasks/new", "/tasks", {"subject": "Call Kevin", "due_at": "2030-01-05T10:00"}),
    "opportunity": (
        "rep", "/opportunities/new?account={account}", "/opportunities/new?account={account}",
        {"name": "Spring", "close_on": "2030-03-01"},
    ),
    "note": ("rep", "/accounts/{account}", "/timeline/accounts/{account}/notes", {"note-body": "Rang"}),
    "line": ("rep", "/opportunities/{deal}?find=Road", "/opportunities/{deal}/lines", {"quantity": "2"}),
    "quote": ("rep", "/quotes/new?account_id={account}", "/quotes", {"subject": "Spring range"}),
    "qualification": ("rep", "/leads/{lead}/qualification", "/leads/{lead}/qualification", {"name": "First order"}),
    "landing page": (
        "marketer", "/landing/new", "/landing/new",
        {"slug": "spring", "title": "Spring", "consent_wording": "News", "thanks": "We call.", "source": "Spring page"},
    ),
    "score rule": ("marketer", "/scoring/rules/new", "/scoring/rules/new", {"label": "Big", "points": "5", "value": "50"}),
    "territory": ("operator", "/territories/new", "/territories/new", {"name": "Iceland"}),
    "territory rule": ("operator", "/territories/{territory}", "/territories/{territory}/rules", {"country": "IS"}),
    "product": ("operator", "/products/new", "/products", {"sku": "X-1", "name": "Bell", "unit": "piece"}),
    "price list": ("operator", "/price-lists/new", "/price-lists", {"name": "Nordic", "currency": "EUR"}),
    "position": ("hr", "/organization/new", "/organization/new", {"title": "Trainee"}),
    "person": ("admin", "/users/new", "/users/new", {"name": "New Person", "email": "new@test.example", "roles": "rep"}),
    "invoice": ("finance", "/orders/{order}", "/orders/{order}/invoice", {}),
    "public form": (
        None, "/p/resellers", "/p/resellers",
        {"name": "Ann Lee", "email": "ann@lee.example", "country": "US", "consent": "y"},
    ),
}  # fmt: skip


@pytest.fixture
def records(app):
    """The ids that addresses are filled with."""
    landing_page()
    customer = sales.account()
    sales.contact(customer)
    return {
        "account": customer.id,
        "deal": sales.deal().id,
        "product": sales.product().id,
        "lead": sales.lead().id,
        "territory": world.territory("Germany").id,
        "order": quotes.accepted(),
    }


@pytest.mark.parametrize("what", CREATING)
def test_sent_twice_counts_once(what, records, client, client_of, frozen_form_age):
    who, page, action, typed = CREATING[what]
    browser = client_of(who) if who else client
    page, action = page.format(**records), action.format(**records)
    shown = browser.get(page)
    assert shown.status_code == 200
    form = next(f for f in forms_of(shown.text, page) if f.action == action)
    sent = form.values | typed
    before = rows()
    with frozen_form_age():
        first = browser.post(action, data=sent)
        between = rows()
        second = browser.post(action, data=sent)

    assert first.status_code == 303, complaints(first.text)
    assert (second.status_code, second.location) == (303, first.location)
    assert rows() == between
    assert between != before
