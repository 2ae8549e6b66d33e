"""The mail server: entered, tried and changed by administrators."""

from typing import Any

from flask import Response, current_app, flash, g
from flask_security import current_user

from portal.kernel.errors import Refused
from portal.organization.queries import company
from portal.web import mailserver
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see
from portal.web.servers import SmtpServer
from portal.web.transport import SmtpTransport, send_test

from .forms import EnterMailServer
from .routes import bp


@bp.get("/mail-server")
@needs("company.edit")
def show_mail_server() -> Response:
    known = mailserver.stored(_settings())
    shown = {"host": known.host, "port": known.port, "security": known.security, "user": known.user} if known else {}
    return _page(EnterMailServer(formdata=None, data=shown))


@bp.post("/mail-server")
@needs("company.edit", fresh=True)
def save_mail_server() -> Any:
    form, settings = EnterMailServer(), _settings()
    if not form.validate_on_submit() or (server := _entered(form)) is None:
        return _page(form)
    if not submit(form, lambda: mailserver.keep(g.actor, settings, server)):
        return _page(form)
    flash("Saved. The next mail goes out through it.", "success")
    return see(show_mail_server)


@bp.post("/mail-server/test")
@needs("company.edit", fresh=True)
def try_mail_server() -> Response:
    """Sends one mail to whoever asks, through what is typed in, and says what the server said. Nothing is stored."""
    form = EnterMailServer()
    if not form.validate_on_submit() or (server := _entered(form)) is None:
        return _page(form)
    seller = company()
    answer = send_test(SmtpTransport(server), seller.email if seller else current_user.email, current_user.email)
    return _page(form, answer)


@bp.post("/mail-server/removal")
@needs("company.edit", fresh=True)
def forget_mail_server() -> Any:
    if submit(ActForm(), lambda: mailserver.keep(g.actor, _settings(), None)):
        flash("Forgotten. Mail waits until another server is entered.", "success")
    return see(show_mail_server)


def _settings() -> Any:
    return current_app.extensions["settings"]


def _entered(form: EnterMailServer) -> SmtpServer | None:
    """None after the form has been told why."""
    try:
        return mailserver.entered(_settings(), form.values())
    except Refused as refusal:
        form.refuse(refusal)
        return None


def _page(form: EnterMailServer, answer: Any = None) -> Response:
    settings = _settings()
    return page(
        "messages/mail_server.html",
        status=form.status if form.errors else 200,
        title="Mail server",
        form=form,
        answer=answer,
        fixed=settings.smtp,
        stored=mailserver.stored(settings),
        act_form=ActForm(formdata=None),
        to=current_user.email,
    )
