"""A year of selling, in a browser: planned from nothing, put in force, lived through a month, paid out."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal.identity.rules import Role
from portal.identity.services import require_second_factor
from portal.kernel.actor import SYSTEM
from portal.kernel.db import unit_of_work
from tests.opportunities.makers import product

from .calendar import PASSWORD, Calendar, address, link_in_the_mail, opened
from .walker import Walker

pytestmark = pytest.mark.browser

YEAR = 2031
LOOKED_AT_ELSEWHERE = """
    / /signin /setup /mail-server /dashboard /accounts /accounts/N /accounts/new /contacts/N /contacts/new /opportunities/N
    /opportunities/new /quotes/N /quotes/N/draft /quotes/new /q/N /orders /orders/N /invoices/N
"""
STEPS = ("Sales targets", "Organization", "Compensation", "Channels", "Territories", "Account responsibility")
PEOPLE = {
    "Ada Berg": Role.ADMIN, "Lea Vogel": Role.LEADERSHIP, "Ola Nord": Role.OPERATIONS, "Max Stone": Role.MANAGER,
    "Rita Lopez": Role.REP, "Cole West": Role.REP, "Finn Cash": Role.FINANCE,
}  # fmt: skip


POSITIONS = (  # title, person, reports to, carries a quota
    ("Vice President", "Lea Vogel", "Nobody", False),
    ("Operations", "Ola Nord", "Vice President", False),
    ("Sales Manager", "Max Stone", "Vice President", False),
    ("Sales South", "Rita Lopez", "Sales Manager", True),
    ("Sales North", "Cole West", "Sales Manager", True),
)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[tuple[str, Calendar]]:
    with opened(tmp_path, datetime(YEAR - 1, 12, 16, 9, tzinfo=UTC), PEOPLE) as found:
        yield found


def test_a_year_from_empty_to_the_statement(company: tuple[str, Calendar], chromium: Browser) -> None:
    url, calendar = company
    walkers: list[Walker] = []
    seen = set(LOOKED_AT_ELSEWHERE.split())

    def visitor() -> Walker:
        walkers.append(Walker(chromium, url, javascript=True, seen=seen, themes=""))
        return walkers[-1]

    def enter(name: str) -> Walker:
        return sign_in(visitor(), name)

    admin_founds_the_company(enter("Ada Berg"))
    with calendar.inside(), unit_of_work():
        require_second_factor(SYSTEM, [])
    operator, leader, manager = enter("Ola Nord"), enter("Lea Vogel"), enter("Max Stone")
    rep, finance = enter("Rita Lopez"), enter("Finn Cash")
    operator_draws_the_organization(operator)
    operator_draws_the_territories(operator)
    operator_defines_a_channel(operator)
    leader_sets_the_targets(leader)
    rep_proposes_more(rep)
    manager_takes_the_proposal(manager)
    leader_approves_the_targets(leader)
    plan = operator_writes_the_pay_plan(operator)
    finance_approves_the_pay_plan(finance, plan)
    leader_approves_the_strategy(leader)

    calendar.turn_to(YEAR, 1, 8)
    with calendar.inside():
        product()
    rep_accepts_the_pay_plan(rep)
    deal = rep_finds_a_deal(rep)
    offer = rep_sends_a_quote(rep, deal, calendar)
    customer_accepts(visitor(), offer)
    finance_bills_and_is_paid(finance)
    manager_sees_attainment(manager)
    operator_realigns(operator, calendar)
    manager_gives_one_back(manager)

    calendar.turn_to(YEAR, 2, 3)
    month_is_closed(enter("Finn Cash"), calendar)
    rep_reads_the_statement(enter("Rita Lopez"))
    assert [problem for one in walkers for problem in one.problems] == []
    for one in walkers:
        one.close()


def sign_in(walker: Walker, name: str) -> Walker:
    page = walker.page
    page.on("dialog", lambda dialog: dialog.accept())
    walker.go("/signin")
    page.get_by_label("Work email").fill(address(name))
    page.get_by_label("Password").fill(PASSWORD)
    walker.click(page.get_by_role("button", name="Sign in", exact=True))
    return walker


def choose(page: Page, label: str, text: str) -> None:
    """The option that says so, whatever else it says."""
    field = labelled(page, label)
    field.select_option(label=next(one for one in field.locator("option").all_text_contents() if text in one))


def fill(page: Page, **fields: str) -> None:
    for label, value in fields.items():
        labelled(page, label.replace("_", " ")).fill(value)


def labelled(page: Page, label: str) -> Locator:
    """A label may end with a mark."""
    return page.locator("main").get_by_label(re.compile(f"^\\s*{re.escape(label)}( \\*|\\W|$)")).first


def press(walker: Walker, name: str, within: str = "main") -> None:
    walker.click(walker.page.locator(within).get_by_role("button", name=name, exact=True).first)


def admin_founds_the_company(admin: Walker) -> None:
    page = admin.page
    admin.go("/setup")
    fill(page, Company="Ada's Bikes", Company_email="sales@bikes.example")
    fill(page, Your_name="Ada Berg", Your_email=address("Ada Berg"))
    page.get_by_label("Country").select_option("United States")
    choose(page, "Currency", "USD")
    press(admin, "Set up the portal")


def operator_draws_the_organization(operator: Walker) -> None:
    page = operator.page
    for title, person, above, sells in POSITIONS:
        operator.go("/organization/new")
        fill(page, Title=title)
        choose(page, "Reports to", above)
        page.get_by_label("Carries a quota").set_checked(sells)
        press(operator, "Add position")
        choose(page, "Person", person)
        fill(page, From=f"{YEAR}-01-01" if person == "Cole West" else f"{YEAR - 1}-12-01")
        press(operator, "Take the seat")
    operator.go("/organization")
    expect(page.get_by_text("6 positions, 1 vacant, 0 planned")).to_be_visible()


def operator_draws_the_territories(operator: Walker) -> None:
    page = operator.page
    operator.go("/territories")
    for name, state, position in (("South", "CA", "Sales South"), ("North", "WA", "Sales North")):
        operator.go("/territories/new")
        fill(page, Name=name)
        press(operator, "Save")
        page.get_by_label("Country").select_option("United States")
        fill(page, State_or_region=state)
        press(operator, "Add")
        operator.go("/organization")
        operator.click(page.locator("[data-node]").filter(has_text=position).get_by_role("link").first)
        page.get_by_label(name).check()
        press(operator, "Save coverage")
    operator.go("/realignment/coverage")
    expect(page.get_by_text("Vacant: Sales North")).to_be_visible()  # until the new year


def operator_defines_a_channel(operator: Walker) -> None:
    page = operator.page
    operator.go("/channels")
    operator.go("/channels/new")
    fill(page, Name="Own shops", Cost_of_sale_in_percent="8", Largest_discount_in_percent="10")
    press(operator, "Save")
    expect(page.locator("main")).to_contain_text("Own shops")


def leader_sets_the_targets(leader: Walker) -> None:
    page = leader.page
    leader.go(f"/strategy?year={YEAR}")
    leader.go(f"/targets/plans?year={YEAR}-01-01")
    press(leader, "Make the draft")
    leader.click(page.get_by_role("link", name="Ada's Bikes").last)
    leader.click(page.get_by_role("link", name="Set the target"))
    for quarter in range(4):
        fill(page, **{f"Q{quarter + 1} {YEAR}": "300000"})
    fill(page, Adds_up_to="1200000")
    press(leader, "Save the target")
    expect(page.locator("main")).to_contain_text("1,200,000")
    leader.click(page.get_by_role("link", name="Spread below"))
    page.get_by_label("Go on to the last position, level by level").check()
    press(leader, "Spread")


def rep_proposes_more(rep: Walker) -> None:
    """From below, beside what is assigned."""
    page = rep.page
    rep.go(f"/targets?year={YEAR}-01-01")
    rep.click(page.get_by_role("link", name="Look at it, propose or set numbers"))
    rep.click(page.get_by_role("link", name="Rita Lopez").last)
    rep.click(page.get_by_role("link", name="Propose", exact=True))
    fill(page, **{f"Q1 {YEAR}": "180000"})
    fill(page, Why_this_number="The spring fair")
    press(rep, "Propose")
    expect(page.locator("main")).to_contain_text("Your proposal stands beside the target")


def manager_takes_the_proposal(manager: Walker) -> None:
    page = manager.page
    manager.go(f"/targets?year={YEAR}-01-01")
    manager.click(page.get_by_role("link", name="Look at it, propose or set numbers"))
    manager.click(page.get_by_role("link", name="Rita Lopez").last)
    expect(page.locator("main")).to_contain_text("The spring fair")
    press(manager, "Take it as the target")
    expect(page.locator("main")).to_contain_text("630,000")


def leader_approves_the_targets(leader: Walker) -> None:
    page = leader.page
    leader.go(f"/targets/plans?year={YEAR}-01-01")
    leader.click(page.get_by_role("link", name="Version 1"))
    press(leader, "Submit for approval")
    press(leader, "Approve")
    leader.go(f"/targets?year={YEAR}-01-01")
    expect(page.locator("main")).to_contain_text("Approved")
    leader.go(f"/capacity?year={YEAR}")


def operator_writes_the_pay_plan(operator: Walker) -> str:
    page = operator.page
    operator.go("/compensation/plans")
    operator.go("/compensation/plans/new")
    fill(page, Name="Sellers", In_force_from=f"{YEAR}-01-01")
    press(operator, "Make it")
    plan = page.url
    operator.click(page.get_by_role("link", name="Add a person"))
    choose(page, "Position", "Sales South")
    fill(page, From=f"{YEAR}-01-01", Target_incentive_of_a_year="60000")
    press(operator, "Add to the plan")
    operator.go(plan)
    operator.click(page.get_by_role("link", name="Add a component").first)
    fill(page, Name="Commission")
    choose(page, "Counts", "Issued invoices")
    choose(page, "Rates are", "Times the base")
    for row, (start, end, rate) in enumerate((("0", "100", "1"), ("100", "", "2"))):
        for column, value in (("from", start), ("to", end), ("rate", rate)):
            fill(page, **{f"Tier {row + 1}, {column}": value})
    press(operator, "Save the component")
    expect(page.get_by_text("At 100 % of the quota it pays the target incentive")).to_be_visible()
    operator.click(page.get_by_role("link", name="Simulate the cost"))
    return plan


def finance_approves_the_pay_plan(finance: Walker, plan: str) -> None:
    finance.go(plan)
    press(finance, "Approve this version")
    expect(finance.page.locator("main")).to_contain_text("approved by Finn Cash")


def leader_approves_the_strategy(leader: Walker) -> None:
    page = leader.page
    leader.go(f"/strategy?year={YEAR}")
    for step in STEPS:
        leader.click(page.get_by_role("button", name=f"Start {step}"))
        leader.click(page.get_by_role("button", name=f"Approve {step}"))
    expect(page.get_by_role("button", name="Reopen")).to_have_count(6)


def rep_accepts_the_pay_plan(rep: Walker) -> None:
    rep.go("/compensation")
    press(rep, "Accept the plan")


def rep_finds_a_deal(rep: Walker) -> str:
    page = rep.page
    for name, state in (("Bay Wheels", "CA"), ("Valley Wheels", "CA")):
        rep.go("/accounts/new")
        fill(page, Name=name, Street="1 Main St", City="Town", Region=state, Postcode="94016")
        choose(page, "Country", "United States")
        press(rep, "Create account")
        expect(page.locator("main")).to_contain_text("Rita Lopez")
    rep.go("/accounts")
    rep.click(page.get_by_role("link", name="Bay Wheels").first)
    account = page.url
    rep.click(page.get_by_role("link", name="Add", exact=True))
    fill(page, First_name="Carla", Last_name="Buyer", Email="carla@wheels.example")
    press(rep, "Create contact")
    rep.go(account)
    rep.click(page.get_by_role("link", name=re.compile("opportunity", re.I)).first)
    fill(page, Name="Spring range", Expected_close_date=f"{YEAR}-01-31")
    press(rep, "Open the opportunity")
    deal = page.url
    fill(page, Find_a_product="Road Bike")
    press(rep, "Find")
    page.get_by_label(re.compile("^Quantity of")).first.fill("100")
    press(rep, "Add")
    rep.go(deal)
    expect(page.locator("main")).to_contain_text("Would pay you")
    return deal


def rep_sends_a_quote(rep: Walker, deal: str, calendar: Calendar) -> str:
    """Returns the customer's link, as the mail has it."""
    page = rep.page
    rep.go(deal)
    rep.click(page.get_by_role("link", name="Draft a quote"))
    press(rep, "Draft quote")
    press(rep, "Save draft")
    fill(page, Send_to="carla@wheels.example")
    press(rep, "Send quote")
    calendar.work()
    with calendar.inside():
        return link_in_the_mail()


