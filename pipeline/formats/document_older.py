"""What an older Word document (DOC) says of itself: the version that wrote it, and whether it is encrypted.

Source: [MS-DOC] 2.5.1 and 2.5.2 (Fib, FibBase: ``nFib`` at 2, the flags at 10); Word 6 and 95 have both at the same
places.
"""

from __future__ import annotations

import io
import struct
from typing import Final, NamedTuple

WORD_95: Final = 0x66
"""The least ``nFib`` of Word 95."""
WORD_97: Final = 0xC1
"""The least ``nFib`` of Word 97 to 2003."""
_STREAM: Final = "WordDocument"
_ENCRYPTED: Final = 0x0100


class OlderWord(NamedTuple):
    """The version of the program that wrote a DOC, as its ``nFib``, and whether its text is encrypted."""

    version: int
    is_encrypted: bool


def older_word(data: bytes) -> OlderWord:
    """Return what a compound file says of the Word document in it; version 0 where it cannot be told."""
    import olefile  # noqa: PLC0415 - of older documents only

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            head = container.openstream(_STREAM).read(12)
        version, flags = struct.unpack_from("<H", head, 2)[0], struct.unpack_from("<H", head, 10)[0]
    except (OSError, struct.error, ValueError, IndexError, TypeError, AttributeError):
        return OlderWord(0, is_encrypted=False)
    return OlderWord(version, bool(flags & _ENCRYPTED))
