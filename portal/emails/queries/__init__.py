"""Emails and what belongs to them."""

from ..rules.look import LINKS
from .brand import brand, look_of
from .drafts import EMAILS, content_of, email, email_choices, languages, steps_around, translations
from .findings import check, unreadable
from .people import contact, house_values, known_paths, people_named, values_of
from .shelf import picture_at, pictures, saved_block, saved_blocks
from .versions import as_read, compile_draft, languages_of, latest, links_of, sent_html, version, versions

__all__ = [
    "EMAILS", "LINKS", "as_read", "brand", "check", "compile_draft", "contact", "content_of", "email", "email_choices",
    "house_values", "known_paths", "languages", "languages_of", "latest", "links_of", "look_of", "people_named",
    "picture_at", "pictures", "saved_block", "saved_blocks", "sent_html", "steps_around", "translations", "unreadable",
    "values_of", "version", "versions",
]  # fmt: skip
