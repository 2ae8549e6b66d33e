"""Sender domains: DKIM keys, and the records in DNS that make mail from them believed."""

from typing import Any

from flask import Response, current_app, flash, g, url_for

from portal.messages import services
from portal.messages.queries import servers
from portal.messages.rules.headers import new_dkim_key
from portal.messages.rules.records import wanted
from portal.web import mailserver
from portal.web.auth import needs
from portal.web.dns import look_up
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page

from .forms import AddSenderDomain, EditSenderDomain
from .routes import bp


@bp.post("/sender-domains")
@needs("company.edit", fresh=True)
def add_sender_domain() -> Any:
    """With a new key, which is sealed before it is stored."""
    form, settings = AddSenderDomain(), current_app.extensions["settings"]
    private, public = new_dkim_key()
    values = {"private_key": mailserver.seal(settings, private), "public_key": public}

    def add() -> int:
        return services.add_domain(g.actor, values | {"domain": str(form.domain.data).lower()}).id

    if not (done := submit(form, add)):
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors), "bad")
        return go(url_for(".show_mail_server"))
    return go(url_for(".show_sender_domain", record_id=done.result))


@bp.get("/sender-domains/<int:record_id>")
@needs("company.edit")
def show_sender_domain(record_id: int) -> Response:
    return _page(record_id)


@bp.post("/sender-domains/<int:record_id>")
@needs("company.edit", fresh=True)
def change_sender_domain(record_id: int) -> Any:
    form = EditSenderDomain()

    def change() -> int:
        return services.change_domain(g.actor, record_id, form.version.data, form.values()).id

    def current() -> dict[str, Any]:
        return {"version": servers.sender_domain(record_id).version}

    if not submit(form, change, current=current):
        return _page(record_id, form)
    flash("Saved.", "success")
    return go(url_for(".show_sender_domain", record_id=record_id))


@bp.post("/sender-domains/<int:record_id>/check")
@needs("company.edit")
def check_sender_domain(record_id: int) -> Any:
    """Asks DNS now."""
    domain = servers.sender_domain(record_id)
    found = look_up(wanted(domain))
    if submit(ActForm(), lambda: services.note_dns(record_id, found)):
        good = all(one.state == "good" for one in found.values())
        flash(
            "Everything is as it should be."
            if good
            else "Not everything is in order. What you change may take an hour to show.",
            "success" if good else "warn",
        )
    return go(url_for(".show_sender_domain", record_id=record_id))


def _page(record_id: int, form: EditSenderDomain | None = None) -> Response:
    domain = servers.sender_domain(record_id)
    return page(
        "messages/sender_domain.html",
        status=form.status if form else 200,
        title=domain.domain,
        crumbs=[("Mail servers", url_for(".show_mail_server"))],
        domain=domain,
        records=wanted(domain),
        form=form or EditSenderDomain(formdata=None, obj=domain),
        act_form=ActForm(formdata=None),
    )
