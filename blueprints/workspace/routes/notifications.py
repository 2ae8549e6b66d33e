"""What the portal tells a person."""

from typing import Any

from flask import flash, g, request

from portal.kernel.db import transact
from portal.web.auth import needs
from portal.web.htmx import go, page, see
from portal.web.http import safe_next
from portal.workspace import queries, services

from . import bp

PAGE = 50


@bp.get("/notifications")
@needs("workspace.use")
def list_notifications() -> Any:
    before = request.args.get("before", type=int)
    found = queries.notifications(g.actor, before, PAGE + 1)
    return page(
        "workspace/notifications.html",
        title="Notifications",
        found=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
    )


@bp.post("/notifications/read")
@needs("workspace.use")
def read_all() -> Any:
    transact(lambda: services.mark_read(g.actor))
    flash("All read", "success")
    return see(list_notifications)


@bp.post("/notifications/<int:notification_id>/opening")
@needs("workspace.use")
def open_notification(notification_id: int) -> Any:
    """Read from now on; leads to what it is about."""
    found = queries.notification(g.actor, notification_id)
    url = safe_next(found.url)
    transact(lambda: services.mark_read(g.actor, notification_id))
    return go(url)
