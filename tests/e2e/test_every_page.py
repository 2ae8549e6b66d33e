"""Every page of the portal in a browser, on a phone, light and dark, as somebody who may see it."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from playwright.sync_api import Browser, Error, Response
from werkzeug.serving import make_server

from portal.kernel import public
from portal.kernel.db import db
from tests.architecture import permission_table as table
from tests.architecture import samples

from .walker import PHONE, Walker

pytestmark = pytest.mark.browser


@pytest.fixture
def address(live_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, live_app, threaded=True)
    home = f"http://127.0.0.1:{server.server_port}"
    reached = {"public_url": home, "staff_url": home}
    live_app.extensions["settings"] = live_app.extensions["settings"].model_copy(update=reached)
    public.reached_at(home)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield home
    public.reached_at("http://portal.test")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def drawn(live_app: Flask) -> Iterator[list[str | None]]:
    """The templates that the server has rendered, the page itself last."""
    names: list[str | None] = []

    def note(sender: Flask, template: Template, **rest: object) -> None:
        names.append(template.name)

    with template_rendered.connected_to(note, live_app):
        yield names


def readable(app: Flask) -> list[tuple[str, str]]:
    """Who may read it, and the address, of every route."""
    found = []
    for endpoint, method, url in table.routes(app, samples.make()):
        allowed = table.expected()[endpoint, method]
        reader = next((person for person in table.PEOPLE if allowed[person] == "ok"), None)
        if method == "GET" and reader is not None and endpoint != "static":
            found.append((reader, url or ""))
    return sorted(found)


def open_page(walker: Walker, url: str) -> bool:
    """Whether it is one: not a file, not the inside of a frame."""
    try:
        answer: Response | None = walker.page.goto(url)
    except Error:  # a download has no page
        return False
    assert answer is not None
    return (
        "html" in answer.headers.get("content-type", "") and "sandbox" not in answer.headers["content-security-policy"]
    )


def test_every_page_is_accessible_narrow_and_quiet(
    live_app: Flask, address: str, drawn: list[str | None], chromium: Browser
) -> None:
    """Once per template."""
    cookies, found, seen = table.cookies(live_app), readable(live_app), set[str | None]()
    db.session.remove()
    walker = Walker(chromium, address, javascript=True, size=PHONE)
    now = table.VISITOR
    for reader, url in found:
        if reader != now:
            walker.become(cookies[now := reader])
        drawn.clear()
        if open_page(walker, url) and drawn and drawn[-1] not in seen:
            seen.add(drawn[-1])
            walker.look()
    walker.close()
    assert len(seen) > 100
    assert not walker.problems, "\n".join(walker.problems)
