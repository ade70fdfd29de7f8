"""The fact ``minor``: a person named here is a child, by age, by grade, or as somebody's son or daughter.

A fact about a person, not a finding of its own: a policy may ask for it (initials instead of a name, say).
Grown sons exist; the fact proposes and a person decides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from recognizers.resources import packaged_configs, read_yaml

BEFORE: Final = 60
AFTER: Final = 70
"""How far from a name, in code points, its age or grade may stand; a sentence ends it sooner."""

_SENTENCE_END: Final = re.compile(r"[.!?;](?:\s|$)|\n\s*\n")


def is_minor(text: str, start: int, end: int) -> bool:
    """Return whether the words around the name ``start`` to ``end`` of ``text`` say that its bearer is a child."""
    before, after = _sentence_around(text, start, end)
    words = _patterns()
    return bool(
        words["kin_before"].search(before)
        or words["age_after"].match(after)
        or words["age_before"].search(before)
        or words["schooling"].search(before + " \0 " + after)
    )


def _sentence_around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a span in its sentence, near it, in lower case."""
    before = text[max(0, start - BEFORE) : start].casefold()
    stops = [found.end() for found in _SENTENCE_END.finditer(before)]
    after = text[end : end + AFTER].casefold()
    stop = _SENTENCE_END.search(after)
    return before[stops[-1] if stops else 0 :], after[: stop.start() if stop else len(after)]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    data = read_yaml(packaged_configs() / "minor_words.yaml")
    kin, schooling, grades, numbers = (
        "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in sorted(data[key], key=len, reverse=True))
        for key in ("kin", "schooling", "grades", "numbers")
    )
    young = rf"(?:1[0-7]|[1-9]|{numbers})"
    grade = rf"(?:{grades}|1[0-2]th|[4-9]th|1st|2nd|3rd)"
    return {
        "kin_before": re.compile(rf"\b(?:my|our|his|her|their|whose)\s+(?:[\w-]+\s+){{0,2}}(?:{kin})s?\s*[,:(]?\s*$"),
        "age_before": re.compile(rf"\b{young}[\s-]+(?:years?|yrs?|months?)[\s-]+old\s*,?\s*(?:{kin})?\s*,?\s*$"),
        "age_after": re.compile(
            rf"\s*[,(]?\s*(?:(?:who\s+)?(?:is|was|turned|turns|just\s+turned)\s+|aged?\s+)?(?:only\s+|now\s+)?{young}"
            r"(?=\s*(?:[),]|$|(?:years?|yrs?|months?)\b|and\b))"
        ),
        "schooling": re.compile(
            rf"\b(?:{schooling}|(?:in|finished|starting|starts|the)\s+(?:the\s+)?{grade}\s+grade)\b"
        ),
    }
