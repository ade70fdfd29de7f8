"""IP_ADDRESS: IPv4 and IPv6 addresses, with prefix length (CIDR) and zone where they carry one.

An IPv4 address is four numbers 0-255; so are software versions and section numbers, so four
small numbers need a word like ``IP`` or ``server``. An IPv6 address is eight groups of up to four
hex digits, ``::`` for a run of zeros, its last 32 bits perhaps in IPv4 form. Every candidate is
parsed by the standard library. Private and documentation ranges count too: they can tell a device.

Sources: RFC 791, RFC 4291 section 2.2, RFC 4632 (CIDR), RFC 4007 section 11 (zones).

    good: 203.0.113.9, 2001:db8::1, 10.0.0.0/8    bad: version 4.1.2.3, 12:34:56
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.text import Shape, Words, joined
from recognizers.triggers import Trigger

_V4: Final = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,3})?")  # every part bounded, so linear
_FOUR_NUMBERS: Final = Trigger(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")
_DEFANGED: Final = Shape(r"(?:[0-9]{1,3}(?:\[\.\]|\.)){3}[0-9]{1,3}", hint=r"[0-9]\[\.\][0-9]")
_COLONS: Final = Trigger(r"::|(?:[0-9A-Fa-f]{1,4}:){6}")
_V6: Final = pattern(
    r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:(?:\.\d{1,3}){3})?(?:%[0-9A-Za-z]{1,15})?(?:/\d{1,4})?"
)
_PORT: Final = re.compile(r"[:.][0-9]{1,5}(?![0-9A-Za-z_:]|\.[0-9])")
_NO_GROUPS: Final = re.compile(r"(?:[0-9]{1,2}:){3}(?!:)|[A-Fa-f]{1,4}:(?!:)|(?<=[A-Za-z])[46]:")
"""A time of day, the end of a word, or its number, which stands before an address and looks like groups of it."""
_LONG_GROUP: Final = re.compile(r"[0-9][0-9A-Fa-f]{3}:")
"""How an address begins that nothing parts from the word before it."""
_GLUED_WORD: Final = re.compile(
    r"(?:ip(?:v6)?|addr(?:ess)?|client|server|host|from|src|source|dst|peer|remote|proxy|gateway|dns|login|user"
    r"|(?<![a-z])(?:by|to|at|on|for|via|is|was|and|with|as))\Z",
    re.IGNORECASE,
)
_VERSION_WORDS: Final = Words(
    "versions?", "vers?", "v", "releases?", "rel", "builds?", "firmware", "sections?", "sec", "chapters?",
    "paragraphs?", "art(?:icle)?s?",
    "rules?", "part", "parts", "revision", "rev", "upgrade", "driver", "exim", "postfix", "sendmail", "patch",
    "app(?:endix)?", "table", "figure",
    "step", "mca", "arm", "cfr", "policy", "standard", "goal", "objective", "item",
)  # fmt: skip
_IP_WORDS: Final = Words(
    "ips?", "ip addr(?:ess(?:es)?)?", "ipv[46]", "address(?:es)?", "addr", "servers?", "hosts?", "dns", "gateway",
    "ping", "routes?", "router",
    "subnet", "network", "login", "log ?in", "logged", "client", "connect(?:ed|ing|ion)?", "from", "src", "dst",
    "source", "destination",
    "netmask", "proxy", "firewall", "vpn", "nat", "tunnel", "node", "unspecified", "loopback", "bind", "listen",
    "received",
)  # fmt: skip
_SMALL: Final = 32
_OPEN_FIRST: Final = frozenset({0, 10, 127})


class IpAddressRecognizer(PatternRecognizer):
    """Finds IPv4 and IPv6 addresses and networks."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("IP_ADDRESS",)
    NAME: ClassVar[str] = "ip_address"

    def triggers(self) -> Iterable[Wake]:
        return (_FOUR_NUMBERS, _COLONS, _DEFANGED.trigger)

    def matches(self, text: str) -> list[Match]:
        dotted = self._dotted(text) if _FOUR_NUMBERS.fires(text) else ()
        colons = self._colons(text) if _COLONS.fires(text) else ()
        return joined((*colons, *dotted, *self._defanged(text)))

    def _defanged(self, text: str) -> Iterator[Match]:
        """Find IPv4 addresses whose dots are in brackets, as in reports of attacks, so that nobody clicks on them."""
        for candidate in _DEFANGED.finditer(text):
            start, end = candidate.span()
            if _is_v4(candidate.group().replace("[.]", ".")) and _stands_as_v4(text, start, end):
                yield self._match(start, end, 0.85, "IPv4 address with its dots in brackets")

    def _dotted(self, text: str) -> Iterator[Match]:
        for candidate in _V4.finditer(text):
            start, end = candidate.span()
            address, _, prefix = candidate.group().partition("/")
            if prefix and int(prefix) > 32:
                end, prefix = start + len(address), ""
            if not _is_v4(address) or not _stands_as_v4(text, start, end):
                continue
            bracketed = text[start - 1 : start] in {"[", "("}
            if (
                not bracketed
                and _VERSION_WORDS.before(text, start, 12, same_line=True)
                and not _IP_WORDS.before(text, start, 12, same_line=True)
            ):
                continue
            numbers = [int(number) for number in address.split(".")]
            small = max(numbers) < _SMALL and numbers[0] not in _OPEN_FIRST and not prefix
            if not small:
                yield self._match(start, end, 0.85, "IPv4 network" if prefix else "IPv4 address")
            elif _IP_WORDS.near(text, start, end, 40, 15):
                yield self._match(start, end, 0.6, "IPv4 address of small numbers near network words")

    def _colons(self, text: str) -> Iterator[Match]:
        for candidate in _V6.finditer(text):
            start, end = next(_addresses(text, *candidate.span()), (0, 0))
            if not end:
                continue
            address, slash, prefix = text[start:end].partition("/")
            if slash and int(prefix) > 128:
                end = start + len(address)
            if _is_telling(address) or slash or _IP_WORDS.near(text, start, end, 40, 15):
                yield self._match(start, end, 0.85, "IPv6 network" if slash else "IPv6 address")

    def _match(self, start: int, end: int, score: float, reason: str) -> Match:
        return Match(start, end, "IP_ADDRESS", score, self.NAME, reason)


