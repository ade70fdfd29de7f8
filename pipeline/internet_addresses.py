"""IPv6 addresses in texts: where one stands, and the one form (RFC 4291, eight groups in full) of its spellings.

``2001:db8:17::``, ``2001:0DB8:17:0:0:0:0:0`` and ``2001:db8:17::/48`` (the address without its prefix length) have one
form; ``2001:db8:17::5`` has another, although it begins with the same signs.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

__all__ = ["FULL_LENGTH", "addresses_in", "full_form", "is_inside_another", "mapped_ipv4", "prefix_length"]

FULL_LENGTH: Final = 32
"""Hex digits of the full form, without colons."""
_LEAST_COLONS: Final = 6
_LONGEST: Final = 48
_SIGNS: Final = frozenset("0123456789abcdef:.")
_RUN: Final = re.compile(r"[0-9a-f:.]{2,}")


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


def addresses_in(folded: str) -> Iterator[tuple[int, int, str]]:
    """Yield every IPv6 address in a folded text: start and end in it, half-open, and its full form."""
    if "::" not in folded and folded.count(":") < _LEAST_COLONS:
        return
    for run in _RUN.finditer(folded):
        start, end = _trimmed(folded, *run.span())
        if end - start > _LONGEST or folded.count(":", start, end) < 2 or _is_cut(folded, start, end):
            continue
        form = full_form(folded[start:end])
        if form:
            yield start, end, form


def is_inside_another(folded: str, start: int, end: int) -> bool:
    """Return whether a span of a folded text is only a piece of a longer IPv6 address that stands there."""
    if ":" not in folded[start:end]:
        return False
    low, high = start, end
    while low and folded[low - 1] in _SIGNS and end - low <= _LONGEST:
        low -= 1
    while high < len(folded) and folded[high] in _SIGNS and high - start <= _LONGEST:
        high += 1
    low, high = _trimmed(folded, low, high)
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


def _is_cut(folded: str, start: int, end: int) -> bool:
    """Return whether letters or digits join a run, so that it is no address by itself."""
    return folded[max(start - 1, 0) : start].isalnum() or folded[end : end + 1].isalnum()


def _parsed(value: str) -> ipaddress.IPv6Address | None:
    bare = value.strip().partition("/")[0].partition("%")[0].strip("[] ")
    if ":" not in bare:
        return None
    try:
        return ipaddress.IPv6Address(bare)
    except ValueError:
        return None
