"""The company itself: its facts and its logo."""

from typing import Any

from flask import Response, flash, g

from portal.kernel import files
from portal.kernel.errors import NotFound
from portal.organization import queries, services
from portal.organization.rules import picture_kind
from portal.web.auth import needs, public
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see

from ..forms import EditCompany, UploadLogo
from . import bp


@bp.get("/company")
@needs("company.edit")
def show_company() -> Response:
    return _company_page(EditCompany(formdata=None, obj=queries.company()), UploadLogo(formdata=None))


@bp.post("/company")
@needs("company.edit")
def edit_company() -> Any:
    form = EditCompany()

    def act() -> None:
        services.edit_company(g.actor, form.version.data, **form.values())

    if not submit(form, act, current=_company_facts):
        return _company_page(form, UploadLogo(formdata=None))
    flash("Saved. Documents made from now on carry it.", "success")
    return see(show_company)


def _company_facts() -> dict[str, Any]:
    company = queries.company()
    return {name: value for name, value in vars(company).items() if not name.startswith("_")}


@bp.post("/company/logo")
@needs("company.edit")
def replace_logo() -> Any:
    form = UploadLogo()
    content = form.logo.data.read() if form.logo.data else b""
    if not submit(form, lambda: services.replace_logo(g.actor, content)):
        return _company_page(EditCompany(formdata=None, obj=queries.company()), form)
    flash("The logo is stored.", "success")
    return see(show_company)


@bp.post("/company/logo/removal")
@needs("company.edit")
def remove_logo() -> Any:
    if submit(ActForm(), lambda: services.remove_logo(g.actor)):
        flash("The logo is removed.", "success")
    return see(show_company)


def _company_page(form: EditCompany, logo: UploadLogo) -> Response:
    refused = [f for f in (form, logo) if f.errors]
    status = refused[0].status if refused else 200
    return page(
        "organization/company.html", status=status, title="Company", form=form, logo=logo, company=queries.company()
    )


@bp.get("/company/logo")
@public
def show_logo() -> Response:
    """Public: mails and customer pages show it."""
    company = queries.company()
    if company is None or company.logo_key is None:
        raise NotFound("company.no_logo", "There is no logo.")
    content = files.read(company.logo_key)
    answer = Response(content, mimetype=picture_kind(content) or "application/octet-stream")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a mail program may show it
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer
