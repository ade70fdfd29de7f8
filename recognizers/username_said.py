"""User names that prose tells: ``my login treddog does not work``, ``posted as MadMax_MT``, ``acct jbull disabled``.

Each shape yields the place of a word; whether that word is prose is for the recognizer to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from recognizers.text import Shape

_NAME: Final = r"[\"'\x{2018}\x{201C}]?([A-Za-z][A-Za-z0-9_.\\\-]{2,31})"
_OWNERS: Final = "(?:my|his|her|their|your)"
_LOGIN: Final = "(?:log-?in|log-?on|user ?name|user ?id)"
_DONE: Final = (
    "(?:scanned|printed|uploaded|downloaded|entered|opened|closed|updated|modified|created|approved|submitted|deleted"
    "|edited|saved)"
)
_LABEL: Final = "(?:log-?in|log-?on|user ?name|user ?id|user|screen ?name|account name|profile name|handle)"
_SAID_TO_BE: Final = Shape(
    rf"\b{_LABEL}(?: (?:name|id))?(?: (?:for|on|at|to|in) (?:the |my |our |your )?[a-z0-9'\x{{2019}}\-]{{2,20}})?"
    rf" (?:is|was)(?: still| now| just)? {_NAME}",
    words=(f"{_LABEL} (?:name|id|for|on|at|to|in|is|was) ",),
    ignore_case=True,
)
_OWNED: Final = Shape(
    rf"\b{_OWNERS} {_LOGIN}(?: name| id)? {_NAME}",
    words=(f"{_OWNERS} {_LOGIN} ",),
    ignore_case=True,
)
_USER_DID: Final = Shape(
    rf"\b(?:user|acct|account) {_NAME} (?:has|is|was|says|said|reported|reports|locked|unlocked|logged|cannot|can't|could|needs|called"  # noqa: E501  # one pattern, one line
    r"|requested|forgot|disabled|re-?enabled|deleted|created|reset|expired|belongs)\b",
    words=("(?:user|acct|account) ",),
    ignore_case=True,
)
_POSTED: Final = Shape(
    r"\b(?:posted|posting|posts|commented|comments|commenting|registered|goes by|signed up|known online|writes online)"
    rf"(?: online)? (?:as|under)(?: the (?:name|handle|user ?name))? {_NAME}",
    words=(
        "(?:post(?:ed|ing|s)|comment(?:ed|s|ing)|registered|goes by|signed up|online)(?: online)? (?:as|under) ",
        "goes by ",
    ),
    ignore_case=True,
)
_DASHED: Final = Shape(
    rf"\b(?:user ?name|user ?id|log-?in(?: id| name)?) ?[\-\x{{2013}}] ?{_NAME}",
    words=("(?:user ?name|user ?id|log-?in(?: id| name)?) ?[\\-\\x{2013}]",),
    ignore_case=True,
)
_ON_MACHINE: Final = Shape(
    rf"\b{_DONE} by ([a-z][a-z0-9._]{{3,20}}) (?:on (?:work|pc|ws|term|[0-9])|at [0-9]|from [0-9a-z])",
    words=(f"{_DONE} by [a-z]",),
    ignore_case=True,
)
_SIGNED_IN: Final = Shape(
    rf"\b(?:log|sign)(?:ged|ned)?[ -]?(?:in|on) with {_NAME}(?: and |/|, )",
    words=("(?:log|sign)(?:ged|ned)?[ -]?(?:in|on) with ",),
    ignore_case=True,
)
_SHAPES: Final = (
    (_SAID_TO_BE, False), (_OWNED, False), (_USER_DID, False), (_DASHED, False), (_SIGNED_IN, False),
    (_ON_MACHINE, False), (_POSTED, True),
)  # fmt: skip


def said(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the bounds of words said to be user names, and whether only their shape can tell.

    It can where prose stands in the same place: ``posted as a guest``, ``the user name is case sensitive``.
    """
    for shape, needs_shape in _SHAPES:
        for match in shape.finditer(text):
            start = match.start(1)
            end = start + len(match.group(1).rstrip(".-_\\"))
            yield start, end, needs_shape or (shape is _SAID_TO_BE and text[end : end + 2].strip().isalpha())


def said_shapes() -> tuple[Shape, ...]:
    """Return the shapes of which one fires where a user name is said."""
    return tuple(shape for shape, _ in _SHAPES)
