"""Routes of emails, one file per page."""

from flask import Blueprint

bp = Blueprint("emails", __name__)

from . import brand, designer, listing, parts, pictures, previews, public, versions  # noqa: E402

__all__ = ["bp", "brand", "designer", "listing", "parts", "pictures", "previews", "public", "versions"]
