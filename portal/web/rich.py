"""Text that staff write in Markdown, as HTML that cannot do anything."""

from functools import lru_cache

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote", "br", "hr", "code", "pre"}
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["image"])


@lru_cache(256)
def rich(text: str) -> Markup:
    """Headings, lists, emphasis, quotes and links; no HTML, no images, links only to http(s) and mailto."""
    return Markup(
        nh3.clean(
            _markdown.render(text),
            tags=TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )


def paragraphs(text: str) -> Markup:
    """Plain text with its line breaks; everything else is escaped."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def register(app: Flask) -> None:
    app.jinja_env.filters.update(rich=rich, paragraphs=paragraphs)
