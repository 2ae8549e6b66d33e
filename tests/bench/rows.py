"""Rows for the pages that show lists: so many of each kind, as a company of a few years has them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, text

from portal.accounts.models import Account, Contact
from portal.invoices.models import Invoice
from portal.kernel import clock
from portal.kernel.db import Base, db, unit_of_work
from portal.leads.models import Lead
from portal.messages.models import Message, MessageContent
from portal.opportunities.models import Opportunity
from portal.opportunities.states import PROBABILITY, Stage
from portal.orders.models import Order
from portal.quotes.models import Quote, Revision
from portal.scoring.models import ScoreReceipt
from tests import world

SLICE = 5_000
TOWNS = ("Seattle", "Lyon", "Münster", "Perth", "Austin", "Leeds", "Osaka")
INDUSTRIES = ("Retail", "Sports", "Wholesale", "Rental")
STAGES = list(Stage)
HASH = sha256(b"").hexdigest()
Row = dict[str, Any]


def fill(size: int, kinds: tuple[str, ...] = ()) -> None:
    """`size` rows of every kind, or only of `kinds` (accounts always: the others belong to them)."""
    reps = [world.position(key).id for key in ("rep", "colleague", "outsider")]
    for kind, (model, row) in KINDS.items():
        if not kinds or kind in kinds or model is Account:
            for start in range(0, size, SLICE):
                rows = [row(n) | _own(model, reps, n) for n in range(start, min(start + SLICE, size))]
                with unit_of_work():
                    db.session.execute(insert(model), rows)
    with unit_of_work():
        db.session.execute(text("ANALYZE"))  # as the database does by itself after a while


def _own(model: type[Base], reps: list[int], n: int) -> Row:
    return {"owner_id": reps[n % 3]} if hasattr(model, "owner_id") else {}


def _account(n: int) -> Row:
    return {"number": f"AW{n}", "name": f"Wheels of {TOWNS[n % 7]} {n}", "name_key": f"wheels of {n}", "currency": "USD",
            "city": TOWNS[n % 7], "country": ("US", "FR", "DE", "AU")[n % 4], "industry": INDUSTRIES[n % 4],
            "created_at": _at(n)}  # fmt: skip


def _contact(n: int) -> Row:
    return {"account_id": n + 1, "first_name": "Vera", "last_name": f"Visitor {n}", "email": f"vera.{n}@shop-{n % 50}.example",
            "job_title": "Buyer", "phone": "+1 425 555 0100"}  # fmt: skip


def _lead(n: int) -> Row:
    return {"first_name": "Vera", "last_name": f"Visitor {n}", "email": f"lead.{n}@shop-{n % 50}.example", "country": "US",
            "city": TOWNS[n % 7], "company": f"Wheels of {TOWNS[n % 7]} {n}", "source": ("Fair", "Web", "Phone")[n % 3],
            "state": ("new", "contacted")[n % 2], "score": n % 97, "fit": n % 40, "engagement": n % 57,
            "grade": "ABCD"[n % 4] + "1", "respond_by": _at(n) + timedelta(hours=4), "created_at": _at(n),
            "scored_at": _at(n)}  # fmt: skip


def _receipt(n: int) -> Row:
    return {"noun_of": "leads", "record_id": n // 6 + 1, "part": "fit", "label": f"Rule {n % 6}", "points": n % 20,
            "why": "Country is US", "scored_at": _at(n)}  # fmt: skip


def _deal(n: int) -> Row:
    stage, today = STAGES[n % 4], clock.now().date()
    return {"name": f"Road range {n}", "account_id": n // 5 + 1, "stage": stage, "probability": PROBABILITY[stage],
            "amount": 1000 + n, "currency": "USD", "close_on": today + timedelta(days=n % 120 - 10), "next_step": "Call",
            "next_step_on": today + timedelta(days=n % 14 - 2), "stage_since": _at(n % 1440)}  # fmt: skip


def _quote(n: int) -> Row:
    return {"number": f"Q-{n}", "subject": f"Road range {n}", "account_id": n + 1, "created_at": _at(n)}


def _revision(n: int) -> Row:
    return {"quote_id": n + 1, "number": 1, "valid_until": _at(n).date(), "currency": "USD", "total": 1000 + n}


def _order(n: int) -> Row:
    return {"number": f"SO-{n}", "account_id": n + 1, "placed_at": _at(n), "currency": "USD", "total": 1000 + n}


def _invoice(n: int) -> Row:
    """One in ten is still to be paid."""
    issued, total = _at(n), 1000 + n
    return {"number": f"INV-{n}", "account_id": n + 1, "issued_at": issued, "issued_on": issued.date(), "created_at": issued,
            "due_on": issued.date() + timedelta(days=30), "snapshot_hash": HASH, "currency": "USD", "total": total,
            "state": "paid" if n % 10 else "issued", "paid": total if n % 10 else 0}  # fmt: skip


def _content(n: int) -> Row:
    return {"subject": f"Your offer {n}", "text": "Hello"}


def _message(n: int) -> Row:
    address = f"vera.{n}@shop-{n % 50}.example"
    return {"reason": f"bench:{n}", "channel": "email", "purpose": "transactional", "address": address, "recipient": "Vera",
            "address_hash": sha256(address.encode()).hexdigest(), "content_id": n + 1, "message_id": f"<{n}@portal.example>",
            "state": "sent", "sent_at": _at(n), "created_at": _at(n)}  # fmt: skip


def _at(n: int) -> datetime:
    return clock.now() - timedelta(hours=n)


KINDS: dict[str, tuple[type[Base], Callable[[int], Row]]] = {
    "accounts": (Account, _account),
    "contacts": (Contact, _contact),
    "leads": (Lead, _lead),
    "receipts": (ScoreReceipt, _receipt),
    "opportunities": (Opportunity, _deal),
    "quotes": (Quote, _quote),
    "revisions": (Revision, _revision),
    "orders": (Order, _order),
    "invoices": (Invoice, _invoice),
    "contents": (MessageContent, _content),
    "messages": (Message, _message),
}
