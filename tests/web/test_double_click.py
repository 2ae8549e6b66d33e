"""Every form that makes something, found by walking the pages as each person: sent twice, it makes it once."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.db import db
from portal.web.records import PAGES, model_of
from tests import world
from tests.conftest import Client
from tests.opportunities import makers as deals
from tests.quotes import makers as quotes

UNCOUNTED = {"audit_entry", "form_nonce", "sign_in", "heartbeat", "search_entry"}  # they note who did what, not what was made
PEOPLE = ("admin", "rep", "finance", "marketer", "operator")
MUST_MEET = ("/leads/new", "/accounts/new", "/contacts/new", "/quotes", "/landing/new", "/opportunities/")
numbers = count(1)


def test_a_second_click_makes_nothing(app: Flask, client_of: Callable[[str], Client]) -> None:
    deals.lead()
    deals.ready()
    quotes.accepted()
    tried: set[str] = set()
    made: dict[str, str] = {}
    twice: list[str] = []
    for person in PEOPLE:
        client = client_of(person)
        for address in addresses(app):
            page = client.get(address)
            if page.status_code != 200 or page.mimetype != "text/html":
                continue
            for action, values in forms(page.text, address):
                if action in tried or "csrf" in action or "signout" in action:
                    continue
                before = rows()
                first = client.post(action, data=values)
                new = rows() - before
                if first.status_code not in (403, 404):
                    tried.add(action)  # others would do the same
                if first.status_code not in (204, 302, 303) or not new:
                    continue
                made[action] = ", ".join(new)
                once = rows()
                client.post(action, data=values)
                if more := rows() - once:
                    twice.append(f"{action} as {person}: {dict(more)}")
    assert twice == []
    assert [wanted for wanted in MUST_MEET if not any(action.startswith(wanted) for action in made)] == [], made


def addresses(app: Flask) -> Iterator[str]:
    """Every page without parameters, and the page of the newest record of each kind."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.endpoint.startswith(("security.", "static")):
            yield rule.rule
    with app.test_request_context():
        for noun, endpoint in PAGES.items():
            newest = db.session.scalar(select(func.max(model_of(noun).id)))  # type: ignore[attr-defined]
            if newest:
                yield app.url_for(endpoint, record_id=newest)


def rows() -> Counter[str]:
    """How many rows each table has."""
    tables = [table for table in db.metadata.sorted_tables if table.name not in UNCOUNTED]
    columns = [select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in tables]
    return Counter(dict(db.session.execute(select(*columns)).one()._mapping))


def forms(page: str, address: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The POST forms of a page, filled in as a person might."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    for form in root.iter("form"):
        if form.get("method") == "post" and form.get("enctype") is None:
            yield form.get("action") or address, dict(fields(form))


def fields(form: Element) -> Iterator[tuple[str, str]]:
    for field in form.iter():
        name = field.get("name")
        if name is None or field.tag not in ("input", "select", "textarea", "button"):
            continue
        if field.tag == "select":
            options = [option.get("value", option.text or "") for option in field.iter("option")]
            yield name, next((value for value in options if value not in ("", "0")), "")
        elif field.tag == "textarea":
            yield name, "Some words"
        elif field.get("type") not in ("checkbox", "file") or field.get("required") is not None:
            yield name, typed(field, name)


def typed(field: Element, name: str) -> str:
    if field.get("value"):
        return str(field.get("value"))
    number, kind = next(numbers), field.get("type", "text")
    if kind == "date":
        return str(clock.now().date() + timedelta(days=30))
    if kind == "email" or "email" in name:
        return f"somebody{number}@example-{number}.com"
    if kind in ("number",) or field.get("inputmode") in ("decimal", "numeric"):
        return "1"
    return f"word-{number}" if kind in ("text", "search", "tel", "url") else ""
