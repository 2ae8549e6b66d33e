"""Liquid and ready HTML step aside while text is escaped, MJML is compiled and styles are inlined."""

import re
from collections.abc import Callable
from typing import Any

from portal.kernel.liquid import TAG


class Shelter:
    """Puts a word that no tool touches in place of what must not change, and takes it out again."""

    def __init__(self, source: str) -> None:
        self.mark = "LQ"
        while self.mark in source:
            self.mark += "Q"
        self.kept: list[str] = []

    def keep(self, piece: str) -> str:
        self.kept.append(piece)
        return f"{self.mark}x{len(self.kept) - 1}x"

    def hide(self, value: Any) -> Any:
        """The same with every piece of Liquid kept, in texts, lists and mappings."""
        if isinstance(value, str):
            return TAG.sub(lambda found: self.keep(found[0]), value)
        if isinstance(value, list):
            return [self.hide(part) for part in value]
        if isinstance(value, dict):
            return {key: self.hide(part) for key, part in value.items()}
        return value

    def show_comments(self, text: str) -> str:
        """HTML that stands for itself, in place of the comment that kept its place. Conditions stay hidden: between the
        rows of a table they may only be comments."""
        return self._put_back(rf"<!--{self.mark}x(\d+)x-->", text, lambda piece: not TAG.match(piece))

    def show(self, text: str) -> str:
        """Everything back; a word that stands alone in a comment takes the comment along."""
        return self._put_back(rf"<!--{self.mark}x(\d+)x-->|{self.mark}x(\d+)x", text, lambda piece: True)

    def _put_back(self, words: str, text: str, wanted: Callable[[str], bool]) -> str:
        def piece(found: re.Match[str]) -> str:
            kept = self.kept[int(next(filter(None, found.groups())))]
            return kept if wanted(kept) else found[0]

        return re.sub(words, piece, text)
