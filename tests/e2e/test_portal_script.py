"""portal.js and htmx in a real browser under the strict policy, and the same page without scripts."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response as AnyResponse

from tests.web.pattern_page import make_app, page_context

POLICY = "default-src 'self'; style-src 'self'; script-src 'self'"
pytestmark = pytest.mark.browser


class Heard:
    """What the server was asked."""

    def __init__(self) -> None:
        self.moves: list[str] = []
        self.themes: list[str] = []
        self.saves: list[str | None] = []
        self.targets: list[str | None] = []


def make_board(heard: Heard) -> Flask:
    app = make_app()
    app.jinja_env.loader = ChoiceLoader([app.jinja_env.loader, FileSystemLoader(Path(__file__).parent)])

    @app.get("/board")
    def board() -> str:
        return render_template("board.html", **(page_context() | {"title": "Board"}))

    @app.get("/import")
    def progress() -> str:
        heard.targets.append(request.headers.get("HX-Target"))
        return '<div id="import-1">All rows are in</div>'

    @app.post("/slow")
    def save() -> tuple[str, int]:
        heard.saves.append(request.headers.get("X-CSRFToken"))
        time.sleep(0.3)
        return "Write the name.", 422

    @app.post("/moves")
    def move() -> AnyResponse:
        heard.moves.append(request.form["stage"])
        return redirect("/board", 303)

    @app.post("/theme")
    def theme() -> AnyResponse:
        heard.themes.append(request.form["theme"])
        return redirect("/board", 303)

    @app.after_request
    def guarded(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def address(heard: Heard) -> Iterator[str]:
    server: BaseWSGIServer = make_server("127.0.0.1", 0, make_board(heard), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1200, "height": 900})
    breaches: list[str] = []
    page.on("console", lambda said: breaches.append(said.text) if "Content Security" in said.text else None)
    page.on("pageerror", lambda error: breaches.append(str(error)))
    page.goto(f"{address}/board")
    yield page
    page.close()
    assert breaches == []


def test_long_work_asks_by_itself_and_is_replaced(page: Page, heard: Heard) -> None:
    expect(page.get_by_text("All rows are in")).to_be_visible(timeout=5000)
    assert heard.targets == ["div#import-1"]


def test_a_refused_request_says_so_and_leaves_the_page(page: Page) -> None:
    page.get_by_role("link", name="Broken").click()
    expect(page.locator("#flash .toast")).to_contain_text("nothing was changed")
    expect(page.locator("#import-1")).to_contain_text("Running")
    page.locator("#flash .dismiss").click()
    expect(page.locator("#flash .toast")).to_have_count(0)


def test_a_form_is_sent_once_with_its_token_and_422_is_shown(page: Page, heard: Heard) -> None:
    page.evaluate("() => { for (let i = 0; i < 3; i++) document.getElementById('slow').requestSubmit() }")
    expect(page.locator("#answer")).to_have_text("Write the name.")
    expect(page.locator("#flash .toast")).to_have_count(0)
    assert len(heard.saves) == 1
    assert heard.saves[0]
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#slow")).not_to_have_attribute("aria-busy", "true")
    assert len(heard.saves) == 2


def test_theme_changes_at_once_and_is_told_to_the_server(page: Page, heard: Heard) -> None:
    button = page.get_by_role("button", name="Switch between light and dark")
    for theme in ("dark", "light"):
        with page.expect_response("**/theme"):
            button.click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    assert heard.themes == ["dark", "light"]


def test_who_has_not_chosen_gets_the_theme_of_the_system(chromium: Browser, address: str) -> None:
    for scheme in ("dark", "light"):
        page = chromium.new_page(color_scheme=scheme)
        page.goto(f"{address}/board")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        page.close()


def test_slash_goes_to_the_search(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()


def test_dropping_a_card_presses_its_move_button(page: Page, heard: Heard) -> None:
    with page.expect_navigation():
        page.locator("#deal").drag_to(page.locator("[data-lane=propose]"), source_position={"x": 12, "y": 12})
    assert heard.moves == ["propose"]


def test_the_same_page_works_without_scripts(chromium: Browser, address: str, heard: Heard) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/board")
    page.get_by_role("button", name="Move to Propose").click()
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_text("All rows are in")).to_be_visible()
    context.close()
    assert heard.moves == ["propose"]
