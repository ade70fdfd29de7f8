"""Outlook items as values: what MSG files and PST stores both give, before a message is made of it.

An item is a bag of properties, its recipients (bags), its attachments (bags, some with an item inside). Properties are
known by their number (MS-OXPROPS); a bag remembers which were asked for, so that what is left out can be counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from pipeline.formats.mail_text import text_of

Value = str | bytes | int
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_CODE_PAGES: Final = {20127: "us-ascii", 28591: "latin-1", 65001: "utf-8", 10000: "mac_roman", 20866: "koi8-r"}
MESSAGE_CODE_PAGE: Final = 0x3FFD
INTERNET_CODE_PAGE: Final = 0x3FDE
FIXED: Final = {0x0002: "<h", 0x0003: "<i", 0x000B: "<?", 0x0014: "<q", 0x0040: "<q"}
"""Types of properties that are numbers (a time counts 100 nanoseconds), each with how it is packed."""


class Kind(IntEnum):
    """Other types of properties (MS-OXCDATA 2.11.1): text in UTF-16 or in a code page, bytes, what has properties."""

    TEXT = 0x001F
    NARROW = 0x001E
    BYTES = 0x0102
    OBJECT = 0x000D


@dataclass
class Bag:
    """Properties by number: text, bytes, or a number (a time counts 100 nanoseconds since 1601)."""

    values: Mapping[int, Value]
    asked: set[int] = field(default_factory=set)

    def text(self, *numbers: int) -> str:
        """Return the first of these properties that is a text and not empty, or ""."""
        found = ""
        for number in numbers:
            self.asked.add(number)
            value = self.values.get(number)
            if not found and isinstance(value, str):
                found = value.replace("\0", "").strip("\r\n ")
        return found

    def data(self, number: int) -> bytes | None:
        """Return a property as bytes, or None."""
        self.asked.add(number)
        value = self.values.get(number)
        return value if isinstance(value, bytes) else None

    def number(self, number: int, default: int = 0) -> int:
        """Return a property as a number, or ``default``."""
        self.asked.add(number)
        value = self.values.get(number)
        return value if isinstance(value, int) else default

    def time(self, *numbers: int) -> datetime | None:
        """Return the first of these properties that is a time, or None."""
        for number in numbers:
            value = self.number(number)
            if value > 0:
                try:
                    return _EPOCH + timedelta(microseconds=value // 10)
                except OverflowError:
                    continue
        return None

    def page(self, number: int) -> str:
        """Return the codec of a code page property, or ""."""
        page = self.number(number)
        codec = _CODE_PAGES.get(page, f"cp{page}" if page else "")
        try:
            b"".decode(codec or "utf-8")
        except LookupError:
            return ""
        return codec

    @property
    def left(self) -> int:
        """How many properties nobody asked for."""
        return len(set(self.values) - self.asked)


@dataclass
class Attachment:
    """An attachment: its properties, and the item inside where it is one."""

    bag: Bag
    item: Item | None = None
    is_broken: bool = False


@dataclass
class Item:
    """A message, calendar entry, contact or task."""

    bag: Bag
    recipients: list[Bag] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How many properties of it and of what it holds were not asked for."""
        inside = sum(each.bag.left + (each.item.left if each.item else 0) for each in self.attachments)
        return self.bag.left + sum(each.left for each in self.recipients) + inside


def narrow_text(data: bytes, codec: str) -> str:
    """Return a text that is stored in 8-bit characters."""
    return text_of(data, codec or "cp1252")
