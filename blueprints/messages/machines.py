"""How machines are told from people, and judging all history again when the signs are better."""

from typing import Any

from flask import Response, flash, g, url_for

from portal.messages.queries.visits import judging
from portal.messages.rules.verdicts import AT_ONCE, BURST, BURST_LINKS, NEIGHBOURS, machines
from portal.messages.services.visits import judge_history
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import page, see

from .forms import JudgeHistory
from .pages import VERDICT_BADGES
from .routes import bp


@bp.get("/messages/machines")
@needs("messages.view")
def show_machines() -> Response:
    return _page(JudgeHistory(formdata=None))


def _page(form: JudgeHistory, status: int = 200) -> Response:
    return page(
        "messages/show_machines.html",
        "standing",
        status=status,
        title="Who counts as a machine",
        crumbs=[("Messages", url_for(".list_messages"))],
        machines=machines(),
        badges=VERDICT_BADGES,
        seconds={"trap": NEIGHBOURS.seconds, "burst": BURST.seconds, "links": BURST_LINKS, "at_once": AT_ONCE.seconds},
        work=judging(),
        form=form,
    )


@bp.post("/messages/judgement")
@needs("messages.judge")
def judge_again() -> Any:
    form = JudgeHistory()
    if not submit(form, lambda: judge_history(g.actor).id):
        return _page(form, form.status)
    flash("Judging all openings and clicks again", "success")
    return see(show_machines)
