"""Emails to begin with. Words in capitals and dots are there to be replaced; pictures lie beside this file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from portal.kernel.errors import NotFound

from ..document import Document, Spot, empty, insert, make
from .letters import LETTERS

FOLDER = Path(__file__).parent
PICTURES = frozenset(path.name for path in FOLDER.glob("*.png"))


class Letter(NamedTuple):
    """One template: what it is for, and what it says."""

    label: str
    purpose: str
    subject: str
    preheader: str
    document: Document

    @property
    def content(self) -> dict[str, Any]:
        return {"subject": self.subject, "preheader": self.preheader, "document": self.document}


def begin(key: str) -> dict[str, Any]:
    """Subject, preview text and blocks; an empty sheet with logo and footer for "". Raises NotFound."""
    if not key:
        return {"document": document_of([("header", {}), ("heading", {}), ("text", {}), ("footer", {})])}
    if key not in TEMPLATES:
        raise NotFound("emails.no_template", "There is no such template.")
    return TEMPLATES[key].content


def picture(name: str) -> bytes:
    """Raises NotFound."""
    if name not in PICTURES:
        raise NotFound("file.not_found", "There is no such picture.")
    return (FOLDER / name).read_bytes()


def document_of(lines: Sequence[Any]) -> Document:
    """(kind, properties) or ("section", properties, columns) in their order."""
    document = empty()
    for kind, props, *columns in lines:
        block = make(kind, **props)
        for number, column in enumerate(columns[0] if columns else []):
            block["columns"][number] = [make(inner, **given) for inner, given in column]
        document = insert(document, block, Spot())
    return document


TEMPLATES: Mapping[str, Letter] = {
    key: Letter(label, purpose, subject, preheader, document_of(lines))
    for key, (label, purpose, subject, preheader, lines) in LETTERS.items()
}
