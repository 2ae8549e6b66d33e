"""The designer: a tree of blocks, one of them selected, and a form for what can be set on it."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, request, url_for

from portal.catalog.queries import products_to_pick
from portal.emails import queries, services
from portal.emails.models import Email
from portal.emails.rules import document as tree
from portal.emails.rules.blocks import KINDS, Block
from portal.emails.rules.document import Document, Spot
from portal.kernel.db import transact
from portal.kernel.errors import Refused
from portal.web.auth import needs
from portal.web.forms import Form, submit
from portal.web.htmx import by_htmx, go, wanted_fragment

from ..events import with_event
from ..forms import PICTURE, EditTitles, SaveBlock, block_form, props_of
from ..pages import email_page
from ..products import with_product
from . import bp


@bp.get("/emails/<int:record_id>")
@needs("emails.view")
def show_email(record_id: int, block: str = "") -> Any:
    return _designer(queries.email(g.actor, record_id), block or request.args.get("block", ""))


@bp.post("/emails/<int:record_id>/titles")
@needs("emails.edit")
def save_titles(record_id: int) -> Any:
    draft, form = queries.email(g.actor, record_id), EditTitles()

    def current() -> dict[str, Any]:
        stored = queries.email(g.actor, record_id)
        return {name: getattr(stored, name) for name in ("version", "subject", "preheader")}

    def act() -> int:
        return services.edit_email(g.actor, record_id, form.version.data, "changed the subject", **form.values()).id

    if submit(form, act, current=current) is None:
        return _designer(draft, titles=form)
    flash("Saved.", "success")
    return _back(record_id)


@bp.post("/emails/<int:record_id>/blocks")
@needs("emails.edit")
def add_block(record_id: int) -> Any:
    """A new block of `kind`, or the `saved` one, at the place that was asked for."""
    draft, given = queries.email(g.actor, record_id), request.form
    saved, kind = given.get("saved", type=int), given.get("kind", "")
    if not saved and kind not in KINDS:
        flash("Choose a block.", "bad")
        return _back(record_id)
    block = dict(queries.saved_block(saved).block) if saved else tree.make(kind)
    spot = _asked_spot(draft.document, block)
    added = ""

    def change(document: Document) -> Document:
        nonlocal added
        before = {one["id"] for one, _ in tree.walk(document)}
        changed = tree.insert(document, block, spot)
        added = next(one["id"] for one, _ in tree.walk(changed) if one["id"] not in before)
        return changed

    return _change(record_id, f"added {_name(block)}", change, lambda: added)


@bp.post("/emails/<int:record_id>/blocks/<block_id>")
@needs("emails.edit")
def save_block(record_id: int, block_id: str) -> Any:
    draft = queries.email(g.actor, record_id)
    block = tree.find(draft.document, block_id)
    form = block_form(block["kind"])()

    def act() -> int:
        props = props_of(block["kind"], form)
        if "upload" in form and form.upload.data:
            sent = form.upload.data
            props["src"] = services.keep_picture(g.actor, sent.filename or "picture", sent.read()).path
        elif PICTURE.fullmatch(picked := request.form.get("p_pick", "")):
            props["src"] = picked
        props = with_product(props, block["props"], draft.language)
        props = with_event(props, block["props"], draft.language)
        what = f"changed {_name(block)}"
        version = form.version.data
        changed = tree.update(queries.email(g.actor, record_id).document, block_id, props)
        return services.edit_email(g.actor, record_id, version, what, document=changed).id

    if submit(form, act) is None:
        return _designer(draft, block_id, properties=form)
    flash("Saved.", "success")
    return _back(record_id, block_id)


@bp.post("/emails/<int:record_id>/blocks/<block_id>/place")
@needs("emails.edit")
def place_block(record_id: int, block_id: str) -> Any:
    """`do`: up, down, copy or remove; else it moves to the place that `section`, `column` and `at` name."""
    block = tree.find(queries.email(g.actor, record_id).document, block_id)
    name = _name(block)
    acts: dict[str, tuple[str, Callable[[Document], Document]]] = {
        "up": (f"moved {name} up", lambda document: tree.shift(document, block_id, -1)),
        "down": (f"moved {name} down", lambda document: tree.shift(document, block_id, 1)),
        "copy": (f"copied {name}", lambda document: tree.duplicate(document, block_id)),
        "remove": (f"removed {name}", lambda document: tree.remove(document, block_id)),
    }
    what, change = acts.get(
        request.form.get("do", ""), (f"moved {name}", lambda document: tree.move(document, block_id, _spot()))
    )
    return _change(record_id, what, change, lambda: "" if what.startswith("removed") else block_id)


@bp.post("/emails/<int:record_id>/undo")
@needs("emails.edit")
def undo_step(record_id: int) -> Any:
    return _step(record_id, services.undo, "Taken back")


@bp.post("/emails/<int:record_id>/redo")
@needs("emails.edit")
def redo_step(record_id: int) -> Any:
    return _step(record_id, services.redo, "Done again")


@bp.post("/emails/<int:record_id>/blocks/<block_id>/saving")
@needs("emails.edit")
def keep_block(record_id: int, block_id: str) -> Any:
    form = SaveBlock()
    if submit(form, lambda: services.save_block(g.actor, record_id, block_id, form.name.data).id) is None:
        return _designer(queries.email(g.actor, record_id), block_id, saving=form)
    flash("Saved. It stands below the blocks in every email.", "success")
    return _back(record_id, block_id)


def _designer(
    draft: Email,
    block_id: str = "",
    *,
    titles: Form | None = None,
    properties: Form | None = None,
    saving: Form | None = None,
) -> Any:
    blocks = {block["id"]: block for block, _ in tree.walk(draft.document)}
    chosen = blocks.get(block_id)
    refused = [form for form in (titles, properties, saving) if form]
    return email_page(
        "emails/designer.html",
        draft,
        "Design",
        "designer",
        status=refused[0].status if refused else 200,
        kinds=KINDS,
        chosen=chosen,
        column=request.args.get("column", type=int),
        titles=titles or EditTitles(formdata=None, obj=draft),
        properties=properties or (chosen and _form_of(chosen, draft)),
        saving=saving or SaveBlock(formdata=None),
        saved=queries.saved_blocks(),
        pictures=queries.pictures(24),
        look=queries.look_of(draft.language),
        products=products_to_pick() if chosen and chosen["kind"] == "product" else [],
    )


def _form_of(block: Block, draft: Email) -> Form:
    form = block_form(block["kind"])(formdata=None, data={f"p_{key}": value for key, value in block["props"].items()})
    form.version.data = draft.version
    return form


def _change(record_id: int, what: str, change: Callable[[Document], Document], block: Callable[[], str]) -> Any:
    try:
        transact(lambda: services.change_blocks(g.actor, record_id, what, change).id)
    except Refused as refusal:
        flash(refusal.message, "bad")
    return _back(record_id, block())


def _step(record_id: int, act: Callable[..., str], said: str) -> Any:
    try:
        what = transact(lambda: act(g.actor, record_id))
        flash(f"{said}: {what}.", "success")
    except Refused as refusal:
        flash(refusal.message, "bad")
    return _back(record_id)


def _back(record_id: int, block: str = "") -> Any:
    if by_htmx() and wanted_fragment():
        return show_email(record_id, block)
    return go(url_for(".show_email", record_id=record_id, block=block or None) + (f"#{block}" if block else ""))


def _spot() -> Spot:
    given = request.form
    return Spot(given.get("section", ""), given.get("column", 0, type=int), given.get("at", 10_000, type=int))


def _asked_spot(document: Document, block: Block) -> Spot:
    """Where it was dropped; in the column that was chosen; behind the selected block; else at the end, above a footer."""
    given = request.form
    if "at" in given or given.get("column"):
        return _spot()
    if given.get("after"):
        spot = tree.place_of(document, given["after"])
        if spot.section and block["kind"] == "section":
            spot = tree.place_of(document, spot.section)
        return spot._replace(at=spot.at + 1)
    rows = document["blocks"]
    footers = [at for at, one in enumerate(rows) if one["kind"] == "footer"]
    return Spot("", 0, footers[0] if footers and block["kind"] != "footer" else len(rows))


def _name(block: Block) -> str:
    return KINDS[block["kind"]].label
