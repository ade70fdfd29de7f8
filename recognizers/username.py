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

from recognizers.labelled import Label, Labelled, Labels, outermost, value_after
from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.names.vocabulary import vocabulary
from recognizers.pasted import cells_below
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.resources import packaged_configs, read_yaml
from recognizers.text import Shape, Words
from recognizers.triggers import scan_of
from recognizers.username_said import said, said_shapes

_VALUE = re.compile(r"(?:[^\W_]|[_@])[\w.@+\\$-]{0,63}(?<![.@+-])")
_MAILBOX = re.compile(r"[^@]+@[^@]+\.[^@]+")
_PASSWORD_NEXT = re.compile(
    r"[\s,;/|&\"']{1,4}(?:and\s)?(?:with\s)?(?:the\s)?(?:(?:temp(?:orary)?|new|initial)\s)?(?:passw(?:or)?d|passphrase|passcode|pwd|pass|pw|pin|p)\b",
    re.IGNORECASE,
)
_HANDLE = pattern(r"(?:^|[^\p{L}\p{N}._%+@/-])(@[A-Za-z0-9_][A-Za-z0-9_.\-]{1,29})")
_SOCIAL = Words(
    "twitter", "tweet", "tweets", "tweeter", "instagram", "insta", "facebook", "handle", "skype", "telegram", "snapchat", "tiktok",  # noqa: E501  # one pattern, one line
    "github", "venmo", "discord", "mastodon", "threads", "follow me", "follow us", "dm", "cashapp", "youtube", "reddit", "linkedin",  # noqa: E501  # one pattern, one line
)  # fmt: skip
_ON_SITE = Shape(
    r"\b(?:i[ ]?['\x{2019}]?m|i am|me at|me as|find me as|reach me as)[ ]([\w.-]{3,32})[ ]on (?:skype|twitter|instagram|github|discord|telegram)\b",  # noqa: E501  # one pattern, one line
    words=("on (?:skype|twitter|instagram|github|discord|telegram)",),
    ignore_case=True,
)
_SITE_PAREN = Shape(
    r"\b(?:skype|twitter|instagram|telegram|discord)\b[ ]{0,2}\(([\w.@-]{3,32})\)",
    words=[rf"{site}[ ]{{0,2}}\(" for site in ("skype", "twitter", "instagram", "telegram", "discord")],
    ignore_case=True,
)
_SITE_ID = Shape(
    r"\b(?:skype|twitter|instagram|telegram|discord|snapchat)\b[^\n]{0,30}?\b(?:my|her|his|their) (?:id|name|handle|username|user name) is[ ]([\w.@-]{3,32})",  # noqa: E501  # one pattern, one line
    words=[f"{whose} (?:id|name|handle|username|user name) is " for whose in ("my", "her", "his", "their")],
    ignore_case=True,
)
_LOGIN_FOR = Shape(
    r"\blogin for [^\s]{1,60}(?: \S{1,20})? (?:was|is)[ ]['\"\x{2018}\x{201C}]([^\s'\"\x{2019}\x{201D}]{3,40})['\"\x{2019}\x{201D}]",  # noqa: E501  # one pattern, one line
    words=("login for ",),
    ignore_case=True,
)
_PAIR = Shape(
    r"(?m)^[ \t>]*u(?:ser)?[:=][ \t]*([^\s:=]{2,40})[ \t]*[\r\n,;]+[ \t>]*p(?:ass)?[:=]",
    hint=r"[\r\n,; \t>]p(?:ass)?[:=]",
    ignore_case=True,
)
_IN_URL = Shape(r"\b[a-z][a-z0-9+.-]{1,12}://([^\s/@:]{1,64}):[^\s/@]{1,128}@", hint="://[^\\s/@:]+:", ignore_case=True)
_LOGGED_IN_AS = Shape(
    r"\b(?i:(?:log(?:s|ged|ging)?|sign(?:s|ed|ing)?)[ -]?(?:in|on)(?:to \S{1,30})? (?:as|under))[ :]{1,2}[\"'\x{2018}\x{201C}]?([a-z][a-z0-9._\\-]{2,31})",  # noqa: E501  # one pattern, one line
    words=("(?i:log[a-z]*[ -]?(?:in|on))", "(?i:sign[a-z]*[ -]?(?:in|on))"),
)
_ACCOUNT_OF = Shape(
    r"\b(?:unlock(?:ed|ing)?|reset(?:ting)?|re-?enabled?|disabled?|deactivated?|deleted?|created?|locked out)(?: (?:the|her|his|ad|domain|network|user))?"  # noqa: E501  # one pattern, one line
    r"(?P<acct> (?:acct|account|user|login|log-in|profile|id))?(?: for)? ([a-z][a-z0-9._\\-]{3,31})",
    words=[
        rf"{done}[a-z]*(?: (?:the|her|his|ad|domain|network|user))?"
        r"(?: (?:acct|account|user|login|log-in|profile|id)|(?: for)? [a-z][a-z._\\-]*[0-9])"  # or no log-in
        for done in ("unlock", "reset", "re-?enable", "disable", "deactivate", "delete", "create", "locked out")
    ],
    ignore_case=True,
)
_NICK = Shape(
    r"(?m)^[ \t>]*(?:\[?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp][Mm])?\]?[ \t]+)?<([A-Za-z_\[\]][\w.\[\]|-]{1,23})>[ \t]",  # noqa: E501  # one pattern, one line
    hint=r"<[A-Za-z_\[\]][\w.\[\]|-]*>[ \t]",
)
_JOINED = Shape(
    r"(?:\*{3}|-!-|-->|<--|\*)[ \t]+([A-Za-z_][\w.|-]{1,23})[ \t](?:\([^)\n]{1,60}\) )?(?:has )?(?:joined|left|quit|parted|is now known)",  # noqa: E501  # one pattern, one line
    hint=r"(?:[*>]|-!-|<--)[ \t]+[A-Za-z_][\w.|-]+[ \t](?:\([^)\n]+\) )?(?:has )?"
    "(?:joined|left|quit|parted|is now known)",
)
_KEYED = Shape(
    r"(?:assignee|assigned[_ ]?to|opened[_ ]?by|reporter|reported[_ ]?by|created[_ ]?by|updated[_ ]?by|modified[_ ]?by|closed[_ ]?by|resolved[_ ]?by|requested[_ ]?(?:by|for)|submitted[_ ]?by|submitter|owner|author|actor|agent|committer)"  # noqa: E501  # one pattern, one line
    r"[\"']?[ \t]*[:=][ \t]*[\"']([a-z][a-z0-9]*[._]?[a-z0-9_]{2,30})[\"']",
    hint="(?:ee|to|by|er|for|or|nt)[\"']?[ \t]*[:=][ \t]*[\"'][a-z]",
)
_MENTIONED = Shape(
    r"(?:^|[\s(])(@[a-z][a-z0-9_]*[._][a-z0-9_]+|@[a-z]{2,}[0-9]+[a-z0-9_]*)",
    hint=r"(?:^|[\s(])@[a-z][a-z0-9_]*[._0-9]",  # not in every mailbox
)
_DONE = (
    "opened", "closed", "resolved", "updated", "escalated", "assigned", "created", "modified", "entered", "submitted",
    "approved", "unlocked",
)  # fmt: skip
_BY = Shape(
    rf"\b(?:{'|'.join(_DONE)})"
    r" (?:by|to)[ :]{1,2}([a-z]{2,20}[._]?[a-z]{0,20}[0-9]{1,4})\b",
    words=[rf"{done} (?:by|to)[ :]{{1,2}}[a-z]+[._]?[a-z]*[0-9]" for done in _DONE],
)
_ACTORS = (
    (_BY, 0.6, "a log-in, said to have done something"),
    (_NICK, 0.6, "a nick of a chat"), (_JOINED, 0.6, "a nick of a chat"), (_KEYED, 0.6, "a log-in in a field for somebody"),  # noqa: E501  # one pattern, one line
    (_MENTIONED, 0.6, "somebody mentioned by a handle"),
)  # fmt: skip
_LOGGED_BY = (
    Shape(  # the common log format: host, ident, user, time
        r"(?:^|[\s\"])[^\s\"]{1,80} [^\s\"]{1,40} ([^\s\"\[]{2,64}) \[[0-9]{1,2}/[A-Z][a-z]{2}/[0-9]{4}:",
        hint=r" \[[0-9]{1,2}/[A-Z][a-z]{2}/[0-9]{4}:",
    ),
    Shape(  # the extended format: method, path, query, port, user, host
        r"\b(?:GET|POST|PUT|HEAD|DELETE|OPTIONS) [^\s]{1,500} [^\s]{1,500} [0-9]{2,5} ([^\s]{2,64}) [0-9A-Fa-f]{1,4}[.:]",  # noqa: E501  # one pattern, one line
        hint=r"(?:GET|POST|PUT|HEAD|DELETE|OPTIONS) ",
    ),
    Shape(  # sshd
        r"\b(?:Accepted|Failed|Postponed) [a-z/-]{3,30} for (?:(?:invalid|illegal) user )?([^\s]{2,64}) from [0-9A-Fa-f.:]{3,45} port ",  # noqa: E501  # one pattern, one line
        hint=r" from [0-9A-Fa-f.:]{3,45} port ",
    ),
    Shape(
        r"\b(?:session (?:opened|closed) for|(?:[Ii]nvalid|[Ii]llegal)) user ([^\s()]{2,64})(?:\(| from [0-9A-Fa-f]| by |[ \t]*$)",  # noqa: E501  # one pattern, one line
        hint="(?:ed for|nvalid|llegal) user ",
    ),
    Shape(  # of a proxy: user, address, time
        r"(?m)(?:^|[ \t])([a-z][a-z0-9._\-]{2,31})[ \t]+[0-9]{1,3}(?:\.[0-9]{1,3}){3}[ \t]+\[?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]",  # noqa: E501  # one pattern, one line
        hint=r"\.[0-9]{1,3}[ \t]+\[?[0-9]{4}-[0-9]",
    ),
    Shape(r"\bsudo(?:\[[0-9]{1,7}\])?: {1,10}([^\s:]{2,32}) : ", hint="sudo"),
    Shape(
        r"\b(?:of|for|by|from) user ['\"\x{2018}\x{201C}]([^\s'\"\x{2019}\x{201D}]{2,64})['\"\x{2019}\x{201D}]",
        hint=r" user ['\"\x{2018}\x{201C}]",
    ),
)
"""Where logs and paths name who was at work: the value alone says nothing (``rose``), its place does."""
_FOLDER_OF = Shape(
    r"(?:^|[\s=:\"'(])(?:/home/|/Users/|[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2})([^\s/\\:\"'<>]{2,64})",
    hint=r"/home/|Users[\\/]",
)
_SHAPES = ((_ON_SITE, 0.7, "named on a site", True), (_SITE_PAREN, 0.7, "named on a site", True), (_SITE_ID, 0.7, "named on a site", True),  # noqa: E501  # one pattern, one line
           (_LOGIN_FOR, 0.7, "called a login", False), (_PAIR, 0.7, "a pair of user and password", False), (_IN_URL, 0.85, "user part of a URL", False))  # fmt: skip  # noqa: E501  # one pattern, one line
