"""Passwords, PINs, keys, tokens and answers to security questions.

Found behind a label, behind a user name or mailbox (``jo@example.com / …``), in a URL, in an
``Authorization`` header, or by a vendor's own shape. A label alone is no secret: ``password reset``
and ``the password must be 8 characters`` are none, so without ``:``, ``=`` or quotes the value must
look like a password or stand behind a user name.

Source: the Massachusetts policy (passwords are "not considered public", "cannot be viewed by anyone");
MCA 30-14-1704; RFC 7235 and 6750 (Authorization), RFC 7468 (private keys), RFC 7519 (JSON web tokens).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import ClassVar

from recognizers.labelled import Labelled, Labels, outermost, value_after
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.resources import packaged_configs, read_yaml
from recognizers.text import Shape, Words, stands_alone
from recognizers.triggers import DIGIT, scan_of

_VALUE = re.compile(r"[^\s,;<>&\"“”|]{1,128}")
_QUOTED = re.compile(r"(?P<quote>[\"'“\u2018`])(?P<value>[^\"“”\n`]{1,80}?)[\"'”\u2019`](?![^\W_])")
_ANSWER = re.compile(r"[^\n\r;|]{1,60}")
_BEHIND_MAILBOX = Shape(
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}['\"]?[ \t]*[/|:][ \t]*([^\s/|,;'\"<>()@]+(?:@[^\s/|,;'\"<>()@.]+)?)",  # noqa: E501  # one pattern, one line
    hint=r"@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}['\"]?[ \t]*[/|:][ \t]*[^\s/|,;'\"<>()@]",
)
_DOMAIN_GOES_ON = re.compile(r"\.\w")
_IN_URL = Shape(r"\b[a-z][a-z0-9+.-]{1,12}://[^\s/@:]{0,64}:([^\s/@]{1,128})@", hint="://[^\\s/@:]*:", ignore_case=True)
_PAIR = Shape(
    r"(?m)^[ \t>]*u(?:ser)?[:=][ \t]*[^\s:=]{2,40}[ \t]*[\r\n,;]+[ \t>]*p(?:ass)?[:=][ \t]*([^\s]{2,60})",
    hint=r"[\r\n,; \t>]p(?:ass)?[:=]",
    ignore_case=True,
)
_AUTHORIZATION = Shape(
    r"\b(?:proxy-)?authorization[\"']?[ \t]*[:=][ \t]*[\"']?(?:bearer|basic|token|digest|apikey)[ \t]+([A-Za-z0-9._~+/=-]{6,})",  # noqa: E501  # one pattern, one line
    words=("authorization",),
    ignore_case=True,
)
_VENDOR = Shape(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|\bsk-[A-Za-z0-9_-]{20,}|\bAIza[A-Za-z0-9_-]{35}|\bglpat-[A-Za-z0-9_-]{20,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    hint="AKIA|ASIA|gh[pousr]_|github_pat_|xox[abprs]-|k_live_|k_test_|sk-|AIza|glpat-|eyJ",
)
_RESET = Shape(
    r"\b(?:reset|changed|set) (?:it|this|that|yours|(?:my|your|his|her|the) (?:password|pw|login|passcode)) to[ :]{1,2}[\"'\x{2018}\x{201C}]?([^\s\"'\x{2019}\x{201D}]{6,40})",  # noqa: E501  # one pattern, one line
    words=[f"{done} (?:it|this|that|yours|my|your|his|her|the) " for done in ("reset", "changed", "set")],
    ignore_case=True,
)
_LOGGED = Shape(
    r"\b(?:log|sign)(?:ged|ned)?[ -]?(?:in|on) (?:as|with) [^\s]{3,40},? (?:and|with|using|/) (?:password |pw )?"
    r"([^\s\"']{5,60})",
    words=[f"{done}(?:ged|ned)?[ -]?(?:in|on) (?:as|with) " for done in ("log", "sign")],
    ignore_case=True,
)
_SAID = Shape(
    r"\b(?:password|passcode|passwd|pwd|pw)(?: [a-z'\x{2019}-]{1,15}){0,5}? (?:is|was)(?: (?:still|now|just|currently|always))?[ :]{1,2}[\"'\x{2018}\x{201C}]?([^\s\"'\x{2019}\x{201D}]{5,40})",  # noqa: E501  # one pattern, one line
    words=("password ", "passcode ", "passwd ", "pwd ", "pw "),
    ignore_case=True,
)
_FOR = Shape(
    r"\b(?:password|passcode|passwd|pwd|pw|p/w) (?:for|to|on) [A-Za-z0-9'\x{2019}][A-Za-z0-9 '\x{2019}\-]{1,40}[:=] ?[\"'\x{2018}\x{201C}]?([^\s\"'\x{2019}\x{201D}]{5,40})",  # noqa: E501  # one pattern, one line
    words=[rf"{each} (?:for|to|on) " for each in ("password", "passcode", "passwd", "pwd", "pw", "p/w")],
    ignore_case=True,
)
_CODE = Shape(
    r"\b(?:pin(?: (?:number|code))?(?: (?:for|to|on|of) [^.\n]{1,30}?)? (?:is|was) |(?:your|ur|my|his|her|the) (?:\p{L}[\w.'\x{2019}-]{1,15} )?(?:(?:verification|security|access|log-?in|sign-?in|confirmation|one[- ]time|authentication|2fa|gate|door|entry|alarm|lock|lockbox|garage|keypad|pass) ?)?(?:code|otp)(?: (?:for|to|at|on) [^.\n]{1,30}?)?(?: is|:) ?)(#?(?:[A-Z]-)?[0-9]{3}[- ]?[0-9]{3}|#?[0-9]{4,8}#?|#[0-9]{3,8})",  # noqa: E501  # one pattern, one line
    hint=r"(?:code|otp|pin)[ :]",
    ignore_case=True,
)
_OF_DOORS = Words(
    "gates?", "doors?", "locks?", "lockbox", "alarm", "keypad", "garage", "entry", "verif(?:y|ication)", "security code"
)
_OTHER_CODES = Words(
    "zip",
    "sic",
    "naics",
    "activity",
    "error",
    "status",
    "billing",
    "product",
    "item",
    "area",
    "postal",
    "tax",
    "fund",
    "cost",
    "course",
    "object",
    "org",
    "class",
    "county",
    "promo",
    "dress",
    "building",
)
_SHAPES = (
    (_IN_URL, 0.9, "password in a URL"),
    (_PAIR, 0.75, "a pair of user and password"),
    (_AUTHORIZATION, 0.9, "authorization header"),
)
_KEY_BEGIN = Shape(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----", hint="PRIVATE KEY")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_SHAPED = frozenset(
    each.trigger.number
    for each in (
        *(shape for shape, *_ in _SHAPES),
        _RESET,
        _LOGGED,
        _SAID,
        _FOR,
        _CODE,
        _VENDOR,
        _KEY_BEGIN,
        _BEHIND_MAILBOX,
    )
)
_LOGIN_WORDS = Words(
    "login", "username", "user name", "user", "userid", "user id", "logon", "credentials", "account", "u"
)
_CREDENTIALS = Words(
    "login",
    "logins",
    "credentials",
    "credential",
    "password",
    "passwords",
    "logon",
    "portal",
    "access",
    "exposed",
    "leaked",
)
_ONE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9!@#$%^&*+=_~?\-]+")
_MASK = re.compile(r"[*xX•●.\-_#]+|\[[^\]]*\]?|<[^>]*>?|\(.*")


@cache
def _vocabulary() -> tuple[Labels, frozenset[str]]:
    """Return the labels, and the words that are prose behind a label."""
    words = read_yaml(packaged_configs() / "credential_words.yaml")
    return Labels(words["password_labels"]), frozenset(words["no_passwords"].split())


class Password(PatternRecognizer):
    """Finds secrets: passwords, PINs, keys, tokens, security answers."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("PASSWORD",)
    NAME: ClassVar[str] = "password"

    def triggers(self) -> Iterable[Wake]:
        return (
            *(_vocabulary()[0].trigger, _VENDOR.trigger, _KEY_BEGIN.trigger, _BEHIND_MAILBOX.trigger),
            *(shape.trigger for shape, *_ in _SHAPES),
            *(_RESET.trigger, _LOGGED.trigger, _SAID.trigger, _FOR.trigger, (_CODE.trigger, DIGIT)),
        )

    def matches(self, text: str) -> list[Match]:
        return outermost(each for each in self._candidates(text) if each.start < each.end)

    def _candidates(self, text: str) -> Iterator[Match]:
        for label in _vocabulary()[0].find(text):
            span, score = _labelled(
                text, label.end, value_after(text, label, _ANSWER if label.part == "answer" else _VALUE)
            )
            if span:
                yield self._match(*span, score, f"a secret behind a label ({label.part})")
        if _SHAPED.isdisjoint(scan_of(text).fired):
            return
        for shape, score, reason in _SHAPES:
            for match in shape.finditer(text):
                yield self._match(match.start(1), match.end(1), score, reason)
        for shape, reason in (
            (_RESET, "what something was reset to"),
            (_LOGGED, "said to log in with"),
            (_SAID, "said to be one"),
            (_FOR, "said to be one"),
        ):
            for match in shape.finditer(text):
                start, end = match.start(1), _trimmed(text, match.start(1), match.end(1))
                one_word = shape is _FOR or _ONE_WORD.fullmatch(text, start, end)
                if one_word and (
                    _is_strong(text[start:end])
                    or (shape in (_SAID, _FOR) and (_has_mix(text[start:end]) or text[start - 1] in "\"'\u2018\u201c"))
                ):
                    yield self._match(start, end, 0.75, f"a secret in prose, {reason}")
        for match in _CODE.finditer(text):
            start, end = match.span(1)
            own = match.group()[:3].casefold() in {"you", "ur ", "pin"}
            doors = own or match.group(1).startswith("#") or _OF_DOORS.within(text, match.start() - 60, end)
            if doors and stands_alone(text, start, end) and not _OTHER_CODES.within(text, match.start(), start):
                yield self._match(start, end, 0.6, "a code that opens something")
        for match in _VENDOR.finditer(text):
            yield self._match(match.start(), match.end(), 0.9, "shape of an access key or token")
        for match in _KEY_BEGIN.finditer(text):
            closing = _KEY_END.search(text, match.end())
            yield self._match(match.start(), closing.end() if closing else match.end(), 0.95, "a private key")
        for match in _BEHIND_MAILBOX.finditer(text):
            start, end = match.start(1), match.start(1) + len(match.group(1).rstrip(".!?") or match.group(1))
            end = end if _is_strong(text[start:end]) else match.end(1)
            secret = text[start:end]
            if "@" in secret and (_DOMAIN_GOES_ON.match(text, end) or "." in secret):
                continue
            if _is_strong(secret) or (_has_mix(secret) and _CREDENTIALS.before(text, match.start(), within=80)):
                yield self._match(start, end, 0.6, "a secret behind a mailbox")

    def _match(self, start: int, end: int, score: float, reason: str) -> Match:
        return Match(start, end, "PASSWORD", score, self.NAME, reason)