def _is_v4(address: str) -> bool:
    return all(int(number) <= 255 and (len(number) == 1 or number[0] != "0") for number in address.split("."))


def _is_v6(address: str) -> bool:
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True


def _is_telling(address: str) -> bool:
    """Whether no program text looks like this: several groups, or one that is long and holds a digit (``fe80::``)."""
    groups = [group for group in address.partition("%")[0].split(":") if group]
    long_first = bool(groups) and len(groups[0]) >= 3 and any(char.isdecimal() for char in address)
    return len(groups) >= 4 or (len(groups) >= 2 and (long_first or "." in address)) or address == "::1"


def _stands_as_v4(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before and (
        before[-1].isalnum() or before[-1] in "._" or (before[-1] in "/-" and before[0].isalnum() and len(before) == 2)
    ):
        return False
    if after and (after[0].isalnum() or after[0] == "_"):
        return False
    return not (len(after) == 2 and after[0] == "-" and after[1].isalpha())


def _addresses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where in a run of groups an address may be: in all of it, then without a port, a time or a word's end."""
    colon = text.rfind(":", start, end)
    ends = (end, colon) if _PORT.match(text, colon) else (end,)
    head = _NO_GROUPS.match(text, start, end)
    for low, begins in ((start, _begins_v6(text, start)), (head.end() if head else end, head is not None)):
        for high in ends:
            address = text[low:high].partition("/")[0]
            if not (begins and low < high and _is_v6(address) and _ends_v6(text, high)):
                continue
            if low == start or _is_telling(address):
                yield low, high


def _begins_v6(text: str, start: int) -> bool:
    before = text[max(0, start - 1) : start]
    glued = (
        before.isalpha()
        and _LONG_GROUP.match(text, start) is not None
        and _GLUED_WORD.search(text, max(0, start - 12), start) is not None
    )
    return glued or not (before and (before.isalnum() or before in "._:"))


def _ends_v6(text: str, end: int) -> bool:
    after = text[end : end + 2]
    if _PORT.match(text, end):
        return True
    if after and (after[0].isalnum() or after[0] in "_:"):
        return False
    return not (len(after) == 2 and after[0] == "." and after[1].isdecimal())
