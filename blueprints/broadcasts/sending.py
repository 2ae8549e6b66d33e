"""Letting a broadcast go: the last look before it, and steering it on its way."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, g, url_for

from portal.broadcasts import queries, services
from portal.web.auth import needs
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import go, page

from .forms import PauseBroadcast, StartBroadcast
from .pages import broadcast_page, findings_of
from .routes import bp


@bp.get("/broadcasts/<int:record_id>/start")
@needs("broadcasts.send")
def review_start(record_id: int) -> Response:
    found = queries.broadcast(g.actor, record_id)
    return _start_page(
        record_id, StartBroadcast(formdata=None, data={"version": found.version, "timezone": g.timezone})
    )


@bp.post("/broadcasts/<int:record_id>/start")
@needs("broadcasts.send")
def start_broadcast(record_id: int) -> Any:
    form = StartBroadcast()

    def start() -> int:
        return services.start(g.actor, record_id, form.version.data, **form.when()).id

    def current() -> dict[str, Any]:
        return {"version": queries.broadcast(g.actor, record_id).version}

    if not submit(form, start, current=current):
        return _start_page(record_id, form, form.status)
    flash("It is on its way. You can leave this page.", "success")
    return go(url_for(".show_broadcast", record_id=record_id))


def _start_page(record_id: int, form: StartBroadcast, status: int = 200) -> Response:
    found = queries.broadcast(g.actor, record_id)
    crumbs = [
        ("Broadcasts", url_for(".list_broadcasts")),
        (found.name, url_for(".show_broadcast", record_id=record_id)),
    ]
    return page(
        "broadcasts/start.html",
        status=status,
        title="Send",
        crumbs=crumbs,
        broadcast=found,
        preview=queries.preview(found),
        findings=findings_of(found),
        form=form,
    )


@bp.post("/broadcasts/<int:record_id>/pause")
@needs("broadcasts.send")
def pause_broadcast(record_id: int) -> Any:
    form = PauseBroadcast()
    why = (form.why.data or "").strip()
    return _steer(record_id, lambda: services.pause(g.actor, record_id, why), "Paused. Nobody gets it twice.", form)


@bp.post("/broadcasts/<int:record_id>/resumption")
@needs("broadcasts.send")
def resume_broadcast(record_id: int) -> Any:
    return _steer(record_id, lambda: services.resume(g.actor, record_id), "It goes on.")


@bp.post("/broadcasts/<int:record_id>/cancellation")
@needs("broadcasts.send")
def cancel_broadcast(record_id: int) -> Any:
    return _steer(record_id, lambda: services.cancel(g.actor, record_id), "Cancelled. Who waited will not get it.")


@bp.post("/broadcasts/<int:record_id>/recall")
@needs("broadcasts.send")
def take_back_broadcast(record_id: int) -> Any:
    return _steer(record_id, lambda: services.take_back(g.actor, record_id), "It is a draft again.")


def _steer(record_id: int, do: Callable[[], Any], said: str, form: ActForm | PauseBroadcast | None = None) -> Any:
    return act(
        do,
        said,
        then=lambda: go(url_for(".show_broadcast", record_id=record_id)),
        again=lambda status: broadcast_page(record_id, status),
        form=form,
    )