def _labelled(text: str, label_end: int, found: Labelled | None) -> tuple[tuple[int, int] | None, float]:
    """Return the span of the secret behind a label and its score, or None."""
    if found is None:
        return None, 0.0
    between = text[label_end : found.start]
    quoted = _quoted(text, label_end, found.start)
    if quoted and not between.strip(" \t:='\"“\u2018`iswa"):
        return quoted, 0.85
    start, end = found.start, _trimmed(text, found.start, found.end)
    value = text[start:end]
    if found.label.part == "answer":
        return ((start, end), 0.7) if found.explicit else (None, 0.0)
    plain = value.casefold().rstrip("'s").rstrip("\u2019")
    if not value or plain in _vocabulary()[1] or value.casefold() in _vocabulary()[1] or _MASK.fullmatch(value):
        return None, 0.0
    score = _score(text, found, value, between)
    return ((start, end), score) if score else (None, 0.0)


def _score(text: str, found: Labelled, value: str, between: str) -> float:
    """Return how sure it is that ``value`` is the secret of its label."""
    kind = found.label.part
    sign = between.strip(" \t\r\n>'\"“\u2018`")[:1]
    digits = sum(character.isdigit() for character in value)
    if kind == "pin":
        return (
            0.75
            if found.explicit and digits >= 3 and len(value) <= 12
            else 0.6
            if value.isdigit() and 4 <= digits <= 8
            else 0.0
        )
    if kind == "secret":
        long_token = len(value) >= 8 and (digits or len(value) >= 20)
        return 0.8 if sign in {":", "="} and long_token else 0.6 if digits and len(value) >= 16 else 0.0
    if sign in {":", "="}:
        return 0.9 if kind == "password" or _is_strong(value) or _has_mix(value) else 0.5
    if _is_strong(value) or (_has_mix(value) and len(value) >= 5):
        return 0.75
    after = text[found.end : found.end + 1]
    if (
        _LOGIN_WORDS.before(text, found.label.start, within=60)
        and after in {"", "\n", "\r", ".", ","}
        and value.isascii()
    ):
        return 0.6 if "\n" not in between else 0.0
    return 0.6 if kind == "password" and " is " in between and after in {"", "\n", "\r", ".", ","} else 0.0


def _quoted(text: str, label_end: int, start: int) -> tuple[int, int] | None:
    """Return the span inside the quotes that open right before ``start``, if they close in the same line."""
    opening = start - 1
    if opening < label_end or text[opening] not in "\"'“\u2018`":
        return None
    match = _QUOTED.match(text, opening, opening + 90)
    return match.span("value") if match else None


def _trimmed(text: str, start: int, end: int) -> int:
    """Return ``end`` without closing brackets, quotes and a sentence's full stop."""
    while end > start and text[end - 1] in ")]}.'\u2019”\"?:":
        end -= 1
    return end


def _has_mix(value: str) -> bool:
    """Return whether letters stand with digits or symbols, or capitals inside the word."""
    letters = any(character.isalpha() for character in value)
    others = any(character.isdigit() or character in "!@#$%^&*+=_~?" for character in value)
    return letters and others


def _is_strong(value: str) -> bool:
    """Return whether the value has letters, digits and symbols, six characters or more."""
    has_symbol = any(character in "!@#$%^&*+=_~?" for character in value)
    return len(value) >= 6 and _has_mix(value) and has_symbol and any(character.isalpha() for character in value)
