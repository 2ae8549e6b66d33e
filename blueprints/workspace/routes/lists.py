"""What every list can do besides being read: bulk acts and exports."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, flash, g, request, stream_with_context, url_for

from portal.kernel import audit, files
from portal.kernel.db import transact
from portal.kernel.errors import NotFound, Refused
from portal.kernel.listing import COUNTED, Listing, count, ids, named
from portal.organization.queries import authorize
from portal.web import exports
from portal.web.auth import needs
from portal.web.htmx import go
from portal.workspace import services
from portal.workspace.rules import BulkAct, Refusal, bulk_act

from . import bp
from .views import back

MOST_PICKED = 500


@bp.post("/lists/<listing>/acts/<act>")
@needs("workspace.use")
def act_on_rows(listing: str, act: str) -> Any:
    """Picked rows at once, each for itself; all that match as long work over the rows that match now."""
    wanted = bulk_act(listing, act)
    if wanted is None:
        raise NotFound("lists.no_act", "There is no such act.")
    authorize(g.actor, wanted.permission)
    value = request.form.get(f"value-{act}", "")
    if request.form.get("all"):
        return _all_that_match(named(listing), wanted, value)
    picked = _picked()
    if not picked:
        flash("Pick at least one row first", "warn")
        return back()
    outcome = transact(lambda: services.act_on(g.actor, wanted, picked, value))
    _say(wanted, len(picked), outcome.refused)
    return back()


def _picked() -> list[int]:
    try:
        return [int(text) for text in request.form.getlist("pick")[:MOST_PICKED] if len(text) < 12]
    except ValueError as error:
        raise Refused("lists.bad_pick", "One of the picked rows cannot be read.") from error


def _say(act: BulkAct, picked: int, refusals: Sequence[Refusal]) -> None:
    done = picked - len(refusals)
    if done:
        flash(f"{act.text}: {done} {'row' if done == 1 else 'rows'}", "success")
    if refusals:
        reasons = " ".join(dict.fromkeys(refusal.reason for refusal in refusals))
        flash(f"{len(refusals)} left as {'it was' if len(refusals) == 1 else 'they were'}. {reasons}", "warn")


def _all_that_match(listing: Listing, act: BulkAct, value: str) -> Any:
    matching = ids(listing, g.actor, _filters(), g.timezone)
    key = files.put(json.dumps(matching).encode())
    spec = {"listing": listing.name, "act": act.name, "value": value, "ids": key}
    title = f"{act.text}, {len(matching):,} {listing.name}"
    work_id = transact(lambda: services.start(g.actor, "bulk", title, spec, len(matching)).id)
    return go(url_for(".show_work", work_id=work_id))


def _filters() -> dict[str, str]:
    return dict(parse_qsl(request.form.get("query", "")[:2000]))


@bp.post("/exports")
@needs("exports.run")
def export_list() -> Any:
    """The file at once, or as long work where it is large. Who took what is in the audit."""
    listing, args = named(request.form.get("listing", "")), _filters()
    kind = exports.known_format(request.form.get("format", ""))
    rows = count(listing, g.actor, args, g.timezone)
    listing.order(args.get("sort") or listing.sort)
    if rows > exports.AT_ONCE:
        return _export_later(listing, args, kind, rows if rows <= COUNTED else None)
    transact(lambda: audit.record(listing.name, None, "exported", filters=args, format=kind, rows=rows))
    pieces = (piece for _, piece in exports.write(listing, g.actor, args, kind, g.timezone))
    name = exports.file_name(listing, kind, g.timezone)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(pieces), mimetype=exports.MEDIA[kind], headers=headers)


def _export_later(listing: Listing, args: dict[str, str], kind: exports.Format, total: int | None) -> Any:
    spec = {"listing": listing.name, "args": args, "format": kind, "zone": g.timezone}

    def begin() -> int:
        audit.record(listing.name, None, "exported", filters=args, format=kind)
        return services.start(g.actor, "export", f"Export of {listing.name} as {kind.upper()}", spec, total).id

    work_id = transact(begin)
    flash("This export is large, so it is made in the background. A note will tell you when it is ready.", "success")
    return go(url_for(".show_work", work_id=work_id))
