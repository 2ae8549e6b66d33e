"""Every model of every area, imported, so that their tables are known."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import MetaData

import portal
from portal.kernel.db import db

MADE_BY_STATEMENTS = ("search_index", "ix_search_entry_words")  # the full-text index, in each dialect's own SQL
NO_AREAS = ("migrations", "runtime", "seeds", "web")


def metadata() -> MetaData:
    """An area keeps its tables in `models`; the kernel keeps each beside the rule that it serves."""
    for area in iter_modules(portal.__path__):
        if not area.ispkg or area.name in NO_AREAS:
            continue
        for module in iter_modules(import_module(f"portal.{area.name}").__path__):
            if area.name == "kernel" or module.name == "models":
                import_module(f"portal.{area.name}.{module.name}")
    return db.metadata


def compared(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """What no model describes is not to be dropped for it."""
    return not (reflected and other is None and (name or "").startswith(MADE_BY_STATEMENTS))
