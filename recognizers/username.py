"""User names and handles: what a person logs in with, or is called on a site.

Found behind a label (``user name: …``, ``user=…`` in logs and query strings, ``login …``), as
``@handle`` where a social site is spoken of, beside ``skype``, and before the password in a URL.

Source: the Massachusetts policy (user names are "not considered public"; a chosen name "need not be
your legal name"); RFC 3986, section 3.2.1 (userinfo).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import ClassVar

import yaml

from recognizers.labelled import Labelled, Labels, outermost, value_after
from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.resources import packaged_configs
from recognizers.text import Shape, Words
from recognizers.triggers import scan_of

_VALUE = re.compile(r"(?:[^\W_]|[_@])[\w.@+\\$-]{0,63}(?<![.@+-])")
_MAILBOX = re.compile(r"[^@]+@[^@]+\.[^@]+")
_PASSWORD_NEXT = re.compile(
    r"[\s,;/|&\"']{1,4}(?:and\s)?(?:with\s)?(?:the\s)?(?:passw(?:or)?d|passphrase|passcode|pwd|pass|pw|pin|p)\b",
    re.IGNORECASE,
)
_HANDLE = pattern(r"(?:^|[^\p{L}\p{N}._%+@/-])(@[A-Za-z0-9_][A-Za-z0-9_.]{1,29})")
_SOCIAL = Words(
    "twitter", "tweet", "tweets", "tweeter", "instagram", "insta", "facebook", "handle", "skype", "telegram", "snapchat", "tiktok",  # noqa: E501  # one pattern, one line
    "github", "venmo", "discord", "mastodon", "threads", "follow me", "follow us", "dm", "cashapp", "youtube", "reddit", "linkedin",  # noqa: E501  # one pattern, one line
)  # fmt: skip
_ON_SITE = Shape(
    r"\b(?:i[ ]?['\x{2019}]?m|i am|me at|me as|find me as|reach me as)[ ]([\w.-]{3,32})[ ]on (?:skype|twitter|instagram|github|discord|telegram)\b",  # noqa: E501  # one pattern, one line
    hint=r"[ ]on (?:skype|twitter|instagram|github|discord|telegram)",
    ignore_case=True,
)
_SITE_PAREN = Shape(
    r"\b(?:skype|twitter|instagram|telegram|discord)\b[ ]{0,2}\(([\w.@-]{3,32})\)",
    hint=r"(?:skype|twitter|instagram|telegram|discord)[ ]{0,2}\(",
    ignore_case=True,
)
_SITE_ID = Shape(
    r"\b(?:skype|twitter|instagram|telegram|discord|snapchat)\b[^\n]{0,30}?\b(?:my|her|his|their) (?:id|name|handle|username|user name) is[ ]([\w.@-]{3,32})",  # noqa: E501  # one pattern, one line
    hint="(?:my|her|his|their) (?:id|name|handle|username|user name) is ",
    ignore_case=True,
)
_LOGIN_FOR = Shape(
    r"\blogin for [^\s]{1,60}(?: \S{1,20})? (?:was|is)[ ]['\"\x{2018}\x{201C}]([^\s'\"\x{2019}\x{201D}]{3,40})['\"\x{2019}\x{201D}]",  # noqa: E501  # one pattern, one line
    hint="login for ",
    ignore_case=True,
)
_PAIR = Shape(
    r"(?m)^[ \t>]*u(?:ser)?[:=][ \t]*([^\s:=]{2,40})[ \t]*[\r\n,;]+[ \t>]*p(?:ass)?[:=]",
    hint=r"[\r\n,; \t>]p(?:ass)?[:=]",
    ignore_case=True,
)
_IN_URL = Shape(r"\b[a-z][a-z0-9+.-]{1,12}://([^\s/@:]{1,64}):[^\s/@]{1,128}@", hint="://[^\\s/@:]+:", ignore_case=True)
_SHAPES = ((_ON_SITE, 0.7, "named on a site", True), (_SITE_PAREN, 0.7, "named on a site", True), (_SITE_ID, 0.7, "named on a site", True),  # noqa: E501  # one pattern, one line
           (_LOGIN_FOR, 0.7, "called a login", False), (_PAIR, 0.7, "a pair of user and password", False), (_IN_URL, 0.85, "user part of a URL", False))  # fmt: skip  # noqa: E501  # one pattern, one line

_SHAPED = frozenset(shape.trigger.number for shape, *_ in _SHAPES)


@cache
def _vocabulary() -> tuple[Labels, frozenset[str]]:
    """Return the labels, and the words that are prose behind a label."""
    words = yaml.safe_load((packaged_configs() / "credential_words.yaml").read_text(encoding="utf-8"))
    return Labels(words["username_labels"]), frozenset(words["no_usernames"].split())


class Username(PatternRecognizer):
    """Finds user names and handles."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("USERNAME",)
    NAME: ClassVar[str] = "username"

    def triggers(self) -> Iterable[Wake]:
        return (_vocabulary()[0].trigger, _SOCIAL.trigger, *(shape.trigger for shape, *_ in _SHAPES))

    def matches(self, text: str) -> list[Match]:
        return outermost(each for each in self._candidates(text) if each.start < each.end)

    def _candidates(self, text: str) -> Iterator[Match]:
        for label in _vocabulary()[0].find(text):
            value = value_after(text, label, _VALUE)
            score = _score(text, value) if value else 0.0
            if value and score:
                yield self._match(value.start, value.end, score, "a name behind a label of user names")
        shapes = () if _SHAPED.isdisjoint(scan_of(text).fired) else _SHAPES
        speaks_of_site = (bool(shapes) or "@" in text) and _SOCIAL.within(text)
        for shape, score, reason, needs_site in shapes:
            for match in shape.finditer(text) if speaks_of_site or not needs_site else ():
                yield self._match(match.start(1), match.end(1), score, reason)
        for match in _HANDLE.finditer(text) if speaks_of_site else ():
            start = match.start(1)
            end = start + len(match.group(1).rstrip("."))
            if not text[end : end + 1].isalnum() and _SOCIAL.near(text, start, end, before=60, after=40):
                yield self._match(start, end, 0.7, "a handle, a social site is named nearby")

    def _match(self, start: int, end: int, score: float, reason: str) -> Match:
        return Match(start, end, "USERNAME", score, self.NAME, reason)


def _score(text: str, found: Labelled) -> float:
    """Return how sure it is that what stands behind a label is a user name; 0 when it reads like prose."""
    value, kind = found.value, found.label.part
    if value.casefold() in _vocabulary()[1] or len(value) < 2 or _MAILBOX.fullmatch(value):
        return 0.0
    if text[max(0, found.label.start - 15) : found.label.start].endswith("from "):
        return 0.0  # (Postfix, from userid 0): the mail program's own
    if found.quoted and text[found.end : found.end + 2].strip()[:1].isalpha():
        return 0.0  # several quoted words: the user "opts in"
    between = text[found.label.end : found.start]
    signed = any(mark in between for mark in ":=\"'“\u2018") or " is " in between or found.signed
    named_code = any(character.isdigit() or character in "_\\" for character in value)
    before_password = _PASSWORD_NEXT.match(text, found.end, found.end + 30) is not None
    ends_line = text[found.end : found.end + 1] in {"", "\n", "\r"}
    if kind == "site":
        return 0.6 if between.strip() in {":", "=", "id:", "name:"} or "id" in between.casefold() else 0.0
    if "\n" in between and not between.strip():
        return 0.0
    if kind == "bare" and between.strip() == ":" and not (ends_line or (named_code and any(map(str.isalpha, value)))):
        return 0.0
    if signed and (kind == "named" or between.strip()[:1] in {":", "=", '"', "'", "“", "\u2018"}):
        return 0.85 if kind == "named" else 0.65
    if before_password:
        return 0.8
    if kind == "named" and (named_code or (ends_line and between.isspace())):
        return 0.7
    return 0.55 if kind == "bare" and named_code and value[0].isalpha() and len(value) > 3 else 0.0
