"""One record for every kind of route with parameters, owned by the rep: an area that adds a kind adds it here."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.accounts.models import AccountTeam
from portal.accounts.states import TeamRole
from portal.activities.services import add_task
from portal.broadcasts.models import Broadcast, BroadcastVariant
from portal.catalog.models import PriceList, PriceListItem, TaxRate
from portal.compensation.models import Adjustment, Dispute, Statement
from portal.compensation.services import keep_paper
from portal.compensation.states import AdjustmentKind
from portal.consent.models import Consent, Topic
from portal.consent.queries import preference_token
from portal.consent.rules import CONFIRMATION, seal_for
from portal.consent.states import Channel
from portal.identity import services as identity
from portal.identity.models import SignIn
from portal.invoices import services as invoices
from portal.kernel import clock, files, links
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.messages.models import SenderDomain
from portal.messages.services import add_server
from portal.opportunities.models import OpportunityLine
from portal.responsibility.services import transfer
from portal.scoring.models import ScoreRule
from portal.strategy import queries
from portal.territories.models import TerritoryRule
from portal.web.hosts import file_token
from portal.workspace.models import Notification, SavedView, StoredFile
from tests import world
from tests.accounts.makers import make_account
from tests.broadcasts.results import mailed
from tests.campaigns import samples as campaigns
from tests.channels.makers import channel, partner, registration
from tests.compensation import makers as pay
from tests.emails import makers as mails
from tests.events import samples as events
from tests.inbound.makers import arrived, mailbox
from tests.landing.makers import landing_page
from tests.messages.makers import agree, email
from tests.opportunities import makers as sales
from tests.organization.makers import deputy, ramp, unit
from tests.quotes import makers as quotes
from tests.realignment.makers import activated, plan, proposed
from tests.responsibility.makers import assignment_rule
from tests.segments.makers import make_segment
from tests.social import samples as social
from tests.strategy.makers import scenario
from tests.targets.makers import node as target_node
from tests.targets.makers import plan as target_plan
from tests.workspace.makers import add_work

Values = Mapping[str, object]
SERVER_ROUTES = (
    "edit_mail_server", "save_mail_server", "try_known_server", "forget_mail_server", "wake_mail_server",
)  # fmt: skip


def make() -> dict[str, Values]:
    """Endpoint, or else its blueprint -> the values of its parameters."""
    rep, rep_position = world.user("rep"), world.position("rep").id
    customer = sales.account()
    person = sales.contact(customer)
    deal = sales.ready()
    line = world.add(
        OpportunityLine(
            opportunity_id=deal.id, place=1, product_id=sales.product().id, quantity=Decimal(1), unit_price=Decimal(100)
        )
    )
    sent = quotes.sent()
    order_id = quotes.accepted()
    draft = quotes.draft()
    bill, bill_token = _invoice(quotes.accepted())
    stored = _stored_file(customer.id)
    rule = world.add(ScoreRule(part="fit", label="Big", fact="employees", operator="at_least", value="50", points=5))
    territory, model = world.territory("Southwest"), plan()
    place = {"noun": "accounts", "record_id": customer.id}
    agree("ann@example.com")
    price = world.add(PriceListItem(price_list_id=_price_list(), product_id=sales.product().id, unit_price=Decimal(9)))
    rate = world.add(TaxRate(country="FR", percent=Decimal(20)))
    mailing = world.add(Broadcast(name="News", owner_id=rep_position, variants=[BroadcastVariant(label="A")]))
    gone_out = mailed(1, owner_id=rep_position)
    with unit_of_work():
        way = add_server({"name": "Relay", "url": ""})
    sender = world.add(SenderDomain(domain="sender.invalid", private_key="", public_key=""))
    what_if = queries.scenario(scenario((1, date(2026, 4, 1))).id)
    return {
        "static": {"filename": "portal.css"},
        "accounts": {"record_id": customer.id},
        **dict.fromkeys(
            ("accounts.show_contact", "accounts.edit_contact", "accounts.update_contact"), {"record_id": person.id}
        ),
        "activities": place,
        **dict.fromkeys(
            (
                "activities.complete_task", "activities.reopen_task", "activities.snooze_task", "insights.complete_task",
                "insights.snooze_task",
            ),
            {"record_id": _task()},
        ),
        "broadcasts": {"record_id": mailing.id, "label": "A"},
        **dict.fromkeys(("broadcasts.show_clicks", "broadcasts.show_painted"), {"record_id": gone_out.id}),
        "catalog": {"record_id": price.product_id},
        **dict.fromkeys(
            ("catalog.show_price_list", "catalog.edit_price_list", "catalog.update_price_list", "catalog.add_price"),
            {"record_id": price.price_list_id},
        ),
        **dict.fromkeys(("catalog.edit_price", "catalog.update_price", "catalog.remove_price"), {"record_id": price.id}),
        **dict.fromkeys(
            ("catalog.edit_tax_rate", "catalog.update_tax_rate", "catalog.remove_tax_rate"), {"record_id": rate.id}
        ),
        **campaigns.make(),
        **events.make(),
        **social.make(),
        "channels": {"record_id": channel().id},
        **dict.fromkeys(
            ("channels.show_partner", "channels.edit_partner", "channels.change_partner"), {"record_id": partner().id}
        ),
        **dict.fromkeys(
            (
                "channels.show_registration", "channels.approve", "channels.reject", "channels.withdraw",
                "channels.open_deal",
            ),
            {"record_id": registration().id},
        ),
        **dict.fromkeys(("channels.edit_deal_channel", "channels.set_deal_channel"), {"record_id": deal.id}),
        **_compensation(),
        "consent": {"token": preference_token(Channel.EMAIL, "ann@example.com"), "record_id": 0, "channel": "email"},
        **dict.fromkeys(("consent.edit_topic", "consent.change_topic"), {"record_id": _topic()}),
        **dict.fromkeys(("consent.show_confirmation", "consent.confirm"), {"token": _confirmation()}),
        **dict.fromkeys(("consent.show_data", "consent.fetch_data"), {"token": "no-such-token"}),
        "emails": {"record_id": mails.published().id, "block_id": "b2", "number": 1, "key": "offer", "name": mails.shown()},
        "emails.forget_block": {"block_id": mails.saved_block()},
        "emails.show_mail": {"token": mails.web_view()},
        "identity": {"record_id": rep.id},
        "identity.end_device": {"record_id": _device()},
        **dict.fromkeys(("identity.show_invitation", "identity.accept_invitation"), {"token": _invitation()}),
        "insights.retry_entry": {"record_id": 0},
        "invoices": {"record_id": bill},
        "invoices.create_invoice": {"record_id": order_id},
        **dict.fromkeys(("invoices.show_bill", "invoices.show_bill_pdf"), {"token": bill_token}),
        "segments": {"record_id": make_segment("India", {"all": []}).id, "contact_id": person.id},
        "landing": {"record_id": landing_page().id, "slug": "resellers", "version": 1},
        "leads": {"record_id": sales.lead().id},
        "inbound": {"record_id": arrived(b"Subject: Hello\n\nHello").id, "provider": "mailgun"},
        "inbound.switch_mailbox": {"record_id": mailbox().id},
        "inbound.forget_mailbox": {"record_id": mailbox("Bounces").id},
        "messages": {"record_id": email(owner_id=world.position("rep").id)},
        **dict.fromkeys((f"messages.{name}" for name in SERVER_ROUTES), {"record_id": way.id}),
        **dict.fromkeys(
            ("messages.show_sender_domain", "messages.change_sender_domain", "messages.check_sender_domain"),
            {"record_id": sender.id},
        ),
        "opportunities": {"record_id": deal.id, "line_id": line.id},
        **dict.fromkeys(
            ("opportunities.qualify_lead", "opportunities.show_qualification", "opportunities.undo_qualification"),
            {"record_id": sales.lead().id},
        ),
        "orders": {"record_id": order_id},
        "organization": {"record_id": rep_position, "delegation_id": _delegation()},
        **dict.fromkeys(
            ("organization.show_unit", "organization.edit_unit", "organization.remove_unit"), {"record_id": unit().id}
        ),
        **dict.fromkeys(("organization.show_ramp", "organization.edit_ramp"), {"record_id": ramp(0, 50).id}),
        "realignment": {"record_id": model.id},
        **dict.fromkeys(
            ("realignment.show_placement", "realignment.pin_account", "realignment.unpin_account"),
            {"record_id": customer.id},
        ),
        "realignment.show_activation": {"record_id": activated()},
        "realignment.show_proposal": {"record_id": proposed(model)},
        "quotes": {"record_id": draft.id, "number": 1, "token": quotes.token(sent)},
        "responsibility": {"record_id": customer.id, "member_id": _member(customer.id)},
        **dict.fromkeys(
            ("responsibility.show_transfer", "responsibility.undo_transfer", "responsibility.cancel_transfer"),
            {"record_id": _transfer()},
        ),
        **dict.fromkeys(
            ("responsibility.edit_rule", "responsibility.change_rule", "responsibility.remove_rule"),
            {"record_id": assignment_rule().id},
        ),
        "scoring": {"record_id": rule.id},
        "security": {"token": "no-such-token"},
        "targets": _targets(),
        "strategy": {"year": 2026, "step": "organization", "record_id": what_if.id, "hire_id": what_if.hires[0].id},
        "territories": {"record_id": territory.id},
        **dict.fromkeys(
            ("territories.change_rule", "territories.edit_rule", "territories.remove_rule"),
            {"record_id": db.session.scalars(select(TerritoryRule.id)).first()},
        ),
        "workspace": place
        | {"file_id": stored, "work_id": add_work("Import")[0].id, "view_id": _view(), "listing": "leads", "act": "assign"}
        | {"token": file_token(stored)}
        | {"notification_id": world.add(Notification(user_id=rep.id, text="Hi", url="/", reason="x")).id},
    }  # fmt: skip


def values_for(samples: Mapping[str, Values], endpoint: str, names: set[str]) -> dict[str, Any] | None:
    """The parameters of a route; None where nobody has made a record for it."""
    found = samples.get(endpoint, samples.get(endpoint.partition(".")[0], {}))
    return {name: found[name] for name in names} if names <= found.keys() else None


def _targets() -> Values:
    """The draft of a second version, with a number for the rep."""
    target_plan({"rep": 100})
    draft = target_plan({}, approved=False)
    return {"record_id": target_node(draft, "rep"), "plan_id": draft.id, "kind": "csv"}


def _topic() -> int:
    return int(world.add(Topic(name="Events")).id)


def _confirmation() -> str:
    """Of somebody who said yes already, so that a click changes nothing."""
    agree("ann@example.com")
    agreed = db.session.scalars(select(Consent.id)).first()
    return seal_for(CONFIRMATION, agreed or 0, clock.now() + timedelta(days=7))


def _member(account_id: int) -> int:
    """The rep, in a team of which they are the owner anyway: it opens nothing to anybody."""
    position_id = world.position("rep").id
    return int(world.add(AccountTeam(account_id=account_id, position_id=position_id, role=TeamRole.OVERLAY)).id)


def _transfer() -> int:
    """From the rep to a colleague, made by operations."""
    account, to = make_account("Given away"), world.position("colleague").id
    with unit_of_work():
        made = transfer(SYSTEM, [account.id], to_position_id=to, reason="Fair share", on=clock.now().date())
        assert made is not None
        return made.id


def _delegation() -> int:
    """In the future: nobody stands in for anybody while the routes are asked."""
    return deputy("rep", "operator", date(2090, 1, 1), date(2090, 2, 1)).id


def _task() -> int:
    with unit_of_work():
        owner = world.position("rep").id
        due_at = clock.now() + timedelta(days=1)
        return add_task("Call back", due_at=due_at, about=[], author="Rita Rep", owner_id=owner)


def _device() -> int:
    """A device of the rep; not the one in use."""
    with unit_of_work():
        identity.open_sign_in(world.user("rep"), "127.0.0.1", "test")
    return db.session.scalars(select(SignIn.id).order_by(SignIn.id.desc())).first() or 0


def _invitation() -> str:
    with unit_of_work():
        return identity.issue_invitation(world.user("colleague"))


def _invoice(order_id: int) -> tuple[int, str]:
    with unit_of_work():
        bill = invoices.bill_order(SYSTEM, order_id)
    with unit_of_work():
        invoices.issue(SYSTEM, bill)
        return bill, links.issue(invoices.LINK, bill, 1, expires_at=clock.now() + timedelta(days=9))


def _stored_file(account_id: int) -> int:
    key = files.put(b"%PDF-1.7\n")
    made = StoredFile(
        noun_of="accounts", record_id=account_id, name="a.pdf", media_type="application/pdf", size=9, key=key,
        uploaded_by="Rita Rep",
    )  # fmt: skip
    return int(world.add(made).id)


def _compensation() -> dict[str, Values]:
    """The rep on a plan, with a locked January, a question about it, and an open February."""
    version = pay.plan()
    who = pay.joins(version)
    pay.invoice(1000, date(2026, 1, 5))
    pay.locked()
    statement = db.session.scalars(select(Statement.id)).one()
    with unit_of_work():
        keep_paper(statement, files.put(b"%PDF-1.7\n"))
    month = pay.calculated(2).id
    dispute = world.add(Dispute(statement_id=statement, question="Why?", raised_by="Rita Rep"))
    added = world.add(
        Adjustment(
            period_id=month, participant_id=who, kind=AdjustmentKind.SPIF, amount=Decimal(5), reason="Won", author="Ola"
        )
    )
    about = {
        "participants": (who, "show_participant", "change_participant", "add_draw", "accept_plan"),
        "plans": (version.plan_id, "show_plan", "draft_version", "new_participant", "add_participant"),
        "statements": (statement, "show_statement", "show_statement_pdf", "confirm_statement", "raise_dispute"),
        "disputes": (dispute.id, "show_dispute", "answer_dispute"),
        "adjustments": (added.id, "remove_adjustment"),
        "versions": (
            version.id, "show_version", "show_cost", "move_draft", "approve_version", "edit_component", "save_component",
            "remove_component",
        ),
    }  # fmt: skip
    return {
        "compensation": {"record_id": month, "kind": "csv"},
        **{f"compensation.{name}": {"record_id": key, "place": 0} for key, *names in about.values() for name in names},
    }


def _price_list() -> int:
    return int(world.add(PriceList(name="Spring", currency="USD")).id)


def _view() -> int:
    view = SavedView(user_id=world.user("rep").id, listing="leads", name=secrets.token_hex(4), query="q=x")
    return int(world.add(view).id)
