"""MSG files opened: the storages of a compound file become items (MS-CFB, MS-OXMSG)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final

from olefile import OleFileIO
from oxmsg.storage import Storage

from pipeline.errors import UnreadableSource
from pipeline.formats.outlook_items import FIXED, MESSAGE_CODE_PAGE, Attachment, Bag, Item, Kind, Value, narrow_text

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DEPTH_LIMIT: Final = 20
MOST_TIMES: Final = 4
"""How much larger than the file all its streams together may be: streams that share their bytes are no message."""

_STREAM: Final = 2  # as the directory of a compound file calls it
_ROOT, _NESTED, _SMALL = 32, 24, 8  # bytes before the properties of a message, a nested message, anything else
_ATTACHED_ITEM: Final = "__substg1.0_3701000D"


def opened(data: bytes, where: str) -> Item:
    """Return the item in a MSG file.

    Raises:
        UnreadableSource: it is damaged, or holds no message.
    """
    try:
        with OleFileIO(io.BytesIO(data)) as file:
            sizes = sum(entry.size for entry in file.direntries if entry is not None and entry.entry_type == _STREAM)
            is_bomb = sizes > max(MOST_TIMES * len(data), 1 << 20)
            root = None if is_bomb else Storage.from_ole(file)
    except Exception as error:  # noqa: BLE001 - whatever the reader raises on a damaged file, the file is held
        what = f"it is damaged or cut short ({type(error).__name__})"
        raise UnreadableSource(where, what, "export the message again") from None
    if root is None:
        raise UnreadableSource(where, "its streams are larger than the file", "export the message again")
    try:
        names = _names(root)
        return _item(root, _ROOT, names, where, 0)
    except (KeyError, ValueError, struct.error) as error:
        what = f"a part of the message is missing ({type(error).__name__})"
        raise UnreadableSource(where, what, "export the message again") from None


def _item(storage: Any, header: int, names: Mapping[int, int], where: str, depth: int) -> Item:
    if depth > DEPTH_LIMIT:
        raise UnreadableSource(where, f"messages lie more than {DEPTH_LIMIT} levels deep in it", "take it apart")
    page = _page(storage, header)
    recipients = [Bag(_values(each, _SMALL, names, page)) for each in storage.iter_recipient_storages()]
    attachments = [_attachment(each, names, page, where, depth) for each in storage.iter_attachment_storages()]
    bag = Bag(_values(storage, header, names, page))
    if not bag.values:
        raise UnreadableSource(where, "it holds no message", "check the file")
    counts = struct.unpack_from("<II", storage.properties_stream_bytes, 16) if header > _SMALL else (0, 0)
    if counts != (len(recipients), len(attachments)):
        raise UnreadableSource(where, "recipients or attachments are missing in it", "export the message again")
    return Item(bag, recipients, attachments)


def _attachment(storage: Any, names: Mapping[int, int], page: str, where: str, depth: int) -> Attachment:
    bag = Bag(_values(storage, _SMALL, names, page))
    inside = next((each for each in storage.storages if each.name == _ATTACHED_ITEM), None)
    is_item = inside is not None and any(each.name == "__properties_version1.0" for each in inside.streams)
    item = _item(inside, _NESTED, names, where, depth + 1) if is_item else None
    return Attachment(bag, item, is_broken=inside is not None and not is_item)


def _page(storage: Any, header: int) -> str:
    """Return the codec of texts in 8-bit characters."""
    numbers = {number: payload for kind, number, payload in _entries(storage, header) if kind == 0x0003}
    packed = numbers.get(MESSAGE_CODE_PAGE)
    value = struct.unpack_from("<i", packed)[0] if packed else 0
    return Bag({MESSAGE_CODE_PAGE: value}).page(MESSAGE_CODE_PAGE)


def _entries(storage: Any, header: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield type, number and payload of every property."""
    packed = storage.properties_stream_bytes[header:]
    for at in range(0, len(packed) - 15, 16):
        kind, number = struct.unpack_from("<HH", packed, at)
        yield kind, number, packed[at + 8 : at + 16]


def _values(storage: Any, header: int, names: Mapping[int, int], page: str) -> dict[int, Value]:
    """Return the properties of a storage; those with a name under the number of that name.

    Raises:
        KeyError: the bytes of a property are missing.
    """
    out: dict[int, Value] = {}
    for kind, number, payload in _entries(storage, header):
        key = names.get(number, number if number < 0x8000 else 0x10000 + number)
        if kind == Kind.TEXT:
            packed = storage.property_stream_bytes(number, kind)
            out[key] = packed[: len(packed) & ~1].decode("utf-16-le", "replace")
        elif kind == Kind.NARROW:
            out[key] = narrow_text(storage.property_stream_bytes(number, kind), page)
        elif kind == Kind.BYTES:
            out[key] = storage.property_stream_bytes(number, kind)
        elif kind in FIXED:
            out[key] = int(struct.unpack_from(FIXED[kind], payload)[0])
        else:
            out.setdefault(key, 0)  # a kind that nothing here reads; it is counted
    return out


def _names(root: Any) -> dict[int, int]:
    """Return for each number from 0x8000 on the long identifier that it stands for, where that is a number."""
    folder = next((each for each in root.storages if each.name == "__nameid_version1.0"), None)
    stream = next((each for each in folder.streams if each.name == "__substg1.0_00030102"), None) if folder else None
    packed = stream.bytes_ if stream else b""
    out = {}
    for at in range(0, len(packed) - 7, 8):
        identifier, flags, index = struct.unpack_from("<IHH", packed, at)
        if not flags & 1 and 0x8000 <= identifier < 0x10000:
            out[0x8000 + index] = identifier
    return out
