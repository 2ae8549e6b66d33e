"""Filling and sending the forms of a page as a browser would, without JavaScript."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import html5lib


@dataclass
class PageForm:
    """One form as rendered: where it goes and what its controls hold."""

    action: str
    values: dict[str, Any] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)  # names of what a person can type into
    kinds: dict[str, str] = field(default_factory=dict)  # name -> type of input, or the tag
    options: dict[str, str] = field(default_factory=dict)  # of a choice: the first that is not empty


def forms_of(html: str, page_url: str) -> list[PageForm]:
    """Every POST form of the page with its preset values."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return [_read(form, page_url) for form in tree.iter("form") if form.get("method", "").lower() == "post"]


def _read(form: Any, page_url: str) -> PageForm:
    found = PageForm(urljoin(page_url, form.get("action") or page_url))
    for control in form.iter():
        name = control.get("name")
        if not name or control.tag not in ("input", "select", "textarea"):
            continue
        kind = control.get("type", "text") if control.tag == "input" else control.tag
        if kind == "select":
            found.options[name] = next((o.get("value") for o in control.iter("option") if o.get("value")), "")
        if kind in ("checkbox", "radio") and control.get("checked") is None:
            found.options.setdefault(name, control.get("value") or "on")
            if kind == "checkbox" and control.get("required") is None:
                continue
        found.kinds[name] = kind
        if kind in ("checkbox", "radio") and control.get("checked") is None:
            continue
        if kind not in ("hidden", "checkbox", "radio", "select", "submit"):
            found.typed.append(name)
        found.values[name] = _value(control, kind)
    return found


def _value(control: Any, kind: str) -> str:
    if kind == "select":
        options = list(control.iter("option"))
        chosen = next((o for o in options if o.get("selected") is not None), options[0] if options else None)
        return "" if chosen is None else chosen.get("value") or ""
    return (control.text or "") if kind == "textarea" else control.get("value") or ""


def complaints(html: str) -> str:
    """What the page says is wrong with what was sent."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return " ".join(
        " ".join(e.itertext()) for e in tree.iter() if e.get("role") == "alert" or "field-error" in e.get("class", "")
    )
