"""Routes of the workspace, one file per thing that is kept."""

from flask import Blueprint

bp = Blueprint("workspace", __name__)

from . import files, imports, lists, notifications, views, work  # noqa: E402

__all__ = ["bp", "files", "imports", "lists", "notifications", "views", "work"]
