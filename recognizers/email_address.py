"""EMAIL_ADDRESS: mailbox addresses, as mail software writes them and as people do.

An address is ``local@domain`` (RFC 5322 section 3.4.1; letters of any script: RFC 6531). Mail
of public bodies also carries the shapes that programs and careful people make of it: blanks
around ``@`` and dots after OCR or tokenising, ``name (at) example dot org``, Lotus Notes names
(``Jane Doe/HR/State@State``) and Exchange's X.500 names (``/O=STATE/OU=HQ/CN=JDOE``).

    good: jane.doe@example.org    bad: @jane_doe (a handle)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import Shape, Words, joined
from recognizers.triggers import Trigger, scan_of

_LOCAL: Final = r"[\p{L}\p{N}\p{M}._%+'\x{2019}~$=!#*^&\-]+"
_WORD: Final = r"[\p{L}\p{N}_%+\-]+"
_DOMAIN_LABEL: Final = r"[\p{L}\p{N}\p{M}_\-]+"
_AT: Final = Trigger("@|%40")
_COMMON_TLD: Final = r"(?i:com|net|org|gov|edu|us|mil|info|biz|io|co|uk|ca|de|fr|eu)"

_DOMAIN: Final = re.compile(
    # Linear: a label holds no dot, every part is bounded, and each try starts at an "@".
    r"@(?:(?:[\w\-]{1,63}\.)+(?:xn--[A-Za-z0-9\-]{2,59}|[^\W\d_]{2,24})|\[(?:IPv6:)?[0-9A-Fa-f.:]{2,45}\])"
    r"(?:@[^\W_][\w\-]{0,30})?"  # a mail gateway's own name behind the address of somebody outside
)
_LOCAL_BACKWARDS: Final = re.compile(r"\"[^\"@<>\r\n]{1,64}\"|[\w.%+'\u2019~$=!#*^&\-]{1,100}")
_URL_CODED: Final = pattern(rf"[\p{{L}}\p{{N}}._+\-]+%40(?:{_DOMAIN_LABEL}\.)+\p{{L}}{{2,24}}")
_TORN_TLD: Final = re.compile(r" ?\. ?(?:com|net|org|gov|edu|us|mil|info)\b", re.IGNORECASE)
_COMMON_END: Final = (".com", ".net", ".org", ".gov", ".edu", ".us", ".mil", ".info")
_WINDOW: Final = 90
_HAS_SPACED_SIGN: Final = re.compile(r"@\s|\s@|\. ")
_FIRST_NAME_BEFORE: Final = pattern(r"(?:^|[\n<(:,;\"] ?)(\p{Lu}\p{L}+)\. $")
_SPACED: Final = pattern(
    rf"{_WORD}(?: ?\. ?{_WORD}){{0,3}}(?: @ ?| ?@ ){_DOMAIN_LABEL}(?: ?\. ?{_DOMAIN_LABEL}){{0,4}} ?\. ?{_COMMON_TLD}"
    rf"|{_LOCAL}@{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*(?: \. ?|\. ){_COMMON_TLD}"
    rf"|{_LOCAL}(?:@ ?\r?\n ?|\r?\n ?@){_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL}){{0,4}}\.{_COMMON_TLD}\b"
)
_DOT: Final = r"(?:\.| -?dot-? | ?[(\[{] ?(?:dot|\.) ?[)\]}] ?)"
_AT_SIGN: Final = r"(?: ?[(\[{<] ?(?:at|@) ?[)\]}>] ?| -?at-? | at[ \-]sign )"
_SPELLED: Final = Shape(
    rf"(?i){_WORD}(?:{_DOT}{_WORD}){{0,3}}{_AT_SIGN}"
    rf"([\p{{L}}\p{{N}}\-]+)(?:{_DOT}[\p{{L}}\p{{N}}\-]+){{0,3}}{_DOT}{_COMMON_TLD}",
    hint=rf"{_AT_SIGN}[\p{{L}}\p{{N}}\-]+{_DOT}",
    ignore_case=True,
)
_SPELLED_SIGN: Final = pattern(r"(?i)[(\[{<] ?(?:at|@) ?[)\]}>]| -?dot-? |[(\[{] ?dot| -at- | at[ \-]sign ")
_DOTLESS: Final = pattern(r"[\p{L}\p{N}][\p{L}\p{N}._+\-]*@\p{L}[\p{L}\p{N}_\-]+")
_NOTES: Final = pattern(
    r"(?:CN=)?\p{Lu}[\p{L}'.\-]*(?: \p{Lu}[\p{L}'.\-]*){0,3}(?:/(?:OU?=|C=)?[\p{L}\p{N}&.\- ]+){1,4}@[\p{L}\p{N}_\-]+"
)
_X500: Final = Shape(
    r"/O=[^/<>\r\n]+(?:/OU=[^/<>\r\n]+){0,3}(?:/CN=[^/<>\r\n\"';:,@\]) ]+){1,3}", hint="/cn=", ignore_case=True
)
_MAIL_WORDS: Final = Words(
    "e mails?", "e mail address(?:es)?", "mail(?:ed|to)?", "contact", "reach", "write", "address", "send", "from", "to",
    "b?cc", "reply to", "upi", "log ?ins?", "users?", "user ?names?", "sender", "recipient",
)  # fmt: skip
_INVITING_WORDS: Final = Words(
    "e mails?", "e mail address(?:es)?", "contact", "reach(?:ed)?", "write", "address", "g?mail"
)
_KEY: Final = pattern(
    r"(?i)^[.'\x{2019}*#&!$=^~]*(?:.*&)?(?:[\w\-]*(?:mail|user|login|addr|address|contact|sender|recipient|owner|name|href)|from|to|cc|bcc|id|value|u|q)=['\"]?"
)
_NO_DOMAINS: Final = frozenset({"the", "a", "an", "this", "that", "our", "my", "your", "his", "her", "their"})


class EmailAddressRecognizer(PatternRecognizer):
    """Finds e-mail addresses: plain, tokenised, spelled out, in Notes and in Exchange form."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("EMAIL_ADDRESS",)
    NAME: ClassVar[str] = "email_address"

    def triggers(self) -> Iterable[Wake]:
        return (_AT, _SPELLED.trigger, _X500.trigger)

    def matches(self, text: str) -> list[Match]:
        found: list[Match] = []
        if "@" in text:
            found = self._plain(text)
            # each plain address has its own sign: most texts have no other
            for start, end in _other_ats(text, found) if len(found) != text.count("@") else ():
                window = text[start:end]
                notes = self._notes(window) if "/" in window else ()
                spaced = self._spaced(window) if _HAS_SPACED_SIGN.search(window) else ()
                windowed = (*spaced, *notes, *self._dotless(window))
                found += (match.moved(match.start + start, match.end + start) for match in windowed)
        if "%40" in text:
            spans = (candidate.span() for candidate in _URL_CODED.finditer(text))
            found += (self._match(start, end, 0.85, "address coded for a URL") for start, end in spans)
        fired = scan_of(text).fired
        if _SPELLED.trigger.number in fired:
            found += self._spelled(text)
        if _X500.trigger.number in fired:
            found += self._x500(text)
        return joined(found)

    def _plain(self, text: str) -> list[Match]:
        found: list[Match] = []
        for domain in _DOMAIN.finditer(text):
            at, end = domain.span()
            local = _LOCAL_BACKWARDS.match(text[at - 1 : at - 101 if at > 100 else None : -1]) if at else None
            if local is None:
                continue
            start = at - local.end()
            if not text[start].isalnum() or text.find("=", start, at) >= 0:
                start += _key_length(text[start:at])
                if start >= at:
                    continue
            if start > 1 and text[start - 1] == " " and text[start - 2] == "." and text[start].isupper():
                torn = _FIRST_NAME_BEFORE.search(text[max(0, start - 30) : start])
                start -= len(torn.group(1)) + 2 if torn else 0
            if text[end : end + 1] in {" ", "."} and not domain.group().lower().endswith(_COMMON_END):
                tail = _TORN_TLD.match(text, end)
                end = tail.end() if tail else end
            found.append(Match(start, end, "EMAIL_ADDRESS", 0.95, self.NAME, "address with a dotted domain"))
        return found

    def _spaced(self, text: str) -> Iterator[Match]:
        for candidate in _SPACED.finditer(text):
            start, end = candidate.span()
            start += _key_length(text[start:end])
            yield self._match(start, end, 0.85, "address with blanks inside")

    def _notes(self, text: str) -> Iterator[Match]:
        for candidate in _NOTES.finditer(text):
            start, end = candidate.span()
            yield self._match(start, end, 0.85, "Lotus Notes address")

    def _dotless(self, text: str) -> Iterator[Match]:
        for candidate in _DOTLESS.finditer(text):
            start, end = candidate.span()
            bracketed = text[start - 1 : start] == "<" and text[end : end + 1] == ">"
            goes_on = text[end : end + 1] in {".", "/", "@"} and text[end + 1 : end + 2].isalnum()
            organisation = text[max(0, start - 2) : start].strip() == "/"  # the end of a Notes name
            if not goes_on and not organisation and (bracketed or _MAIL_WORDS.before(text, start, 25)):
                yield self._match(start, end, 0.6, "address without a dotted domain near mail words")

    def _spelled(self, text: str) -> Iterator[Match]:
        for candidate in _SPELLED.finditer(text):
            start, end = candidate.span()
            value = text[start:end]
            if text[end : end + 1].isalnum() or candidate.group(1).casefold() in _NO_DOMAINS:
                continue
            if _SPELLED_SIGN.search(value) or _INVITING_WORDS.before(text, start, 40):
                yield self._match(start, end, 0.85, "address spelled out")

    def _x500(self, text: str) -> Iterator[Match]:
        for candidate in _X500.finditer(text):
            start, end = candidate.span()
            yield self._match(start, end, 0.85, "Exchange directory address")

    def _match(self, start: int, end: int, score: float, reason: str) -> Match:
        return Match(start, end, "EMAIL_ADDRESS", score, self.NAME, reason)


def _other_ats(text: str, plain: list[Match]) -> Iterator[tuple[int, int]]:
    """Yield a window around each run of ``@`` that no plain address holds; windows do not overlap."""
    following = iter([(match.start, match.end) for match in plain])
    start, end = next(following, (len(text), len(text)))
    done, at = 0, text.find("@")
    while at >= 0:
        while end <= at:
            start, end = next(following, (len(text), len(text) + 1))
        if at < start and at >= done:
            low, high = max(done, at - _WINDOW), min(len(text), at + _WINDOW)
            yield low, high
            done = high
        at = text.find("@", at + 1)


def _key_length(value: str) -> int:
    """Return how many characters of a candidate are a key (``email=``) or stray marks before the address."""
    if not value[0].isalnum() or "=" in value:
        key = _KEY.match(value)
        if key is not None and "@" not in key.group():
            return int(key.end())
        return len(value) - len(value.lstrip(".'\u2019*#&!$=^~"))
    return 0
