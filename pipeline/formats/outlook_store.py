"""Outlook stores (PST, OST) taken apart into mailboxes, one a folder: run as a process of its own.

    python -m pipeline.formats.outlook_store STORE FOLDER

libpff (LGPL, in the extra ``pst``, unmodified) reads the store. FOLDER gets ``000000.mbox`` and so on, and
``index.json``: the folders in their order with the number of their messages, how many messages could not be read, and
how many deleted items libpff found beside the folders (they are never copied). A message is made of each item as of an
item in a MSG file; properties with a name stay behind.
"""

from __future__ import annotations

import json
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pipeline.errors import UnreadableSource
from pipeline.formats.outlook_items import FIXED, MESSAGE_CODE_PAGE, Attachment, Bag, Item, Kind, Value, narrow_text
from pipeline.formats.outlook_mail import message_of

MAGIC: Final = b"!BDN"
DEPTH_LIMIT: Final = 20
MOST_FOLDERS: Final = 10_000
INDEX: Final = "index.json"

_FROM: Final = re.compile(rb"^(?=>*From )", re.MULTILINE)
_ENVELOPE: Final = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"


class _Folder(NamedTuple):
    path: tuple[str, ...]
    folder: Any


def write_mailboxes(store: Path, out: Path) -> None:
    """Write the mailboxes of a store and their index into ``out``.

    Raises:
        UnreadableSource: the store cannot be opened, or its folders cannot be listed.
    """
    import pypff  # noqa: PLC0415 - an extra

    file = pypff.file()
    try:
        file.open(str(store))
        folders = list(_folders(file.get_root_folder()))
        lost = int(file.get_number_of_orphan_items())
    except OSError as error:
        raise UnreadableSource("store", f"it cannot be opened ({type(error).__name__})", "repair it") from None
    told = []
    broken = 0
    for number, each in enumerate(folders):
        path = out / f"{number:06d}.mbox"
        written, failed = _write_folder(each.folder, path)
        broken += failed
        if written:
            told.append({"file": path.name, "path": list(each.path), "messages": written})
        else:
            path.unlink()
    about = {"folders": told, "broken": broken, "deleted": lost}
    (out / INDEX).write_text(json.dumps(about), encoding="utf-8")


def _folders(root: Any) -> Iterator[_Folder]:
    waiting = [_Folder((), root)]
    count = 0
    while waiting:
        each = waiting.pop()
        count += 1
        if count > MOST_FOLDERS or len(each.path) > DEPTH_LIMIT:
            raise OSError
        yield each
        inside = [each.folder.get_sub_folder(at) for at in range(each.folder.get_number_of_sub_folders())]
        waiting += [_Folder((*each.path, folder.get_name() or "unnamed"), folder) for folder in reversed(inside)]


def _write_folder(folder: Any, path: Path) -> tuple[int, int]:
    """Write the messages of a folder; return how many were written and how many could not be read."""
    written = failed = 0
    with path.open("wb") as sink:
        for at in range(folder.get_number_of_sub_messages()):
            try:
                data = message_of(_item(folder.get_sub_message(at), 0))
            except Exception:  # noqa: BLE001 - one message that cannot be read must not take the others along
                failed += 1
                continue
            end = b"\n" if data.endswith(b"\n") else b"\n\n"
            sink.write(_ENVELOPE + _FROM.sub(b">", data) + end)
            written += 1
    return written, failed


def _item(message: Any, depth: int) -> Item:
    if depth > DEPTH_LIMIT:
        raise UnreadableSource("store", "messages lie too deep in it", "")
    rows = message.get_number_of_record_sets()
    bag = Bag(_values(message.get_record_set(0))) if rows else Bag({})
    if not bag.values:
        raise UnreadableSource("store", "a message without properties", "")
    people = message.recipients
    recipients = [Bag(_values(each)) for each in people.record_sets] if people is not None else []
    attachments = [_attachment(message.get_attachment(at), depth) for at in range(message.get_number_of_attachments())]
    return Item(bag, recipients, attachments)


def _attachment(attachment: Any, depth: int) -> Attachment:
    values: dict[int, Value] = {}
    for each in attachment.record_sets:
        values |= _values(each)
    if values.get(0x3705) == 5 and attachment.get_number_of_sub_items():
        return Attachment(Bag(values), _item(attachment.get_sub_item(0), depth + 1))
    if values.get(0x3705) == 1:
        size = attachment.get_size()
        values[0x3701] = attachment.read_buffer(size) if size else b""
    return Attachment(Bag(values), is_broken=values.get(0x3705) in {5, 6})


def _values(record: Any) -> dict[int, Value]:
    """Return the properties of a record; those with a name are kept out of the way of all others."""
    raw = [(each.entry_type, each.value_type, each.data) for each in record.entries]
    page = next((struct.unpack("<i", data)[0] for kind, _, data in raw if kind == MESSAGE_CODE_PAGE and data), 0)
    codec = Bag({MESSAGE_CODE_PAGE: page}).page(MESSAGE_CODE_PAGE)
    out: dict[int, Value] = {}
    for number, kind, data in raw:
        if number is None or data is None:
            continue
        key = number if number < 0x8000 else 0x10000 + number
        if kind == Kind.TEXT:
            out[key] = _without_length(data[: len(data) & ~1].decode("utf-16-le", "replace"), number)
        elif kind == Kind.NARROW:
            out[key] = _without_length(narrow_text(data, codec), number)
        elif kind == Kind.BYTES:
            out[key] = data
        elif kind in FIXED and len(data) >= struct.calcsize(FIXED[kind]):
            out[key] = int(struct.unpack_from(FIXED[kind], data)[0])
        else:
            out.setdefault(key, 0)
    return out


def _without_length(text: str, number: int) -> str:
    """Return a subject without the two characters that tell the length of its prefix (MS-PST 2.5.3.1.1.1)."""
    return text[2:] if number == 0x0037 and text.startswith("\x01") else text


if __name__ == "__main__":  # pragma: no cover - in a process of its own
    try:
        write_mailboxes(Path(sys.argv[1]), Path(sys.argv[2]))
    except Exception as error:  # noqa: BLE001 - the parent tells that it failed, never what stood in it
        sys.exit(3 if isinstance(error, (UnreadableSource, OSError)) else 4)
