"""From a visitor's form to a paid invoice, in a browser, with JavaScript and without, on the processes a user starts."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Portal
from .walker import Walker

pytestmark = pytest.mark.browser

WHO = {True: ("Vera", "Spokes & Sons"), False: ("Nora", "Wheel House")}
MAILS = {
    "/q/": re.compile("offer|quote", re.I),
    "/i/": re.compile("invoice", re.I),
}  # how the subject of the mail reads
READ_FIRST = 3.2  # seconds: a form that comes back sooner was filled in by a machine


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def walk(request: pytest.FixtureRequest, portal: Portal, chromium: Browser) -> Iterator[Callable[[], Walker]]:
    walkers: list[Walker] = []

    def enter() -> Walker:
        walkers.append(Walker(chromium, portal.url, javascript=request.param, themes="light"))
        return walkers[-1]

    yield enter
    for walker in walkers:
        walker.close()


def test_from_a_form_to_a_paid_invoice(walk: Callable[[], Walker]) -> None:
    visitor = walk()
    first, company = WHO[visitor.javascript]
    email = f"{first.lower()}@{company.split()[0].lower()}.example"
    visitor_sends_the_form(visitor, first, company, email)
    visitor_gets_mail_and_sms(visitor, email)

    manager, rep = walk(), walk()
    lead = manager_gives_the_lead_to_a_rep(manager, f"{first} Visitor")
    rep_works_the_lead(rep, lead, f"{first} Visitor")
    deal = rep_qualifies(rep, lead, company)
    rep_adds_products_and_moves_on(rep, deal)
    quote = rep_sends_a_quote(rep, deal)

    customer = walk()
    offer = mail_link(customer, email, "/q/")
    scanner_looks_and_changes_nothing(walk(), offer)
    customer_accepts(customer, offer, f"{first} Visitor")

    rep.go(quote)
    expect(rep.page.get_by_text(f"Accepted by {first} Visitor").first).to_be_visible()
    rep.go(deal)
    expect(rep.page.locator("#record")).to_contain_text("Won")

    finance = walk()
    invoice = finance_bills(finance, company)
    customer_reads_the_invoice(customer, email)
    finance_records_the_payment(finance, invoice)

    rep.go(deal)
    expect(rep.page.get_by_role("list", name="Process of this opportunity")).to_contain_text("Paid")
    leader = walk()
    leader_sees_it(leader, company)
    everybody = (visitor, manager, rep, customer, finance, leader)
    assert [problem for walker in everybody for problem in walker.problems] == []


def fill(page: Page, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " "), exact=False).first.fill(value)


def visitor_sends_the_form(visitor: Walker, first: str, company: str, email: str) -> None:
    page = visitor.page
    visitor.go("/p/reseller-programme?utm_source=newsletter&utm_campaign=spring")
    shown = time.monotonic()
    fill(page, Your_name=f"{first} Visitor", Work_email="vera at nowhere", Company=company)
    page.get_by_label("Message").fill("Ten <b>road</b> bikes, {{ please }}.")
    page.get_by_label("Country").select_option("US")
    page.get_by_label("Phone").fill("+1 415 555 2671")
    visitor.click(page.get_by_role("button", name="Send"))
    expect(page.get_by_label("Work email")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Message")).to_have_value("Ten <b>road</b> bikes, {{ please }}.")
    expect(page.get_by_text("Please agree, or we may not write to you.").first).to_be_visible()
    page.get_by_label("Work email").fill(email)
    page.get_by_role("checkbox", name="Confirm by SMS as well").check()
    page.locator("input[name=consent]").check()
    page.wait_for_timeout(max(0.0, READ_FIRST - (time.monotonic() - shown)) * 1000)
    visitor.click(page.get_by_role("button", name="Send"))
    expect(page).to_have_url(re.compile("/p/reseller-programme/thanks$"))


def visitor_gets_mail_and_sms(visitor: Walker, email: str) -> None:
    visitor.go("/dev/outbox")
    visitor.until(visitor.page.get_by_role("row").filter(has_text=email))
    visitor.until(visitor.page.get_by_role("row").filter(has_text="+14155552671"))
    visitor.click(visitor.page.get_by_role("row").filter(has_text=email).first.get_by_role("link"))
    expect(visitor.page.locator("main")).not_to_contain_text("{{ please }}")


def manager_gives_the_lead_to_a_rep(manager: Walker, name: str) -> str:
    """Of a visitor who only named the country: the manager of that part of the world answers for it."""
    page = manager.page
    manager.sign_in("Stephen Jiang")
    manager.go("/work?all=1")
    manager.until(page.locator("#work").get_by_role("link", name=re.compile(name)))
    manager.click(page.locator("#work").get_by_role("link", name=re.compile(name)).first)
    lead = page.url
    people = page.get_by_label("To", exact=True)
    people.select_option(
        label=next(one for one in people.locator("option").all_text_contents() if "Linda Mitchell" in one)
    )
    page.get_by_label("Why", exact=True).fill("She knows the bay")
    manager.click(page.get_by_role("button", name="Assign"))
    return lead


def rep_works_the_lead(rep: Walker, lead: str, name: str) -> None:
    page = rep.page
    rep.sign_in("Linda Mitchell")
    expect(page.get_by_role("heading", name="Hello, Linda")).to_be_visible()
    rep.go("/work?all=1")
    expect(page.locator("#work").get_by_role("link", name=re.compile(name)).first).to_be_visible()
    rep.go(lead)
    expect(page.get_by_text("Sent the form").locator("visible=true").first).to_be_visible()
    rep.click(page.get_by_role("button", name="Mark contacted"))
    for tab in ("timeline", "files", "changes"):
        rep.go(f"{lead}?tab={tab}")


def rep_qualifies(rep: Walker, lead: str, company: str) -> str:
    page = rep.page
    rep.go(lead)
    rep.click(page.get_by_role("link", name="Qualify", exact=True))
    fill(page, Name_of_the_opportunity=f"{company}, first order")
    rep.click(page.get_by_role("button", name="Qualify lead"))
    expect(page).to_have_url(re.compile(r"/opportunities/\d+"))
    process = page.get_by_role("list", name="Process of this opportunity")
    for stage in ("Qualify", "Develop", "Propose", "Close"):
        expect(process).to_contain_text(stage)
    deal = page.url
    rep.go(f"{deal}?tab=timeline")
    expect(page.locator("#record")).to_contain_text("Sent the form")
    return deal


def rep_adds_products_and_moves_on(rep: Walker, deal: str) -> None:
    page = rep.page
    rep.go(deal)
    rep.click(page.get_by_role("button", name="Move to Develop"))
    expect(page.get_by_role("button", name="Move to Propose")).to_be_disabled()
    for product, pieces in (("Road-250 Black, 48", "10"), ("Sport-100 Helmet, Red", "10")):
        rep.go(deal)
        fill(page, Find_a_product=product)
        rep.click(page.get_by_role("button", name="Find"))
        page.get_by_label(f"Quantity of {product}").fill(pieces)
        rep.click(page.get_by_role("listitem").filter(has_text=product).get_by_role("button", name="Add").first)
        expect(page.get_by_role("rowheader").filter(has_text=product)).to_be_visible()
    rep.go(f"{deal}/edit")
    page.get_by_label("We know who decides").check()
    rep.click(page.get_by_role("button", name="Save"))
    rep.go(deal)
    rep.click(page.get_by_role("button", name="Move to Propose"))


def rep_sends_a_quote(rep: Walker, deal: str) -> str:
    page = rep.page
    rep.go(deal)
    rep.click(page.get_by_role("link", name="Draft a quote"))
    rep.click(page.get_by_role("button", name="Draft quote"))
    page.get_by_label("Words to the customer").fill("Thank you for the good talk.")
    rep.click(page.get_by_role("button", name="Save draft"))
    expect(page).to_have_url(re.compile(r"/quotes/\d+$"))
    quote = page.url
    rep.click(page.get_by_role("button", name="Send quote"))
    rep.until(page.get_by_role("link", name="PDF").first)
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    for tab in ("timeline", "files", "changes"):
        rep.go(f"{quote}?tab={tab}")
    return quote


def mail_link(reader: Walker, email: str, part: str) -> str:
    """The newest link of this kind in the captured mail to the address."""
    page = reader.page
    reader.go("/dev/outbox")
    mail = page.get_by_role("row").filter(has_text=email).filter(has_text=MAILS[part])
    reader.until(mail)
    reader.click(mail.first.get_by_role("link"))
    found = (
        page.get_by_role("region", name="Links").get_by_role("link").filter(has_text=part).first.get_attribute("href")
    )
    assert found
    expect(page.get_by_role("region", name="Files").get_by_role("link", name=re.compile("pdf"))).to_be_visible()
    return found


def scanner_looks_and_changes_nothing(scanner: Walker, offer: str) -> None:
    """What a mail filter does with every link: GET, twice, and each link on the page too."""
    for _ in range(2):
        scanner.go(offer)
        expect(scanner.page.get_by_role("heading", name="Accept this offer")).to_be_visible()
    assert scanner.page.request.get(f"{offer}/acceptance").status == 405


def customer_accepts(customer: Walker, offer: str, name: str) -> None:
    page = customer.page
    customer.go(offer)
    pdf = page.request.get(str(page.get_by_role("link", name="PDF").get_attribute("href")))
    assert pdf.body().startswith(b"%PDF-")
    page.get_by_label("Your full name").fill(name)
    page.get_by_label("Your order number").fill("PO 4711")
    page.locator("input[name=may_sign]").check()
    customer.click(page.get_by_role("button", name=re.compile("^Accept for")))
    expect(page.get_by_text(f"Accepted by {name}")).to_be_visible()
    customer.go(offer)
    expect(page.get_by_text(re.compile(r"Your order is SO-"))).to_be_visible()
    expect(page.get_by_role("heading", name="Accept this offer")).to_have_count(0)


def finance_bills(finance: Walker, company: str) -> str:
    page = finance.page
    finance.sign_in("Laura Norman")
    finance.go("/orders")
    finance.click(page.get_by_role("row").filter(has_text=company).first.get_by_role("link").first)
    finance.until(page.get_by_role("link", name="PDF"))
    finance.click(page.get_by_role("button", name="Bill order"))
    expect(page).to_have_url(re.compile(r"/invoices/\d+$"))
    invoice = page.url
    page.on("dialog", lambda dialog: dialog.accept())
    finance.click(page.get_by_role("button", name="Issue invoice", exact=True))
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"INV-"))
    finance.until(page.get_by_role("link", name="PDF"))
    return invoice


def customer_reads_the_invoice(customer: Walker, email: str) -> None:
    bill = mail_link(customer, email, "/i/")
    customer.go(bill)
    pdf = customer.page.request.get(f"{bill}/pdf")
    assert pdf.body().startswith(b"%PDF-")


def finance_records_the_payment(finance: Walker, invoice: str) -> None:
    page = finance.page
    finance.go(invoice)
    page.get_by_label("Reference").fill("Wire 77")
    finance.click(page.get_by_role("button", name="Record payment"))
    expect(page.get_by_role("heading", name="Record a payment")).to_have_count(0)
    expect(page.get_by_text("Paid").first).to_be_visible()


def leader_sees_it(leader: Walker, company: str) -> None:
    page = leader.page
    leader.sign_in("Brian Welcker")
    for address in (
        "/dashboard",
        "/opportunities/board",
        "/opportunities",
        "/leads",
        "/accounts",
        "/quotes",
        "/invoices",
    ):
        leader.go(address)
    leader.go("/opportunities?state=won&sort=-closed")
    expect(page.get_by_role("row").filter(has_text=company).first).to_be_visible()
    leader.go("/dashboard")
    for heading in ("pipeline", "won", "source"):
        expect(page.get_by_text(re.compile(heading, re.I)).first).to_be_visible()
