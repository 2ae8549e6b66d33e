"""What a logo may be."""

LOGO_LIMIT = 512 * 1024
_STARTS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def picture_kind(content: bytes) -> str | None:
    """The media type by the first bytes; None for anything but PNG and JPEG."""
    return next((kind for start, kind in _STARTS if content.startswith(start)), None)
