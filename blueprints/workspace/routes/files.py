"""Files on records: seen by whoever sees the record, handed out as downloads only."""

from typing import Any
from urllib.parse import quote

from flask import Response, flash, g, request, url_for

from portal.kernel import files
from portal.kernel.db import Base, transact
from portal.kernel.errors import NotFound, Refused
from portal.organization.queries import get
from portal.web.auth import needs, public
from portal.web.hosts import file_of, send_to_file
from portal.web.htmx import go
from portal.web.http import safe_next
from portal.web.records import PAGES, model_of
from portal.workspace import queries, services
from portal.workspace.models import StoredFile

from . import bp
from .views import back


@bp.post("/records/<noun>/<int:record_id>/files")
@needs("files.edit")
def attach_file(noun: str, record_id: int) -> Any:
    record = _record(noun, record_id)
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Refused("files.none", "Choose a file first.", "file")
        content, name = sent.read(), sent.filename
        stored = transact(lambda: services.attach(g.actor, record, name, content).name)
        flash(f"{stored} added", "success")
    except Refused as refusal:
        flash(refusal.message, "bad")
    return back()


@bp.get("/files/<int:file_id>")
@needs("files.view")
def download_file(file_id: int) -> Any:
    if _seen(file_id).removed_at:
        raise NotFound("files.not_found", "This file was removed.")
    return send_to_file(file_id)


@bp.get("/f/<token>")
@public
def hand_out_file(token: str) -> Response:
    stored = queries.stored_file(file_of(token))
    return sent_as_download(files.read(stored.key), stored.name, stored.media_type)


@bp.post("/files/<int:file_id>/removal")
@needs("files.edit")
def remove_file(file_id: int) -> Any:
    name = _seen(file_id).name
    transact(lambda: services.remove_file(g.actor, file_id))
    undo = url_for(".restore_file", file_id=file_id, next=safe_next(request.form.get("next")))
    flash({"text": f"{name} removed", "undo": undo}, "success")  # type: ignore[arg-type]
    return back()


@bp.post("/files/<int:file_id>/restoration")
@needs("files.edit")
def restore_file(file_id: int) -> Any:
    name = _seen(file_id).name
    transact(lambda: services.restore_file(g.actor, file_id))
    flash(f"{name} is back", "success")
    return go(safe_next(request.args.get("next")))


def _seen(file_id: int) -> StoredFile:
    """The file, if its record is visible. Raises NotFound."""
    stored = queries.stored_file(file_id)
    _record(stored.noun_of, stored.record_id)
    return stored


def _record(noun: str, record_id: int) -> Base:
    if noun not in PAGES:
        raise NotFound("files.not_found", "This is not here, or not yours to see.")
    return get(g.actor, model_of(noun), record_id)


def sent_as_download(content: bytes, name: str, media_type: str) -> Response:
    """Bytes a browser saves and never shows: nothing in them runs in our origin."""
    plain = "".join(c if c.isascii() and c.isalnum() or c in "._- " else "_" for c in name)
    return Response(
        content,
        mimetype=media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
