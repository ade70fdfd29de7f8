"""The texts that stand where something was withheld: ASCII, the same for every value.

A scan of a released copy must not take these for new findings; it recognises exactly
the markers of the policy in use and the fixed ones here, so that a look-alike in an
input protects nothing. Where a rule lets a part of a value stand, the part stands inside the
marker, in a form that can hold nothing else: ``[REDACTED SSN ending 6789]``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

REDACTED: Final = "[REDACTED]"
REDACTED_MAILBOX: Final = "redacted@redacted.invalid"
WITHHELD_PART: Final = "[WITHHELD: this part could not be examined and was left out]"
FIXED_MARKERS: Final = (REDACTED, REDACTED_MAILBOX, WITHHELD_PART)


KEPT: Final = (
    r" ending \d{4}",
    r" year \d{4}",
    r" initials (?:[A-Z]\.){1,4}",
    r" network \d{1,3}\.\d{1,3}\.\d{1,3}\.0/24",
)
"""What may stand of a value at the end of a marker: no name, no whole number."""


def keeping(marker: str, kept: str) -> str:
    """Return a marker that says what stands of the value (``kept`` reads like one of ``KEPT``, without its blank)."""
    return f"{marker.removesuffix(']')} {kept}]"


def marker_spans(text: str, markers: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the spans of ``text`` that are exactly one of ``markers``, with or without a part kept, or a fixed one."""
    if "[" not in text and REDACTED_MAILBOX not in text:
        return []
    return [found.span() for found in _pattern(markers).finditer(text)]


@lru_cache(maxsize=16)
def _pattern(markers: tuple[str, ...]) -> re.Pattern[str]:
    kept = f"(?:{'|'.join(KEPT)})?"
    forms = [re.escape(each) for each in FIXED_MARKERS]
    forms += [re.escape(each.removesuffix("]")) + kept + r"\]" for each in set(markers) if each.endswith("]")]
    return re.compile("|".join(sorted(forms, key=len, reverse=True)), re.ASCII)
