"""Liquid with limits: a template is read once, turned into a list of functions, and filled once per recipient."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .filters import LiquidError, Missing
from .reader import TAG, read
from .template import Template

__all__ = ["TAG", "LiquidError", "Missing", "Template", "parse", "personalise"]


def personalise(template: str, values: Mapping[str, Any], *, escapes: bool = True) -> str:
    """Fill HTML, or with `escapes=False` a subject or plain text. Raises LiquidError, Missing among them."""
    return parse(template, escapes).fill(values)


@lru_cache(512)
def parse(template: str, escapes: bool = True) -> Template:
    """Raises LiquidError with the words for whoever wrote it."""
    return read(template, escapes)
