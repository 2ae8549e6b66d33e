"""What segments can ask about mails, leads, deals, orders and invoices: areas that stand behind them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, select, text

from portal.accounts.models import Contact
from portal.broadcasts.models import Broadcast
from portal.consent.states import Channel, Purpose
from portal.invoices.models import Invoice
from portal.invoices.states import InvoiceState
from portal.kernel.db import db
from portal.landing.models import LandingPage, Submission
from portal.leads.models import Lead
from portal.leads.states import LeadState
from portal.messages.models import Message, MessageEvent
from portal.messages.states import EventKind, Verdict
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState, Stage
from portal.orders.models import Order
from portal.orders.states import OrderState
from portal.segments.queries import Event, Rows, Way, register_event, register_field, register_source, register_use

Condition = ColumnElement[bool]
REACHED = text("message.state = 'sent' AND message.purpose = 'commercial' AND message.bounced_at IS NULL")
SENT = text("message.state = 'sent' AND message.purpose = 'commercial'")


def _broadcasts() -> list[tuple[str, str]]:
    """The latest ones; older ones keep their name where a rule has them already."""
    recent = select(Broadcast.id, Broadcast.name).order_by(Broadcast.id.desc()).limit(500)
    return [(str(key), name) for key, name in db.session.execute(recent)]


def _mailing() -> Any:
    """The name of the broadcast that the message belongs to."""
    mine = select(Broadcast.name).where(Broadcast.id == Message.record_id, Message.noun_of == Broadcast.noun)
    return mine.correlate(Message).scalar_subquery()


def _of_mailing(broadcast_id: int) -> Condition:
    return (Message.noun_of == Broadcast.noun) & (Message.record_id == broadcast_id)


def _messages(channel: Channel, at: Any, reached: Any) -> Rows:
    where = (Message.channel == channel, reached, at.is_not(None))
    return Rows(Contact.id, Message.contact_id, at, Message.id, _mailing(), where, _of_mailing)


def _log(channel: Channel, kinds: tuple[EventKind, ...], human: bool) -> Rows:
    """Every single time, where the message itself knows the first one only."""
    where = [MessageEvent.kind.in_(kinds), MessageEvent.message_id == Message.id, Message.channel == channel]
    where += [MessageEvent.verdict == Verdict.HUMAN] if human else []
    kept = (*where, Message.purpose == Purpose.COMMERCIAL)
    at, verdict = MessageEvent.at, MessageEvent.verdict
    return Rows(
        Contact.id, MessageEvent.contact_id, at, MessageEvent.message_id, _mailing(), kept, _of_mailing, verdict
    )


def _last(channel: Channel, flag: Callable[[bool], Any], reached: Any) -> Callable[..., Condition]:
    """Asks the latest message of the contact alone; without one there is no answer, which meets nothing."""

    def asked(contact: Any, human: bool, none: bool, start: datetime | None, end: datetime | None) -> Condition:
        at = flag(human)
        if none or not (start or end):
            answer = at.is_(None) if none else at.is_not(None)
        else:
            answer = (at >= start if start else at.is_not(None)) & (at < end if end else at.is_not(None))
        latest = select(answer).where(Message.contact_id == contact, Message.channel == channel, reached)
        latest = latest.order_by(Message.sent_at.desc(), Message.id.desc()).limit(1)
        return latest.correlate(Contact).scalar_subquery()

    return asked


K = EventKind
# key: verb, its denial, first time by anybody, first time by a human, kinds in the log, which messages count, whether
# it is measured by machines too
HAPPENED: dict[str, tuple[str, str, Any, Any, tuple[EventKind, ...], Any]] = {
    "sent": ("were sent", "were not sent", Message.sent_at, None, (), SENT),
    "delivered": ("received", "did not receive", Message.sent_at, None, (), REACHED),
    "opened": ("opened", "did not open", Message.opened_at, Message.human_opened_at, (K.OPENED, K.CLICKED), REACHED),
    "clicked": ("clicked in", "did not click in", Message.clicked_at, Message.human_clicked_at, (K.CLICKED,), REACHED),
    "replied": ("replied to", "did not reply to", Message.replied_at, None, (K.REPLIED,), REACHED),
    "bounced": ("bounced on", "did not bounce on", Message.bounced_at, None, (K.HARD_BOUNCED, K.SOFT_BOUNCED, K.BLOCKED), SENT),
    "unsubscribed": (
        "unsubscribed from", "did not unsubscribe from", Message.unsubscribed_at, None, (K.UNSUBSCRIBED,), REACHED,
    ),
    "complained": ("complained about", "did not complain about", Message.complained_at, None, (K.COMPLAINED,), REACHED),
}  # fmt: skip
NAMES = {Channel.EMAIL: ("mail", "mailing", "email"), Channel.SMS: ("sms", "text message", "text message")}


def _register(channel: Channel, key: str) -> None:
    area, thing, kind = NAMES[channel]
    verb, denied, first, by_human, kinds, reached = HAPPENED[key]

    def flag(human: bool) -> Any:
        return by_human if human and by_human is not None else first

    def rows(human: bool, timed: bool) -> Rows:
        if timed and kinds:
            return _log(channel, kinds, human and by_human is not None)
        return _messages(channel, flag(human), reached)

    which = "sent to them" if reached is SENT else "that reached them"
    means = "was sent to the contact" + (" and did not bounce" if reached is REACHED else "")
    register_event(
        Event(
            key=f"{area}.{key}", verb=verb, denied=denied, thing=f"a {thing}",
            group=f"{thing.capitalize()}s", rows=rows, human=by_human is not None, subjects=_broadcasts,
            last=_last(channel, flag, reached), last_words=f"the last {thing} {which}",
            needs="" if key in ("sent", "delivered") else f"{area}.{'sent' if reached is SENT else 'delivered'}",
            note=f"The last {thing} is the latest commercial {kind} that {means}.",
        )
    )  # fmt: skip


for _channel in NAMES:
    for _key in HAPPENED:
        _register(_channel, _key)


def _pages() -> list[tuple[str, str]]:
    return [(str(k), title) for k, title in db.session.execute(select(LandingPage.id, LandingPage.title))]


def _filled(human: bool, timed: bool) -> Rows:
    email = Submission.payload["email"].as_string()
    title = select(LandingPage.title).where(LandingPage.id == Submission.page_id).correlate(Submission)
    about = lambda page_id: Submission.page_id == page_id  # noqa: E731
    at, name = Submission.received_at, title.scalar_subquery()
    return Rows(Contact.email, email, at, Submission.id, name, (), about, listed=True)


register_event(
    Event("page.submitted", "filled in", "did not fill in", "a form", "Forms", _filled, subjects=_pages)
)  # fmt: skip


SEEN_WITH = {"deal": "opportunities.view", "order": "orders.view", "invoice": "invoices.view"}


def _event(key: str, verb: str, denied: str, thing: str, there: Any, at: Any, row: Any, name: Any, *where: Any) -> None:
    def rows(human: bool, timed: bool) -> Rows:
        return Rows(Contact.account_id, there, at, row, name, (at.is_not(None), *where))

    did, did_not = f"are at an account that {verb}", f"are at an account that {denied}"
    register_event(Event(key, did, did_not, thing, "Business", rows, permission=SEEN_WITH[key.partition(".")[0]]))


def _of_account(column: Any, *where: Condition) -> Way:
    return Way(column, Contact.account_id, column.class_.account_id, where)


def _words(values: Any) -> Callable[[], list[tuple[str, str]]]:
    return lambda: [(str(value), str(value).replace("_", " ").capitalize()) for value in values]


Deal, WON = Opportunity, Opportunity.state == OpportunityState.WON
PLACED, ISSUED = Order.state != OrderState.CANCELLED, Invoice.number.is_not(None)
_event("deal.opened", "began", "did not begin", "a deal", Deal.account_id, Deal.created_at, Deal.id, Deal.name)
_event("deal.won", "won", "did not win", "a deal", Deal.account_id, Deal.closed_at, Deal.id, Deal.name, WON)
_event(
    "order.placed",
    "placed",
    "did not place",
    "an order",
    Order.account_id,
    Order.placed_at,
    Order.id,
    Order.number,
    PLACED,
)
_event(
    "invoice.issued",
    "got",
    "did not get",
    "an invoice",
    Invoice.account_id,
    Invoice.issued_at,
    Invoice.id,
    Invoice.number,
    ISSUED,
)

deal = partial(register_field, group="Deals of the account", of="deal", permission="opportunities.view")
deal(
    "deal.stage", "stage", "choice", _of_account(Deal.stage, Deal.state == OpportunityState.OPEN), choices=_words(Stage)
)
deal("deal.state", "state", "choice", _of_account(Deal.state), choices=_words(OpportunityState))
deal("deal.amount", "amount", "money", _of_account(Deal.amount))
deal("deal.close_on", "closing day", "date", _of_account(Deal.close_on))
order = partial(register_field, group="Orders and invoices of the account", permission="orders.view")
order("order.total", "total", "money", _of_account(Order.total, PLACED), of="order")
order("order.placed", "day of placing", "moment", _of_account(Order.placed_at, PLACED), of="order")
order(
    "invoice.state", "state", "choice", _of_account(Invoice.state, ISSUED), choices=_words(InvoiceState), of="invoice"
)
order(
    "invoice.due_on",
    "due day",
    "date",
    _of_account(Invoice.due_on, Invoice.state == InvoiceState.ISSUED),
    of="open invoice",
)


def _of_lead(column: Any) -> Way:
    return Way(column, Contact.email, Lead.email, listed=True)


def _sources() -> list[tuple[str, str]]:
    return [(name, name) for name in db.session.scalars(select(Lead.source).distinct().order_by(Lead.source)) if name]


lead = partial(register_field, group="Leads with their address", of="lead", permission="leads.view")
lead("lead.state", "state", "choice", _of_lead(Lead.state), choices=_words(LeadState))
lead("lead.source", "source", "choice", _of_lead(Lead.source), choices=_sources)
lead("lead.score", "score", "number", _of_lead(Lead.score), swept=True)
lead("lead.grade", "grade", "text", _of_lead(Lead.grade), swept=True)
lead("lead.created", "first day", "moment", _of_lead(Lead.created_at))

for _model in (Opportunity, Order, Invoice):
    register_source(_model, _model.account_id, Contact.account_id)
register_source(Lead, Lead.email, Contact.email)
register_source(MessageEvent, MessageEvent.contact_id, Contact.id)
register_use("broadcasts", select(Broadcast.segment_id, Broadcast.id, Broadcast.name))
