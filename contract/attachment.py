"""What may be sent along with a message: kinds of file, how they are told apart, how large.

A file is what its first bytes say, whatever its name says: nothing else is taken, or shown.

Source: docs/contract.md 8.
"""

from collections.abc import Mapping
from typing import Final

from contract.limits import ATTACHMENT_BYTES

PDF: Final = "application/pdf"
TEXT: Final = "text/plain"
ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/heic": ("heic",),
    "image/webp": ("webp",),
    PDF: ("pdf",),
    TEXT: ("txt",),
}
"""The kinds that are taken, and how the names of such files end."""
TAKEN: Final = "Pictures (JPEG, PNG, GIF, HEIC, WebP), PDF and plain text"
RULE: Final = f"{TAKEN}; at most {ATTACHMENT_BYTES // (1024 * 1024)} MB each."
"""What is said before anything is chosen."""
SHORT_RULE: Final = f"picture, PDF, text, to {ATTACHMENT_BYTES // (1024 * 1024)} MB"
"""The same where there is room for a few words."""
_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
)
_HEIC: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def kind_of(data: bytes) -> str:
    """The kind that the bytes themselves say; empty where it is none that is taken."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return "image/heic"
    return TEXT if _is_text(data) else ""


def _is_text(data: bytes) -> bool:
    """Whether it reads as text: UTF-8 without control characters, and no program or script."""
    if not data or data.startswith((b"#!", b"MZ")):
        return False
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(ord(c) < 32 and c not in "\t\n\r\f" for c in text)
