"""Addresses of static files that change with their content, so that browsers may keep them for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for

KEEP = "public, max-age=31536000, immutable"


@lru_cache(maxsize=256)
def fingerprint(path: Path, changed_at: int) -> str:
    """First 12 hex digits of the file's SHA-256; read again only when the file changed."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def current_fingerprint(name: str) -> str:
    path = Path(str(current_app.static_folder), name)
    return fingerprint(path, path.stat().st_mtime_ns)


def asset_url(name: str) -> str:
    """Address of a file in static/ with its fingerprint. Raises FileNotFoundError for a file that is not there."""
    known: dict[str, str] = g.setdefault("asset_urls", {})  # a page names the icons a hundred times
    if name not in known:
        known[name] = url_for("static", filename=name, v=current_fingerprint(name))
    return known[name]


def keep_fingerprinted(response: Response) -> Response:
    """Far expiry, but only where the address names the very content that is sent."""
    if request.endpoint == "static" and response.status_code in (200, 304):
        name, asked = (request.view_args or {})["filename"], request.args.get("v")
        if asked and asked == current_fingerprint(name):
            response.headers["Cache-Control"] = KEEP
    return response


def register(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset_url
    app.after_request(keep_fingerprinted)
