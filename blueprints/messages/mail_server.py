"""Mail servers: entered, tried, limited and switched off by administrators."""

from typing import Any

from flask import Response, current_app, flash, g, url_for
from flask_security import current_user

from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.messages import services
from portal.messages.models import MailServer
from portal.messages.queries import servers
from portal.organization.queries import company
from portal.web import mailserver
from portal.web.auth import needs
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import go, page
from portal.web.servers import SmtpServer
from portal.web.transport import SmtpTransport, send_test

from .forms import AddSenderDomain, EnterMailServer
from .routes import bp


@bp.get("/mail-server")
@needs("company.edit")
def show_mail_server() -> Response:
    return _list_page()


def _list_page(status: int = 200) -> Response:
    return page(
        "messages/mail_servers.html",
        status=status,
        title="Mail servers",
        servers=servers.mail_servers(),
        domains=servers.sender_domains(),
        pending=not servers.server_of_environment() and bool(_settings().smtp),
        now=clock.now,
        form=ActForm(formdata=None),
        domain_form=AddSenderDomain(formdata=None),
        suggested=_house().rpartition("@")[2],
    )


@bp.get("/mail-server/new")
@needs("company.edit")
def new_mail_server() -> Response:
    return _page(EnterMailServer(formdata=None))


@bp.post("/mail-server/new")
@needs("company.edit", fresh=True)
def create_mail_server() -> Any:
    form, settings = EnterMailServer(), _settings()
    if not form.validate_on_submit() or (server := _entered(form)) is None:
        return _page(form)
    values = form.columns() | {"url": mailserver.sealed(settings, server)}
    if not submit(form, lambda: services.enter_server(g.actor, values).id):
        return _page(form)
    flash("Saved. The next mail goes out through it.", "success")
    return go(url_for(".show_mail_server"))


@bp.get("/mail-server/<int:record_id>")
@needs("company.edit")
def edit_mail_server(record_id: int) -> Response:
    server = servers.mail_server(record_id)
    form = EnterMailServer.showing(server, mailserver.opened(_settings(), server))
    return _page(form if server.url else form.by_environment(), server)


@bp.post("/mail-server/<int:record_id>")
@needs("company.edit", fresh=True)
def save_mail_server(record_id: int) -> Any:
    form, settings, known = EnterMailServer(), _settings(), servers.mail_server(record_id)
    if not known.url:
        form = form.by_environment()
    address = mailserver.opened(settings, known) if known.url else None
    if not form.validate_on_submit() or (known.url and (address := _entered(form, address)) is None):
        return _page(form, known)
    values = form.columns() | ({"url": mailserver.sealed(settings, address)} if address else {})
    if not submit(
        form,
        lambda: services.change_server(g.actor, record_id, form.version.data, values).id,
        current=lambda: {"version": servers.mail_server(record_id).version},
    ):
        return _page(form, known)
    flash("Saved. It counts from the next message on.", "success")
    return go(url_for(".show_mail_server"))


@bp.post("/mail-server/test")
@needs("company.edit", fresh=True)
def try_mail_server() -> Response:
    """Sends one mail to whoever asks, through what is typed in, and says what the server said. Nothing is stored."""
    form = EnterMailServer()
    if not form.validate_on_submit() or (server := _entered(form)) is None:
        return _page(form)
    return _page(form, answer=_test(server))


@bp.post("/mail-server/<int:record_id>/test")
@needs("company.edit", fresh=True)
def try_known_server(record_id: int) -> Response:
    """The same with a stored one; an empty password is the stored one."""
    form, known = EnterMailServer(), servers.mail_server(record_id)
    address = mailserver.opened(_settings(), known)
    if known.url and (not form.validate_on_submit() or (address := _entered(form, address)) is None):
        return _page(form, known)
    form = form if known.url else form.by_environment()
    return _page(form, known, answer=_test(address) if address else None)


def _test(server: SmtpServer) -> Any:
    return send_test(SmtpTransport(server), _house(), current_user.email)


@bp.post("/mail-server/<int:record_id>/removal")
@needs("company.edit", fresh=True)
def forget_mail_server(record_id: int) -> Any:
    return act(
        lambda: services.forget_server(g.actor, record_id),
        "Forgotten. Mail goes out through the others, or waits.",
        then=lambda: go(url_for(".show_mail_server")),
        again=_list_page,
    )


@bp.post("/mail-server/<int:record_id>/trial")
@needs("company.edit", fresh=True)
def wake_mail_server(record_id: int) -> Any:
    return act(
        lambda: services.wake_server(g.actor, record_id),
        "It is tried again at full pace.",
        then=lambda: go(url_for(".show_mail_server")),
        again=_list_page,
    )


def _settings() -> Any:
    return current_app.extensions["settings"]


def _house() -> str:
    seller = company()
    return seller.email if seller else str(current_user.email)


def _entered(form: EnterMailServer, known: SmtpServer | None = None) -> SmtpServer | None:
    """None after the form has been told why."""
    try:
        return mailserver.entered(_settings(), form.values(), known)
    except Refused as refusal:
        form.refuse(refusal)
        return None


def _page(form: EnterMailServer, server: MailServer | None = None, answer: Any = None) -> Response:
    return page(
        "messages/mail_server.html",
        status=form.status if form.errors else 200,
        title=server.name if server else "New mail server",
        crumbs=[("Mail servers", url_for(".show_mail_server"))],
        form=form,
        server=server,
        pace=servers.paces(server.id) if server else [],
        fixed=_settings().smtp if server and not server.url else None,
        answer=answer,
        act_form=ActForm(formdata=None),
        to=current_user.email,
    )
