"""The browser's door to the domain: one blueprint per process area."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def register(app: Flask) -> None:
    """Register the `bp` of every area found beside this file."""
    for area in sorted(module.name for module in iter_modules(__path__)):
        app.register_blueprint(import_module(f"{__name__}.{area}").bp)