_DOMAIN = re.compile(r"\.(?:com|net|org|gov|edu|us|mil|info|io)(?:[./]|$)")
_CELL_EDGES = frozenset({"", "\n", "\r", "\t", "|", ",", '"'})
_OF_SYSTEMS = frozenset(
    [
        "admin",
        "administrator",
        "root",
        "system",
        "guest",
        "anonymous",
        "user",
        "users",
        "everyone",
        "nobody",
        "service",
        "daemon",
        "here",
        "channel",
        "all",
        "team",
        "none",
        "null",
        "true",
        "false",
        "unknown",
        "unassigned",
        "staff",
        "public",
        "default",
        "test",
        "demo",
    ]
)

_FOLDERS = frozenset(
    {"shared", "default user", "all", "runner", "www", "web", "public_html", "httpd", "postgres", "mysql"}
)
_SHAPED = frozenset(shape.trigger.number for shape, *_ in _SHAPES)


@cache
def _vocabulary() -> tuple[Labels, frozenset[str]]:
    """Return the labels, and the words that are prose behind a label."""
    words = read_yaml(packaged_configs() / "credential_words.yaml")
    return Labels(words["username_labels"]), frozenset(words["no_usernames"].split())


class Username(PatternRecognizer):
    """Finds user names and handles."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("USERNAME",)
    NAME: ClassVar[str] = "username"

    def triggers(self) -> Iterable[Wake]:
        return (
            _vocabulary()[0].trigger,
            _SOCIAL.trigger,
            *(shape.trigger for shape, *_ in (*_SHAPES, *_ACTORS)),
            *(shape.trigger for shape in (*_LOGGED_BY, _FOLDER_OF)),
            _LOGGED_IN_AS.trigger,
            _ACCOUNT_OF.trigger,
            *(shape.trigger for shape in said_shapes()),
        )

    def matches(self, text: str) -> list[Match]:
        return outermost(each for each in self._candidates(text) if each.start < each.end)

    def _candidates(self, text: str) -> Iterator[Match]:
        for label in _vocabulary()[0].find(text):
            value = value_after(text, label, _VALUE)
            score = _score(text, value) if value and not (_is_head(text, label) and _is_prose(value.value)) else 0.0
            if value and score:
                yield self._match(value.start, value.end, score, "a name behind a label of user names")
            for start, end in _cells_of(text, label):
                if _VALUE.fullmatch(text, start, end) and not _is_prose(text[start:end]):
                    yield self._match(start, end, 0.6, "a cell below a label of user names")
        shapes = () if _SHAPED.isdisjoint(scan_of(text).fired) else _SHAPES
        speaks_of_site = (bool(shapes) or "@" in text) and _SOCIAL.within(text)
        for shape, score, reason, needs_site in shapes:
            for match in shape.finditer(text) if speaks_of_site or not needs_site else ():
                yield self._match(match.start(1), match.end(1), score, reason)
        for shape, score, reason in _ACTORS:
            for match in shape.finditer(text):
                handle, after = match.group(1), text[match.end(1) : match.end(1) + 2]
                goes_on = after[:1].isalnum() or (after[:1] in {".", "-"} and after[1:].isalnum())
                domain = handle.startswith("@") and _DOMAIN.search(handle)
                if not goes_on and not domain and not _is_prose(handle.removeprefix("@")):
                    yield self._match(match.start(1), match.end(1), score, reason)
        yield from self._of_logs(text)
        yield from self._of_log_ins(text)
        for match in _HANDLE.finditer(text) if speaks_of_site else ():
            start = match.start(1)
            end = start + len(match.group(1).rstrip(".-"))
            if not text[end : end + 1].isalnum() and _SOCIAL.near(text, start, end, before=60, after=40):
                yield self._match(start, end, 0.7, "a handle, a social site is named nearby")

    def _of_logs(self, text: str) -> Iterator[Match]:
        """Yield the log-ins in the lines of server logs and in paths: ``198.51.100.7 - dvance [12/May/2019:…``."""
        for shape in (*_LOGGED_BY, _FOLDER_OF):
            for match in shape.finditer(text):
                start = match.start(1)
                end = start + len(match.group(1).rstrip(".,;:)'\""))
                value = text[start:end].rpartition("\\")[2].casefold()
                own = value in _OF_SYSTEMS or value in _FOLDERS or not any(map(str.isalpha, value))
                if shape is _FOLDER_OF:
                    own |= _is_prose(value) or value.rpartition(".")[2] in {*vocabulary().file_endings, "html", "php"}
                if len(value) > 1 and not own:
                    yield self._match(start, end, 0.7, "who was at work, in a log or a path")

    def _of_log_ins(self, text: str) -> Iterator[Match]:
        """Yield the log-ins that prose names: ``logged in as dvance``, ``reset acct rwhite3``."""
        for match in _LOGGED_IN_AS.finditer(text):
            end = match.start(1) + len(match.group(1).rstrip("._-"))
            if not _is_prose(text[match.start(1) : end]):
                yield self._match(match.start(1), end, 0.6, "said to be logged in as")
        for match in _ACCOUNT_OF.finditer(text):
            start = match.start(2)
            end = start + len(match.group(2).rstrip("._-"))
            value = text[start:end]
            if text[end : end + 1] == "@" or _is_prose(value) or not value.islower():
                continue
            coded = any(map(str.isdigit, value)) and value[:3].isalpha() and not _is_prose(value.rstrip("0123456789"))
            if coded or match.group("acct"):
                yield self._match(start, end, 0.6, "whose account something is done to")
        for start, end, needs_shape in said(text):
            value = text[start:end]
            coded = any(c.isdigit() or c == "_" for c in value) or not (value.islower() or value.istitle())
            shaped = coded or (value.islower() and not needs_shape)
            if shaped and len(value) > 2 and text[end : end + 1] != "@" and not _is_prose(value):
                yield self._match(start, end, 0.6, "said to be a user name")

    def _match(self, start: int, end: int, score: float, reason: str) -> Match:
        return Match(start, end, "USERNAME", score, self.NAME, reason)


def _is_head(text: str, label: Label) -> bool:
    """Return whether a label is a whole cell of a line of tab-parted cells: the head of a column, say."""
    return text[label.end : label.end + 1] == "\t" and text[label.start - 1 : label.start] in {"", "\n", "\t"}


def _cells_of(text: str, label: Label) -> Iterator[tuple[int, int]]:
    """Yield the cells with letters in the column of a pasted table that a label heads all alone."""
    if label.part == "site" or text[max(0, label.start - 40) : label.start].rstrip(" ")[-1:] not in _CELL_EDGES:
        return
    for start, end in cells_below(text, label.start, label.end):
        if any(map(str.isalpha, text[start:end])):
            yield start, end


def _is_prose(value: str) -> bool:
    """Return whether a word is one of everyday prose, or what every system calls its own accounts."""
    low = value.casefold()
    words = vocabulary()
    return (
        low in _vocabulary()[1] or low in _OF_SYSTEMS or words.is_stop(low) or (words.is_common(low) and low.isalpha())
    )


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
    coded = named_code and any(map(str.isalpha, value))
    if kind == "bare" and between.strip() == ":" and not (ends_line or coded or before_password):
        return 0.0
    if signed and (kind == "named" or between.strip()[:1] in {":", "=", '"', "'", "“", "\u2018"}):
        return 0.85 if kind == "named" else 0.65
    if before_password:
        return 0.8
    if kind == "named" and (named_code or (ends_line and between.isspace())):
        return 0.7
    return 0.55 if kind == "bare" and named_code and value[0].isalpha() and len(value) > 3 else 0.0
