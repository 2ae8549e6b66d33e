"""Where mail comes in from: mailboxes that are fetched, and mail services that tell us."""

from typing import Any

from flask import Response, abort, current_app, flash, g, url_for

from portal.inbound import queries, services
from portal.inbound.states import Provider
from portal.web import mailboxes, mailserver
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see

from .forms import EnterMailbox, SetWebhook
from .routes import bp

SECRETS = {
    Provider.SES: ("Amazon SES", "The ARN of the SNS topic that SES tells. Its signature is checked."),
    Provider.POSTMARK: ("Postmark", "A password of your own. Put it into the address: https://portal:PASSWORD@..."),
    Provider.SENDGRID: ("SendGrid", "The verification key of the signed event webhook."),
    Provider.MAILGUN: ("Mailgun", "The HTTP webhook signing key."),
}


@bp.get("/mailboxes")
@needs("company.edit")
def show_sources() -> Response:
    return _page(EnterMailbox(formdata=None))


def _page(form: EnterMailbox) -> Response:
    settings = current_app.extensions["settings"]
    return page(
        "inbound/sources.html",
        status=form.status if form.errors else 200,
        title="Where mail comes in",
        form=form,
        boxes=queries.mailboxes(),
        secrets=SECRETS,
        hooks=queries.webhooks(),
        hook_form=lambda known: SetWebhook(formdata=None, data={"active": known.active if known else True}),
        hook_url=lambda provider: settings.public_url + url_for(".hear", provider=provider),
        intake=settings.intake,
        text_url=settings.public_url + url_for(".hear_text") if settings.sms else "",
        act_form=ActForm(formdata=None),
    )


@bp.post("/mailboxes")
@needs("company.edit", fresh=True)
def enter_mailbox() -> Any:
    form, settings = EnterMailbox(), current_app.extensions["settings"]
    if not form.validate_on_submit():
        return _page(form)
    given = form.values()
    port = given["port"] or mailboxes.PORTS[given["protocol"]]
    folder = given["folder"] or "INBOX"
    account = mailboxes.Account(given["protocol"], given["host"], port, given["user"], given["password"], folder)
    values = {"name": given["name"], "url": mailserver.seal(settings, account.url())}
    if submit(form, lambda: services.enter(g.actor, values).id) is None:
        return _page(form)
    flash("Saved. It is fetched once a minute.", "success")
    return see(show_sources)


@bp.post("/mailboxes/<int:record_id>/switch")
@needs("company.edit")
def switch_mailbox(record_id: int) -> Any:
    if done := submit(ActForm(), lambda: services.switch(g.actor, record_id).active):
        flash("It is fetched again." if done.result else "It is not fetched any more.", "success")
    return see(show_sources)


@bp.post("/mailboxes/<int:record_id>/removal")
@needs("company.edit", fresh=True)
def forget_mailbox(record_id: int) -> Any:
    if submit(ActForm(), lambda: services.forget(g.actor, record_id)):
        flash("Forgotten. What was fetched stays.", "success")
    return see(show_sources)


@bp.post("/webhooks/<provider>")
@needs("company.edit", fresh=True)
def set_webhook(provider: str) -> Any:
    if provider not in set(Provider):
        abort(404)
    form, settings, found = SetWebhook(), current_app.extensions["settings"], Provider(provider)
    if form.validate_on_submit() and (form.secret.data or found in queries.webhooks()):
        secret = mailserver.seal(settings, form.secret.data.strip()) if form.secret.data else ""
        if submit(form, lambda: services.set_webhook(g.actor, found, secret, active=form.active.data).id):
            flash("Saved.", "success")
    else:
        flash("Enter the secret first.", "error")
    return see(show_sources)
