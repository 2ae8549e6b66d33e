"""The designer by hand and by keyboard: blocks are dragged, moved by their arrows, and pressed faster than answers come."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Portal
from .walker import Walker

pytestmark = pytest.mark.browser
EMPTY = ["Logo", "Heading", "Text", "Footer"]


def block(page: Page, kind: str) -> Locator:
    return page.locator(".mail").get_by_role("group", name=kind, exact=True)


def expect_order(page: Page, *kinds: str) -> None:
    blocks = page.locator(".mail [data-block]")
    expect(blocks).to_have_count(len(kinds))
    for at, kind in enumerate(kinds):
        expect(blocks.nth(at)).to_have_attribute("aria-label", kind)


def drag(page: Page, what: Locator, to: Locator) -> None:
    """Onto the upper part of it, as a hand does: not at once."""
    what.scroll_into_view_if_needed()
    start, end = what.bounding_box(), to.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 40, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] / 2 + 10, steps=3)
    page.mouse.move(end["x"] + 100, end["y"] + end["height"] / 5, steps=8)
    page.wait_for_timeout(300)  # it comes to rest: blocks make room within 120 ms
    page.mouse.up()


def test_blocks_are_placed_by_hand_and_by_keyboard(portal: Portal, chromium: Browser) -> None:
    marketer = Walker(chromium, portal.url, javascript=True, themes="")
    page = marketer.page
    page.goto("/signin")
    page.get_by_role("button", name="Wanida Benshoof").click()
    page.goto("/emails/new")
    page.get_by_label("Name").fill("Placed by hand")
    page.get_by_role("button", name="Begin").click()
    expect_order(page, *EMPTY)
    page.wait_for_load_state()

    palette = page.get_by_label("Blocks to add")
    for kind in ("Columns", "Button", "Quote"):  # nobody waits for an answer
        palette.get_by_role("button", name=kind, exact=True).click(no_wait_after=True)
    expect_order(page, "Logo", "Heading", "Text", "Columns", "Button", "Quote", "Footer")

    drag(page, block(page, "Button"), block(page, "Heading"))
    expect_order(page, "Logo", "Button", "Heading", "Text", "Columns", "Quote", "Footer")
    drag(page, palette.get_by_role("button", name="Divider", exact=True), block(page, "Text"))
    expect_order(page, "Logo", "Button", "Heading", "Divider", "Text", "Columns", "Quote", "Footer")
    drag(page, block(page, "Quote"), block(page, "Columns").locator("[data-blocks]").first)
    expect(block(page, "Columns").get_by_role("group", name="Quote")).to_have_count(1)

    page.get_by_role("button", name="Move up: Divider").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    by_hand = ("Logo", "Divider", "Button", "Heading", "Text", "Columns", "Quote", "Footer")
    expect_order(page, *by_hand)
    expect(page.get_by_role("button", name="Move up: Divider")).to_be_focused()
    page.keyboard.press("Control+z")
    expect_order(page, "Logo", "Button", "Divider", *by_hand[3:])
    marketer.go(re.sub(r"^https?://[^/]+", "", page.url))  # as it is kept, and looked at closely
    expect_order(page, "Logo", "Button", "Divider", *by_hand[3:])
    assert marketer.problems == []
    marketer.close()
