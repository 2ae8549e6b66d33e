"""What people write in a text block: Markdown or simple HTML, and nothing that can act."""

import nh3
from markdown_it import MarkdownIt

TAGS = {
    "p", "br", "h2", "h3", "h4", "ul", "ol", "li", "strong", "b", "em", "i", "u", "s", "a", "blockquote", "hr", "code",
    "sub", "sup", "small",
}  # fmt: skip
_markdown = MarkdownIt("commonmark", {"html": True, "linkify": False}).disable(["image"])


def rich_html(text: str) -> str:
    """Links only to http(s), mailto and tel."""
    return nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
