"""An empty portal from its first printed line to a passkey, in a browser with a key of its own."""

import re
import socket
from collections.abc import Iterator

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page, expect

from .conftest import Portal, running_portal
from .walker import Walker

pytestmark = pytest.mark.browser

PASSWORD = "four bicycles leave in May"


@pytest.fixture(scope="module")
def empty() -> Iterator[Portal]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_portal(DEMO="0", PORT=str(port), PUBLIC_URL=f"http://localhost:{port}") as running:
        yield running


def plug_in_a_key(page: Page) -> None:
    """A key that knows its owner, as browsers offer it to tests (WebAuthn over the DevTools protocol)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": kind})


def test_from_the_printed_password_to_a_passkey(empty: Portal, chromium: Browser) -> None:
    admin = Walker(chromium, empty.url, javascript=True, themes="")
    page = admin.page
    plug_in_a_key(page)
    printed = re.search(r"Sign in as (\S+) with the one-time password (\S+)", empty.said)
    assert printed
    signs_in_once(admin, *printed.groups())
    sets_the_company_up(admin)
    sets_up_an_authenticator(admin)
    code = keeps_recovery_codes(admin)
    signs_in_with_a_passkey(admin)
    signs_in_with_a_recovery_code(admin, code)
    assert admin.problems == []
    admin.close()


def signs_in_once(admin: Walker, email: str, password: str) -> None:
    page = admin.page
    admin.go("/")
    page.get_by_label("Work email").fill(email)
    page.get_by_label("Password").fill(password)
    admin.click(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=new_password]").fill(PASSWORD)
    page.locator("input[name=new_password_confirm]").fill(PASSWORD)
    admin.click(page.get_by_role("button", name="Change password"))


def sets_the_company_up(admin: Walker) -> None:
    page = admin.page
    expect(page.get_by_role("heading", name="Set up Throughline")).to_be_visible()
    page.get_by_label("Company", exact=True).fill("Ada's Bikes")
    page.get_by_label("Country").select_option("Austria")
    page.get_by_label("Company email").fill("sales@bikes.example")
    page.get_by_label("Your name").fill("Ada Berg")
    page.get_by_label("Your email").fill("ada@bikes.example")
    admin.click(page.get_by_role("button", name="Set up the portal"))
    expect(page.get_by_role("heading", name="Mail servers")).to_be_visible()
    admin.click(page.get_by_role("link", name="New mail server"))
    page.get_by_role("textbox", name="Name", exact=True).fill("Ours")
    page.get_by_role("textbox", name="Server").fill("127.0.0.1")
    admin.click(page.get_by_role("button", name="Send a test mail"))
    expect(page.get_by_text("is not on the public internet").first).to_be_visible()
    admin.click(page.get_by_role("link", name="Cancel"))
    admin.click(page.get_by_role("link", name="Go to the start page"))


def sets_up_an_authenticator(admin: Walker) -> None:
    page = admin.page
    expect(page.get_by_role("heading", name="Authenticator app")).to_be_visible()
    expect(page.get_by_text("Your role asks for a second factor")).to_be_visible()
    admin.click(page.get_by_role("button", name="Set up"))
    key = page.locator("code").inner_text()
    page.get_by_role("textbox").fill(TOTP(key=key.replace("-", "").replace(" ", "")).generate().token)
    admin.click(page.get_by_role("button", name="Turn it on"))
    expect(page.get_by_role("heading", name="My settings")).to_be_visible()


def keeps_recovery_codes(admin: Walker) -> str:
    page = admin.page
    admin.go("/settings/recovery-codes")
    admin.click(page.get_by_role("button", name="Make new codes"))
    expect(page.locator("main li code")).to_have_count(10)
    return page.locator("main li code").first.inner_text()


def signs_in_with_a_passkey(admin: Walker) -> None:
    page = admin.page
    admin.go("/settings/passkeys")
    page.get_by_label("Name").fill("my laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page).to_have_url(re.compile("/settings$"))
    expect(page.get_by_text("1 registered")).to_be_visible()
    admin.click(page.get_by_role("button", name="Ada Berg"))
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/signin"))
    admin.go("/signin/passkey")
    page.get_by_role("button", name="Use my passkey").click()
    expect(page).to_have_url(re.compile(r"//[^/]+/(work)?$"))
    admin.go("/settings/passkeys")
    admin.click(page.get_by_role("button", name="Remove my laptop"))
    admin.go("/settings/passkeys")
    expect(page.get_by_role("button", name="Remove my laptop")).to_have_count(0)


def signs_in_with_a_recovery_code(admin: Walker, code: str) -> None:
    page = admin.page
    admin.click(page.get_by_role("button", name="Ada Berg"))
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Work email").fill("ada@bikes.example")
    page.get_by_label("Password").fill(PASSWORD)
    admin.click(page.get_by_role("button", name="Sign in"))
    expect(page).to_have_url(re.compile("/signin/"))
    admin.go("/signin/recovery-code")
    page.get_by_role("textbox").fill(code)
    admin.click(page.get_by_role("main").get_by_role("button").first)
    admin.go("/settings")
    expect(page.get_by_role("heading", name="My settings")).to_be_visible()
