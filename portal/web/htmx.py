"""Answering a browser with or without htmx."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for


def page(template: str, *fragments: str, status: int = 200, **context: Any) -> Response:
    """The whole page, or the one block htmx asked for.

    A fragment has one name: the Jinja block, the element's id and the HX-Target are the same word. Boosted links,
    HX-Location and the back button carry no such target, so they get the page.
    """
    wanted = wanted_fragment()
    if wanted in fragments:
        html = render_block(template, wanted, **context) + render_template("layout/_flash.html", oob=True)
    else:
        html = render_template(template, **context)
    response = make_response(html, status)
    response.vary.update(["HX-Request", "HX-Target"])
    return response


def render_block(template: str, block: str, **context: Any) -> str:
    """One block of a template, its own or one of the templates it extends."""
    current_app.update_template_context(context)
    found = current_app.jinja_env.get_template(template)
    frame = found.new_context(context)
    next(found.root_render_func(frame), "")  # runs imports and extends; what it prints is thrown away
    return "".join(frame.blocks[block][0](frame))


def wanted_fragment() -> str:
    """The element htmx will put the answer into; htmx 4 sends tag#id."""
    return request.headers.get("HX-Target", "").rpartition("#")[2]


def by_htmx() -> bool:
    return "HX-Request" in request.headers


def see(view: Callable[..., Any], **values: Any) -> Any:
    """After a successful POST: run the GET view again for htmx, redirect everybody else to it."""
    if by_htmx() and wanted_fragment():
        return view(**values)
    return go(url_for(f".{view.__name__}", **values))


def go(location: str) -> Response:
    """After a successful POST that leaves this page. A script never sees a 303, so htmx gets a header."""
    if by_htmx():
        return Response(status=204, headers={"HX-Location": location})
    response = redirect(location, 303)
    assert isinstance(response, Response)
    return response