def customer_accepts(customer: Walker, offer: str) -> None:
    page = customer.page
    customer.go(offer)
    page.get_by_label("Your full name").fill("Carla Buyer")
    page.locator("input[name=may_sign]").check()
    customer.click(page.get_by_role("button", name=re.compile("^Accept for")))


def finance_bills_and_is_paid(finance: Walker) -> None:
    page = finance.page
    finance.go("/orders")
    finance.click(page.get_by_role("row").filter(has_text="Bay Wheels").get_by_role("link").first)
    press(finance, "Bill order")
    press(finance, "Issue invoice")
    press(finance, "Record payment")
    expect(page.get_by_text("Paid").first).to_be_visible()


def manager_sees_attainment(manager: Walker) -> None:
    page = manager.page
    manager.go("/targets")
    expect(page.get_by_role("row").filter(has_text="Rita Lopez").last).to_contain_text("%")
    manager.click(page.get_by_role("link", name="Rita Lopez").last)
    manager.go("/dashboard")


def operator_realigns(operator: Walker, calendar: Calendar) -> None:
    """California goes north: which accounts, what quota, then with one act."""
    page = operator.page
    operator.go("/realignment")
    fill(page, Name_of_the_plan="North takes California")
    press(operator, "Copy and plan")
    plan = page.url
    operator.click(page.get_by_role("link", name="Tree and rules"))
    operator.click(page.get_by_role("link", name="North"))
    page.get_by_label("Country").select_option("United States")
    fill(page, State_or_region="CA", Priority="10")
    press(operator, "Add")
    operator.go(plan)
    expect(page.locator("main")).to_contain_text("Bay Wheels")
    operator.click(page.get_by_role("link", name="Compare with what is in force"))
    operator.go(plan)
    operator.click(page.get_by_role("link", name="Activate"))
    fill(page, Why="The south is too much for one")
    press(operator, "Activate North takes California")
    calendar.work()
    operator.page.reload()
    expect(page.locator("main")).to_contain_text("All accounts are where the model puts them")


