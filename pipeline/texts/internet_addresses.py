"""IPv6 addresses in texts: where one stands, and the one form (RFC 4291, eight groups in full) of its spellings.

``2001:db8:17::``, ``2001:0DB8:17:0:0:0:0:0`` and ``2001:db8:17::/48`` (the address without its prefix length) have one
form; ``2001:db8:17::5`` has another, although it begins with the same signs.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

__all__ = [
    "FULL_LENGTH",
    "addresses_in",
    "full_form",
    "is_inside_another",
    "mapped_form",
    "mapped_ipv4",
    "prefix_length",
]

FULL_LENGTH: Final = 32
"""Hex digits of the full form, without colons."""
_DOTS: Final = 3
_LEAST_COLONS: Final = 6
_MOST_COLONS: Final = 7
_LONGEST: Final = 48
_LONGEST_RUN: Final = 64
"""Signs of an address with a time in front and a port behind."""
_MOST_BEFORE: Final = 4
"""Groups in front of an address that are read as none of it: a time has three, a word may end in one."""
_SIGNS: Final = frozenset("0123456789abcdef:.")
_RUN: Final = re.compile(r"[0-9a-f:.]{2,}")
_PORT: Final = re.compile(r"(?<!:)[:.][0-9]{2,5}$")


def full_form(value: str) -> str:
    """Return an IPv6 address in full, 32 hex digits without colons, whatever zone and prefix length it has; else ""."""
    address = _parsed(value)
    return "" if address is None else address.exploded.replace(":", "")


def prefix_length(value: str) -> str:
    """Return the prefix length behind an address, "" where it has none."""
    return value.partition("/")[2].strip()


def mapped_ipv4(value: str) -> str:
    """Return the IPv4 address that an IPv6 address stands for (``::ffff:192.0.2.1``), "" for any other."""
    address = _parsed(value)
    mapped = address.ipv4_mapped if address is not None else None
    return "" if mapped is None else str(mapped)


def mapped_form(value: str) -> str:
    """Return the full form of the IPv6 address that stands for an IPv4 address, "" for any other value."""
    bare = value.partition("/")[0].replace("[.]", ".").strip()
    return full_form(f"::ffff:{bare}") if bare.count(".") == _DOTS else ""


def addresses_in(folded: str) -> Iterator[tuple[int, int, str]]:
    """Yield every IPv6 address in a folded text: start and end in it, half-open, and its full form.

    What a word, a time or a port joins with colons to one (``IPv6:...``, ``...:443``) is read with and without it: the
    search takes only what equals an address that is withheld.
    """
    if "::" not in folded and folded.count(":") < _LEAST_COLONS:
        return
    for run in _RUN.finditer(folded):
        start, end = _trimmed(folded, *run.span())
        if end - start > _LONGEST_RUN or folded.count(":", start, end) < 2 or folded[end : end + 1].isalnum():
            continue
        for low, high in _readings(folded, start, end):
            form = full_form(folded[low:high])
            if form:
                yield low, high, form


def _readings(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans that may be the address of a run, itself first: without words in front, without a port behind."""
    behind = [end]
    if _PORT.search(folded, start, end) and not folded[start:end].endswith(":"):
        behind.append(max(folded.rfind(":", start, end), folded.rfind(".", start, end)))
    is_cut = folded[max(start - 1, 0) : start].isalnum()
    is_too_long = folded.count(":", start, end) > _MOST_COLONS
    starts = [start]
    for _ in range(_MOST_BEFORE if is_too_long else is_cut):
        starts.append(folded.find(":", starts[-1], end) + 1)
    for low in starts:
        for high in behind:
            span = _trimmed(folded, low, high)
            if folded.count(":", *span) >= 2:
                yield span


def is_inside_another(folded: str, start: int, end: int) -> bool:
    """Return whether a span of a folded text is only a piece of a longer IPv6 address that stands there.

    The end of a word is no group of an address (``IPv6:2001:db8::1``), and what may be a port is taken for one.
    """
    if ":" not in folded[start:end]:
        return False
    low, high = start, end
    while low and folded[low - 1] in _SIGNS and end - low <= _LONGEST:
        low -= 1
    while high < len(folded) and folded[high] in _SIGNS and high - start <= _LONGEST:
        high += 1
    if low < start and folded[max(low - 1, 0) : low].isalnum():
        low = folded.find(":", low, start) + 1 or start
    if high > end and folded[high : high + 1].isalnum():
        high = folded.rfind(":", end, high) + 1 or end
    low, high = _trimmed(folded, low, high)
    if low == start and "::" in folded[start:end] and _PORT.fullmatch(folded, end, high):
        return False
    more = folded[low:start] + folded[end:high]
    return any(each.isalnum() for each in more) and bool(full_form(folded[low:high]))


def _trimmed(folded: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the signs of a sentence around an address: full stops, and a single colon before or behind it."""
    while start < end and folded[end - 1] == ".":
        end -= 1
    while start < end and folded[start] == ".":
        start += 1
    if folded[start:end].endswith(":") and not folded[start:end].endswith("::"):
        end -= 1
    if folded[start:end].startswith(":") and not folded[start:end].startswith("::"):
        start += 1
    return start, end


def _parsed(value: str) -> ipaddress.IPv6Address | None:
    bare = value.strip().partition("/")[0].partition("%")[0].strip("[] ")
    if ":" not in bare:
        return None
    try:
        return ipaddress.IPv6Address(bare)
    except ValueError:
        return None
