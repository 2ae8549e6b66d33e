"""Our own mails: MJML with translated sentences, compiled once per template, language and colour, filled per message."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import css_inline
import jinja2
import mjml
from markupsafe import Markup

from portal.kernel.colours import on_dark, on_white
from portal.kernel.paper import Brand
from portal.web.language import TEMPLATES, formats, gettext_for, locale_of

KNOWN_TAGS = {
    "mjml", "mj-head", "mj-body", "mj-title", "mj-breakpoint", "mj-raw", "mj-attributes", "mj-all", "mj-style", "mj-wrapper",
    "mj-section", "mj-column", "mj-text", "mj-button", "mj-table", "mj-divider", "mj-spacer",
}  # fmt: skip
LIGHT = {"ink": "#16201D", "muted": "#56625E", "line": "#DDE3E0", "page": "#F2F5F3", "card": "#FFFFFF"}
DARK = {
    "ink": "#E9EFEC",
    "muted": "#A9B6B1",
    "line": "#33403B",
    "page": "#0F1513",
    "card": "#18211E",
    "accent_ink": "#0B1512",
}
FONTS = Markup("Inter, -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif")
FILLER = Markup("&#847;&zwnj;&nbsp;" * 60)  # keeps the body out of the preview line of an inbox
INLINER = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)


class Mail(NamedTuple):
    """What one person gets, before it becomes a MIME message."""

    subject: str
    html: str
    text: str


class MailTemplate(NamedTuple):
    """Subject, HTML and text that wait for values."""

    subject: jinja2.Template
    html: jinja2.Template
    text: jinja2.Template


def names() -> list[str]:
    """Every mail as `area/name`."""
    return sorted(f"{path.parts[-3]}/{path.stem}" for path in TEMPLATES.glob("*/mail/*.mjml") if path.stem[0] != "_")


def write_mail(name: str, brand: Brand, language: str, values: Mapping[str, Any]) -> Mail:
    """The mail `area/name` in the recipient's language. A missing value is an error, never a gap in the sentence."""
    template = compile_mail(name, brand["accent"], language)
    given = {**values, "brand": brand}
    subject = " ".join(template.subject.render(given).split())
    text = re.sub(r"\n{3,}", "\n\n", template.text.render(given))  # what was left out leaves no hole
    return Mail(subject, template.html.render(given, subject_line=subject), text)


@lru_cache(256)
def compile_mail(name: str, accent: str, language: str) -> MailTemplate:
    """ValueError when the template holds a tag that MJML would drop, or asks for a style sheet from outside."""
    locale = locale_of(language)
    area, _, stem = name.partition("/")
    layout = _sentences(locale.language)
    look = {
        "m": LIGHT | {"accent": on_white(accent)}, "d": DARK | {"accent": on_dark(accent)}, "font_stack": FONTS,
        "filler": FILLER, "language": str(locale).replace("_", "-"),
    }  # fmt: skip
    source = layout.get_template(f"{area}/mail/{stem}.mjml")
    head = vars(source.make_module(look))
    text = layout.get_template(f"{area}/mail/{stem}.txt").render(reason=head["reason"])
    html = _compiled(name, source.render(look))
    rich, plain = _blanks(language, escape=True), _blanks(language, escape=False)
    return MailTemplate(plain.from_string(head["subject"]), rich.from_string(html), plain.from_string(text))


def _compiled(name: str, source: str) -> str:
    if strange := set(re.findall(r"</?(mj[\w-]*)", source)) - KNOWN_TAGS:
        raise ValueError(f"{name}: MJML drops {', '.join(sorted(strange))} without a word")
    html: str = INLINER.inline(mjml.mjml2html(source, fonts={}))
    if "@import" in html or "<link" in html:
        raise ValueError(f"{name}: a style sheet from outside")
    return html


@lru_cache
def _sentences(language: str) -> jinja2.Environment:
    """First step: `[[ ]]`, our sentences and colours; no value of a customer or of the brand comes near it."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=lambda name: bool(name and name.endswith(".mjml")),
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, variable_start_string="[[",
        variable_end_string="]]", block_start_string="[%", block_end_string="%]",
        comment_start_string="[#", comment_end_string="#]",
    )  # fmt: skip
    env.globals["_"] = gettext_for(language)
    return env


@lru_cache
def _blanks(language: str, escape: bool) -> jinja2.Environment:
    """Second step: `{{ }}`, filled once with values."""
    env = jinja2.Environment(autoescape=escape, undefined=jinja2.StrictUndefined)
    env.filters.update(formats(locale_of(language)))
    return env
