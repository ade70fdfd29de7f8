"""Whether two readers see the same pages: of a damaged file PDFium may show a blank sheet, and others the record.

Nothing is taken from the second reader (pypdf); a page of which the two say different things holds the file.
"""

from __future__ import annotations

import io
import logging
from typing import Any, Final

import pypdf

from pipeline.errors import UnreadableSource
from pipeline.formats.page_content import PageContent

_SAME: Final = 2.0
"""Points by which the sides of a page may differ between readers."""


class SecondView:
    """The pages of a PDF as pypdf sees them; where it cannot read the file, it says nothing."""

    def __init__(self, data: bytes) -> None:
        """Open a file."""
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it says in warnings what it read
        self._pages: list[Any] = []
        try:
            reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted:
                reader.decrypt("")
            self._pages = list(reader.pages)
        except Exception:  # noqa: BLE001 - whatever a parser raises: PDFium reads the file, and it alone
            self._pages = []

    def refuse_other(self, page: PageContent, path: str) -> None:
        """Refuse a page that has another size for pypdf, or is blank and is not for pypdf (raises UnreadableSource)."""
        is_blank = not page.lines and not page.unread and not page.hidden
        if self._has_other_size(page) or (is_blank and self._may_have_words(page)):
            why = f"it is damaged: two readers see another page {page.number}"
            raise UnreadableSource(path, why, "open it in another program, print it to a new PDF, and run again")

    def _has_other_size(self, page: PageContent) -> bool:
        try:
            second = self._pages[page.number - 1]
            shown, paper = second.cropbox, second.mediabox
            across = min(shown.right, paper.right) - max(shown.left, paper.left)
            down = min(shown.top, paper.top) - max(shown.bottom, paper.bottom)
            sides = sorted((float(across), float(down)))
        except Exception:  # noqa: BLE001 - as above
            return False
        size = sorted((page.width, page.height))
        return sides[0] > 0 and any(abs(one - two) > _SAME for one, two in zip(sides, size, strict=True))

    def _may_have_words(self, page: PageContent) -> bool:
        """Return whether pypdf finds words on a page, or cannot say that there are none."""
        try:
            return bool(self._pages[page.number - 1].extract_text().strip())
        except Exception:  # noqa: BLE001 - as above
            return True
