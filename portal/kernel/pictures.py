"""Pictures that go out to people: read, bounded and written anew, so that nothing but the picture is kept of a file."""

import io
from hashlib import sha256
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import Refused

BIGGEST = 5 * 2**20  # bytes of the file that is brought
MOST_PIXELS = 24_000_000
WIDEST = 1_200  # twice the width of a mail, for fine screens
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/png"}  # mail programs lack WebP


class Picture(NamedTuple):
    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()


def read_picture(content: bytes) -> Picture:
    """Recognised by its content. Raises Refused. An animation keeps its frames when it is not too large."""
    if len(content) > BIGGEST:
        raise Refused("picture.size", f"A picture may have {BIGGEST // 2**20} MB at most.", "file")
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused("picture.pixels", "This picture has too many pixels.", "file")
            if opened.format == "GIF" and getattr(opened, "is_animated", False) and opened.width <= WIDEST:
                return _animation(opened)
            return _still(opened)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("picture.kind", "Choose a PNG, JPEG, GIF or WebP picture.", "file") from error


def _still(opened: Image.Image) -> Picture:
    kind = "JPEG" if opened.format == "JPEG" else "PNG"
    upright = ImageOps.exif_transpose(opened)
    shown = upright.convert("RGB" if kind == "JPEG" else "RGBA" if upright.has_transparency_data else "RGB")
    if shown.width > WIDEST:
        shown = shown.resize((WIDEST, max(round(shown.height * WIDEST / shown.width), 1)))
    out = io.BytesIO()
    shown.save(out, kind, optimize=True, **({"quality": 85} if kind == "JPEG" else {}))
    return Picture(out.getvalue(), FORMATS[kind], shown.width, shown.height)


def _animation(opened: Image.Image) -> Picture:
    out = io.BytesIO()
    opened.save(out, "GIF", save_all=True, optimize=True)
    return Picture(out.getvalue(), "image/gif", opened.width, opened.height)