def manager_gives_one_back(manager: Walker) -> None:
    """With the brief read, the consequences seen, and credit held over."""
    page = manager.page
    manager.go("/accounts")
    manager.click(page.get_by_role("link", name="Valley Wheels").first)
    account = page.url
    expect(page.locator("main")).to_contain_text("owned by Cole West")
    manager.go("/responsibility/transfers/new?ids=" + account.rpartition("/")[2])
    choose(page, "To", "Rita Lopez")
    fill(page, From=f"{YEAR}-01-20", Why="She knows them")
    press(manager, "See what happens")
    manager.click(page.get_by_role("link", name=re.compile("^Brief")).first)
    page.go_back()
    press(manager, "Transfer 1")
    manager.go(account)
    expect(page.locator("main")).to_contain_text("owned by Cole West")
    expect(page.locator("main")).to_contain_text("from Jan 20, 2031: She knows them")


def month_is_closed(finance: Walker, calendar: Calendar) -> None:
    page = finance.page
    finance.go("/compensation/periods")
    page.locator("#starts_on").fill(f"{YEAR}-01-01")
    press(finance, "Open the month")
    press(finance, "Calculate")
    calendar.work()
    page.reload()
    finance.look()
    press(finance, "Send to finance")
    press(finance, "Approve")
    press(finance, "Lock and send the statements")
    calendar.work()
    page.reload()
    expect(page.get_by_role("link", name="Payroll, CSV")).to_be_visible()


def rep_reads_the_statement(rep: Walker) -> None:
    page = rep.page
    rep.go("/compensation")
    rep.click(page.get_by_role("link", name=f"January {YEAR}"))
    expect(page.locator("main")).to_contain_text("To be paid")
    press(rep, "Confirm statement")
    pdf = page.request.get(str(page.get_by_role("link", name="PDF").get_attribute("href")))
    assert pdf.body().startswith(b"%PDF-")
