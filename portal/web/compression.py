"""Answers are sent compressed to browsers that take it, except where their length could betray what is in them.

A person's page that another site asked for goes as it is: see decision 9.
"""

import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, current_app, g, request

LEAST = 1_000  # bytes; less fits one packet anyway
KINDS = {"application/javascript", "application/json", "application/xml", "image/svg+xml"}
OURS = {"same-origin", "none"}  # asked for by a page of ours, or by the person: typed, a bookmark


def _gzip(data: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, wbits=31)
    return packer.compress(data) + packer.flush()


def _brotli(data: bytes, level: int) -> bytes:
    packed: bytes = brotli.compress(data, quality=level)
    return packed


# By preference: how, how well for one answer, how well for a file that is packed once.
CODINGS: dict[str, tuple[Callable[[bytes, int], bytes], int, int]] = {"br": (_brotli, 5, 11), "gzip": (_gzip, 5, 9)}


@lru_cache(maxsize=256)
def _packed(path: Path, changed_at: int, coding: str) -> bytes:
    """A static file, packed once a process; again only when it changed."""
    pack, _, best = CODINGS[coding]
    return pack(path.read_bytes(), best)


def _compress(response: Response) -> Response:
    """Registered first, so that it comes last."""
    static = request.endpoint == "static"
    kind = response.mimetype or ""
    text = kind.startswith("text/") or kind in KINDS
    whole = response.status_code not in (206, 304) and (static or not response.direct_passthrough)
    if (response.content_length or 0) < LEAST or not text or not whole:
        return response
    response.vary.add("Accept-Encoding")
    coding = request.accept_encodings.best_match(CODINGS)
    if coding is None or response.content_encoding or not _safe():
        return response
    if static:
        path = Path(str(current_app.static_folder), (request.view_args or {})["filename"])
        data = _packed(path, path.stat().st_mtime_ns, coding)
        response.response.close()  # type: ignore[union-attr]
        response.direct_passthrough = False
    else:
        pack, quick, _ = CODINGS[coding]
        data = pack(response.get_data(), quick)
    response.set_data(data)
    response.content_encoding = coding
    if etag := response.get_etag()[0]:
        response.set_etag(etag, weak=True)  # the same content, not the same bytes
    return response


def _safe() -> bool:
    """Whether no other site can have asked for this in a person's name, or nobody but the person would see its length."""
    nobody = g.get("actor") is None or g.actor.user_id is None
    return nobody or not request.is_secure or request.headers.get("Sec-Fetch-Site") in OURS


def register(app: Flask) -> None:
    app.after_request(_compress)
