"""Every model of every area, imported, so that their tables are known."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import MetaData

import portal
from portal.kernel.db import db

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
