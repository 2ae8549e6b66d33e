"""Which classes templates use and stylesheets define, and a stylesheet cut down to the used ones."""

import re
from collections.abc import Iterable

import tinycss2
from tinycss2.ast import Node

JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
COMMENT = re.compile(r"\{#.*?#\}", re.S)
STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")
COMPARED = re.compile(r"""[=!]=\s*(?:"[^"]*"|'[^']*')|(?:"[^"]*"|'[^']*')\s*(?::|==|!=)""")
CLASS_NAME = re.compile(r"-?[_a-zA-Z][\w-]*")
IN_SELECTOR = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
HOLE = "\x00"  # stands for a computed part of a class name


def classes(source: str) -> set[str]:
    """Class names in the class attributes of a template, also those in literals of expressions inside them.

    A name with a computed part ("is-{{ kind }}") is left out: only rendering knows it.
    """

    def flat(tag: re.Match[str]) -> str:
        if tag[0].startswith("{%"):
            return ""
        found = [a or b for a, b in STRING.findall(COMPARED.sub("", tag[0]))]
        if "~" in tag[0]:
            found = found[:1]
        return " ".join(found) + (HOLE if "~" in tag[0] or not found else "")

    words: set[str] = set()
    for value in re.findall(r'\bclass="([^"]*)"', JINJA.sub(flat, COMMENT.sub("", source))):
        words.update(word for word in value.split() if HOLE not in word and not word.endswith("-"))
    return words


def literals(source: str) -> set[str]:
    """Every word of every string in a template's tags: a class may be handed to a macro as an argument."""
    tags = " ".join(JINJA.findall(COMMENT.sub("", source)))
    words = {word for a, b in STRING.findall(tags) for word in (a or b).split()}
    return {word for word in words if CLASS_NAME.fullmatch(word)}


def defined(css: str) -> set[str]:
    """Class names that a stylesheet's selectors mention (numbers such as .5rem are no names)."""
    return set(IN_SELECTOR.findall(re.sub(r"/\*.*?\*/|url\([^)]*\)|\"[^\"]*\"", "", css, flags=re.S)))


def split(text: str, mark: str) -> list[str]:
    """Parts of CSS text between marks that stand outside quotes and brackets."""
    depth, last, quote = 0, 0, ""
    parts = []
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == mark and not depth:
            parts.append(text[last:at])
            last = at + 1
    return [part.strip() for part in [*parts, text[last:]] if part.strip()]


def wanted(selector: str, used: set[str]) -> bool:
    bare = re.sub(r":(?:not|where|is)\([^()]*\)", "", selector)
    if "navbar-theme" in bare or "body[data" in bare or "[data-theme=" in bare:
        return False
    return set(IN_SELECTOR.findall(bare)) <= used


def kept_rules(rules: Iterable[Node], used: set[str]) -> str:
    """Rules whose classes are all used; data: pictures go, as the content policy refuses them."""
    out = []
    for rule in rules:
        if rule.type == "at-rule" and rule.content is not None and rule.lower_at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if body := kept_rules(inner, used):
                out.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{body}}}")
        elif rule.type == "qualified-rule":
            selectors = [s for s in split(tinycss2.serialize(rule.prelude), ",") if wanted(s, used)]
            body = ";".join(d for d in split(tinycss2.serialize(rule.content), ";") if "url(" not in d)
            if selectors and body:
                out.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(out)


def trim(css: str, used: set[str], reads: str) -> str:
    """Keeps rules whose classes are all used, and custom properties that they or the stylesheet `reads` ask for."""
    body = kept_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), used)
    for _ in range(4):  # properties read one another, so dropping some frees others
        asked = set(re.findall(r"var\((--tblr-[\w-]+)", body + reads))
        body = re.sub(
            r"(--tblr-[\w-]+):[^;{}]*(?:;|(?=\}))",
            lambda match: match[0] if match[1] in asked else "",  # noqa: B023
            body,
        )
    return re.sub(r"[^{}]+\{\}", "", body)
