"""Somebody at a browser who looks at every page: accessible, narrow enough for a phone, quiet, and at home."""

import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, ViewportSize, expect

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = "rules => axe.run(document, {resultTypes: ['violations'], ...rules}).then(found => found.violations.map(" \
    "v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`))"  # fmt: skip
CONTRAST = {"runOnly": ["color-contrast"]}  # the one rule that a second theme can break
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 120)).concat(`width ${document.documentElement.scrollWidth}`)"""
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE = 60.0  # seconds for work that a worker does


class Walker:
    """One person with one browser; `problems` is what they noticed on the way."""

    def __init__(
        self,
        chromium: Browser,
        home: str,
        *,
        javascript: bool,
        seen: set[str] | None = None,
        themes: str = "light dark",
        size: ViewportSize = DESK,
    ) -> None:
        """`seen` is shared by people of whom one look is enough. Without `themes` axe is not asked."""
        self.javascript = javascript
        self.themes = themes.split()
        self.size = size
        self.home = home
        self.problems: list[str] = []
        self._seen = set[str]() if seen is None else seen
        self._context = chromium.new_context(
            base_url=home, java_script_enabled=javascript, viewport=self.size, locale="en-US"
        )
        self._context.set_default_timeout(15_000)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def close(self) -> None:
        self._context.close()

    def become(self, session: str) -> None:
        """The person of this cookie; nobody for an empty one."""
        self._context.clear_cookies()
        if session:
            self._context.add_cookies([{"name": "session", "value": session, "url": self.home}])

    def _heard(self, message: ConsoleMessage) -> None:
        expected = "the server responded with a status of 422" in message.text
        if message.type in ("error", "warning") and not expected:
            self.problems.append(f"{self.page.url} console: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and not request.url.startswith(self.home):
            self.problems.append(f"{self.page.url} asked another host: {request.url[:120]}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 or response.status in (403, 404):
            self.problems.append(f"{response.request.method} {response.url}: {response.status}")

    def go(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def click(self, what: Locator) -> None:
        """Press it and look at where it leads."""
        what.click()
        self.page.wait_for_load_state()
        self.look()

    def sign_in(self, name: str) -> None:
        self.go("/signin")
        self.click(self.page.get_by_role("button", name=name))

    def look(self) -> None:
        """Once per kind of page; a script is needed to look."""
        path = urlsplit(self.page.url)
        kind = re.sub(r"\d+|(?<=/[qi]/)[\w-]{20,}", "N", path.path) + ("?" + path.query if "tab=" in path.query else "")
        if not self.javascript or kind in self._seen:
            return
        self._seen.add(kind)
        if self.themes:
            self.page.evaluate(AXE)
        for theme in self.themes:
            self.page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
            rules = {} if theme == self.themes[0] else CONTRAST
            self.problems += [f"{kind} ({theme}) {problem}" for problem in self.page.evaluate(RUN_AXE, rules)]
        if len(self.themes) > 1:
            self.page.evaluate("document.documentElement.dataset.bsTheme = 'light'")
        if self.size != PHONE:
            self.page.set_viewport_size(PHONE)
        self.problems += [f"{kind} at 360 px: {wide}" for wide in self.page.evaluate(TOO_WIDE)]
        if self.size != PHONE:
            self.page.set_viewport_size(self.size)

    def until(self, wanted: Locator, patience: float = PATIENCE) -> None:
        """Load the page again until a worker has done its part."""
        deadline = time.monotonic() + patience
        while not wanted.first.is_visible():
            assert time.monotonic() < deadline, f"{wanted} did not appear on {self.page.url}"
            self.page.wait_for_timeout(250)
            self.page.reload()
            assert not any(": 500" in problem for problem in self.problems), self.problems
        expect(wanted.first).to_be_visible()
