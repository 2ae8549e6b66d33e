"""Which files may be kept: an allow list of kinds, each recognised by its content and not by its name alone."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable

from portal.kernel.errors import Refused

BIGGEST = 10 * 2**20
LONGEST_NAME = 150
ENTRIES = 5_000  # parts an office document may have
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _office(folder: str) -> Callable[[bytes], bool]:
    """A document of the kind whose parts lie in `folder`, without macros."""

    def holds(content: bytes) -> bool:
        if not content.startswith(b"PK\x03\x04"):
            return False
        try:
            names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        except (zipfile.BadZipFile, ValueError, OSError):
            return False
        parts = any(name.startswith(folder) for name in names) and "[Content_Types].xml" in names
        return parts and len(names) <= ENTRIES and not any("vbaProject" in name for name in names)

    return holds


def _text(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in content and not content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"%PDF", b"MZ"))


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", lambda content: content.startswith(b"%PDF-")),
    "png": ("image/png", lambda content: content.startswith(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", lambda content: content.startswith(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", lambda content: content.startswith(b"\xff\xd8\xff")),
    "gif": ("image/gif", lambda content: content.startswith((b"GIF87a", b"GIF89a"))),
    "webp": ("image/webp", lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP"),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _office("word/")),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _office("xl/")),
    "pptx": (f"{_OFFICE}.presentationml.presentation", _office("ppt/")),
    "txt": ("text/plain", _text),
    "csv": ("text/csv", _text),
    "zip": ("application/zip", lambda content: content.startswith((b"PK\x03\x04", b"PK\x05\x06"))),
}


def media_type_of(name: str, content: bytes) -> tuple[str, str]:
    """The name as it may be shown, and the media type. Raises Refused."""
    shown = _UNSEEN.sub("", unicodedata.normalize("NFC", name)).replace("\\", "/").rpartition("/")[2].strip(" .")
    stem, _, ending = shown.rpartition(".")
    if not stem or ending.lower() not in KINDS:
        raise Refused("files.kind", f"Files of this kind are not kept. Choose one of: {', '.join(KINDS)}.", "file")
    if not content:
        raise Refused("files.empty", "This file is empty.", "file")
    if len(content) > BIGGEST:
        raise Refused("files.too_big", "This file has more than 10 MB.", "file")
    media_type, holds = KINDS[ending.lower()]
    if not holds(content):
        raise Refused("files.content", f"The content of this file is not what its name says (.{ending}).", "file")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending.lower()}", media_type
