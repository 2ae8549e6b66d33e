"""What a person has to do, by worth and urgency, each row with its reasons."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import joinedload

from portal.activities import queries as activities
from portal.activities.queries import Entry
from portal.invoices.models import Invoice
from portal.invoices.queries import TO_REFUND
from portal.invoices.states import InvoiceState
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.leads.models import Lead
from portal.leads.states import LeadState
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.orders.models import Order
from portal.orders.states import OrderState
from portal.organization.queries import reach, visible_to
from portal.quotes.models import Quote, Revision
from portal.quotes.states import RevisionState

from ..rules import WorkItem, answer_points, days_text, due_points, expected, lateness, ranked, worth_points

EACH = 30  # of one kind at most
SOON = timedelta(days=7)
JUST_NOW = timedelta(days=3)

Source = Callable[[Actor, datetime, date], list[WorkItem]]


def work(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    """Everything due that the person's roles make theirs, most worthwhile first."""
    return ranked(
        [item for permission, source in SOURCES if actor.may(permission) for item in source(actor, now, today)]
    )


def answered_by(actor: Actor, model: Any) -> ColumnElement[bool]:
    return model.owner_id.in_(actor.position_ids)  # type: ignore[no-any-return]


def _leads(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    waiting = visible_to(actor, Lead).where(Lead.state == LeadState.NEW)
    nobody = Lead.owner_id.is_(None) if actor.may("leads.assign") else false()
    rows = db.session.scalars(
        waiting.where(or_(answered_by(actor, Lead), nobody)).order_by(Lead.respond_by.is_(None), Lead.respond_by).limit(EACH)
    )
    return [_lead(lead, now) for lead in rows]


def _lead(lead: Lead, now: datetime) -> WorkItem:
    words, points = answer_points(lead.respond_by, now)
    late = lead.respond_by is not None and lead.respond_by < now
    why = [
        (f"Score {lead.score}" + (f", grade {lead.grade}" if lead.grade else ""), lead.score * 2 // 5),
        (words, points),
    ]
    verb = "Answer" if lead.owner_id else "Assign"
    return WorkItem(
        "user-check", f"{verb} {lead.name}", "leads", lead.id, f"{lead.company or lead.email}, new lead. {words}", why,
        due=lead.respond_by, kind="bad" if late else "warn" if points >= 35 else "",
    )  # fmt: skip


def _tasks(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    return [_task(entry, now) for entry in activities.open_tasks(actor, now + SOON, limit=EACH)]


def _task(entry: Entry, now: datetime) -> WorkItem:
    task = entry.activity
    assert task.due_at is not None
    link = entry.links[0] if entry.links else None
    about = ", ".join(one.title for one in entry.links)
    return WorkItem(
        "phone" if task.kind == "call" else "calendar" if task.kind == "meeting" else "list-check",
        task.subject, link.noun if link else "", link.record_id if link else 0, about or task.body[:80] or "Task",
        [("You planned it", 20), due_points(task.due_at, now)],
        due=task.due_at, kind="bad" if task.due_at < now else "", task_id=task.id,
    )  # fmt: skip


def _deals(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    needing = or_(Opportunity.next_step == "", Opportunity.next_step_on <= today, Opportunity.close_on <= today + SOON)
    rows = db.session.scalars(
        visible_to(actor, Opportunity)
        .where(answered_by(actor, Opportunity), Opportunity.state == OpportunityState.OPEN, needing)
        .options(joinedload(Opportunity.account))
        .order_by((Opportunity.amount * Opportunity.probability).desc())
        .limit(EACH)
    )
    return [_deal(deal, today) for deal in rows]


def _deal(deal: Opportunity, today: date) -> WorkItem:
    why = [expected(deal.amount, deal.probability)]
    text, due, kind = deal.next_step or "Set a next step", deal.next_step_on, ""
    if not deal.next_step:
        why.append(("No next step", 20))
        kind = "warn"
    elif due and due < today:
        why.append((f"Next step {days_text((today - due).days)} overdue", lateness((today - due).days)))
        kind = "bad"
    elif due == today:
        why.append(("Next step is for today", 22))
        kind = "warn"
    if deal.close_on < today:
        why.append(("Close date passed", 20))
        kind = "bad"
    elif deal.close_on <= today + SOON:
        why.append((f"Closes in {days_text((deal.close_on - today).days)}", 15))
    note = f"{deal.account.name}: {deal.name}. " + ", ".join(words for words, _ in why[1:])
    icon = "arrow-right" if deal.next_step else "clock"
    return WorkItem(icon, text, "opportunities", deal.id, note, why, deal.amount, deal.currency, due, kind)


def _quotes(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    pressing = or_(
        (Revision.state == RevisionState.SENT) & (Revision.valid_until <= today + SOON),
        (Revision.state == RevisionState.ACCEPTED) & (Revision.accepted_at >= now - JUST_NOW),
    )
    rows = db.session.execute(
        select(Revision, Quote)
        .join(Quote, Quote.id == Revision.quote_id)
        .options(joinedload(Quote.account))
        .where(reach(actor, Quote, "quotes.view"), answered_by(actor, Quote), pressing)
        .order_by(Revision.valid_until)
        .limit(EACH)
    )
    return [_quote(quote, revision, today) for revision, quote in rows]


def _quote(quote: Quote, revision: Revision, today: date) -> WorkItem:
    why = [("Worth of the quote", worth_points(revision.net))]
    if revision.state == RevisionState.ACCEPTED:
        text, kind = f"{quote.number} was accepted", ""
        why.append(("Answered in the last three days", 15))
    else:
        days = (revision.valid_until - today).days
        text, kind = f"Ask about {quote.number}", "warn" if days >= 0 else "bad"
        why.append((f"Valid for {days_text(days)} more" if days >= 0 else "No longer valid", 25))
        why.append(("The customer has opened it", 10) if revision.first_viewed_at else ("Not opened yet", 5))
    note = f"{quote.account.name}. {why[1][0]}"
    return WorkItem(
        "file-text", text, "quotes", quote.id, note, why, revision.net, revision.currency, revision.valid_until, kind
    )


def _overdue(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    late = visible_to(actor, Invoice).where(Invoice.state == InvoiceState.ISSUED, Invoice.due_on < today)
    mine = late if actor.may("payments.record") else late.where(answered_by(actor, Invoice))
    rows = db.session.scalars(mine.options(joinedload(Invoice.account)).order_by(Invoice.due_on).limit(EACH))
    return [_invoice(invoice, today) for invoice in rows]


def _invoice(invoice: Invoice, today: date) -> WorkItem:
    days = (today - (invoice.due_on or today)).days
    why = [("Amount due", worth_points(invoice.amount_due)), (f"{days_text(days)} late", min(30, 10 + days))]
    text = f"Invoice {invoice.number} is {days_text(days)} late"
    note = f"{invoice.account.name}. Speak of it before the next quote"
    return WorkItem(
        "receipt", text, "invoices", invoice.id, note, why, invoice.amount_due, invoice.currency, invoice.due_on,
        "bad" if days > 14 else "warn",
    )  # fmt: skip


def _to_refund(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    rows = db.session.scalars(
        visible_to(actor, Invoice)
        .where(TO_REFUND)
        .options(joinedload(Invoice.account))
        .order_by(Invoice.due_on)
        .limit(EACH)
    )
    return [
        WorkItem(
            "receipt", f"Refund what was credited of {one.number}", "invoices", one.id, one.account.name,
            [("Amount to pay back", worth_points(-one.amount_due)), ("It is the customer's money", 20)],
            -one.amount_due, one.currency,
        )
        for one in rows
    ]  # fmt: skip


def _to_bill(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    rows = db.session.scalars(
        visible_to(actor, Order)
        .where(Order.state.in_((OrderState.PLACED, OrderState.FULFILLED)))
        .options(joinedload(Order.account))
        .order_by(Order.placed_at)
        .limit(EACH)
    )
    items = []
    for order in rows:
        days = (now - order.placed_at).days
        why = [("Amount", worth_points(order.total)), (f"Placed {days_text(days)} ago", min(30, 10 + days))]
        text = f"Bill order {order.number}"
        items.append(
            WorkItem("package", text, "orders", order.id, order.account.name, why, order.total, order.currency)
        )
    return items


def _to_issue(actor: Actor, now: datetime, today: date) -> list[WorkItem]:
    rows = db.session.scalars(
        visible_to(actor, Invoice)
        .where(Invoice.state == InvoiceState.DRAFT)
        .options(joinedload(Invoice.account))
        .order_by(Invoice.created_at)
        .limit(EACH)
    )
    items = []
    for draft in rows:
        why = [("Amount", worth_points(draft.total)), ("Nobody pays a draft", 20)]
        text = f"Issue the invoice for {draft.account.name}"
        items.append(
            WorkItem("receipt", text, "invoices", draft.id, "Draft, ready to check", why, draft.total, draft.currency)
        )
    return items


SOURCES: Sequence[tuple[str, Source]] = (
    ("leads.edit", _leads),
    ("activities.edit", _tasks),
    ("opportunities.edit", _deals),
    ("quotes.edit", _quotes),
    ("invoices.view", _overdue),
    ("payments.record", _to_refund),
    ("invoices.edit", _to_bill),
    ("invoices.issue", _to_issue),
)
