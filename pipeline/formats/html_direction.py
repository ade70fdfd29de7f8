"""HTML whose signs are shown from right to left whatever they are: ``<bdo dir=rtl>``, or a style that says so.

What such an element shows is not what stands in it: ``9934-09-635`` is read as 536-90-4399. Its text gets the signs
that say the same in plain text (UAX #9, RLO and PDF), so that it is examined as it is shown, here and in the copy.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.formats.html_tokens import Tag

_OVERRIDE: Final = re.compile(r"unicode-bidi\s*:\s*(?:bidi|isolate)-override", re.IGNORECASE)
_LEFTWARD: Final = re.compile(r"direction\s*:\s*rtl", re.IGNORECASE)
_TURN, _END = "\u202e", "\u202c"


class Direction:
    """Whether the text that comes next stands in an element that is shown from right to left."""

    def __init__(self) -> None:
        self._open: list[tuple[str, int]] = []
        """Elements that turn their text, and how many of the same name are open inside."""

    def take(self, tag: Tag) -> None:
        """Take note of a tag."""
        if not tag.closes and self._turns(tag):
            self._open.append((tag.name, 0))
        elif self._open and tag.name == self._open[-1][0]:
            name, inside = self._open.pop()
            if not tag.closes or inside:
                self._open.append((name, inside + (-1 if tag.closes else 1)))

    def _turns(self, tag: Tag) -> bool:
        about = dict(tag.attributes)
        style = about.get("style", "")
        leftward = about.get("dir", "").strip().lower() == "rtl" or _LEFTWARD.search(style) is not None
        return leftward and (tag.name == "bdo" or _OVERRIDE.search(style) is not None)

    def shown(self, text: str) -> str:
        """Return a text with what says how it is shown."""
        return f"{_TURN}{text}{_END}" if self._open and text.strip() and _TURN not in text else text
