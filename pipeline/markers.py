"""The texts that stand where something was withheld: ASCII, the same for every value.

A scan of a released copy must not take these for new findings; it recognises exactly
the markers of the policy in use and the fixed ones here, so that a look-alike in an
input protects nothing.
"""

from __future__ import annotations

from typing import Final

REDACTED: Final = "[REDACTED]"
REDACTED_MAILBOX: Final = "redacted@redacted.invalid"
WITHHELD_PART: Final = "[WITHHELD: this part could not be examined and was left out]"
FIXED_MARKERS: Final = (REDACTED, REDACTED_MAILBOX, WITHHELD_PART)


def marker_spans(text: str, markers: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the spans of ``text`` that are exactly one of ``markers`` or of the fixed markers."""
    spans = []
    for marker in {*markers, *FIXED_MARKERS}:
        at = text.find(marker)
        while at >= 0:
            spans.append((at, at + len(marker)))
            at = text.find(marker, at + len(marker))
    return sorted(spans)
