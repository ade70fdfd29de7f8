"""The independent reader of workbooks: calamine for the cells, the standard library for every XML part around them.

XlsxWriter wrote the file and lxml reads it in the format itself; neither is asked here.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from pipeline.errors import UnreadableSource

_PART: Final = b"WORKBOOK PART\n"
_MOST_BYTES: Final = 1 << 30
_LAST: dict[bytes, list[list[str]]] = {}
"""The rows of each sheet of the workbook that was read last, one text a row: its units come one after another."""


def workbook_texts(data: bytes, context: Mapping[str, str]) -> list[str]:
    """Return the rows of a unit, cells parted by tabs; of the unit beside the cells, all else that the file says.

    Args:
        data: a part as it was written, or a whole workbook.
        context: the unit's context; ``sheet``, ``from`` and ``to`` say which rows of a whole workbook it is.

    Raises:
        UnreadableSource: calamine or the XML parser cannot read it.
    """
    try:
        if data.startswith(_PART):
            return list(_part(json.loads(data[len(_PART) :])))
        sheet, rows = int(context["sheet"]), slice(int(context["from"]), int(context["to"]))
        return _sheets(data)[sheet - 1][rows] if sheet else list(_around(data))
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of compiled code is no Exception
        raise UnreadableSource("copy", f"an independent workbook reader fails ({type(error).__name__})") from None


def _part(said: dict[str, Any]) -> Iterator[str]:
    """Yield the rows of a part, what it says beside them, and the name of its sheet."""
    for _, cells in said["rows"]:
        yield "\t".join(
            text for _, _, value, _, notes in cells for text in (_said(value), *(note for _, note in notes))
        )
    yield from (text for _, text in said["texts"])
    yield str(said["facts"][1]) if said["facts"] else ""


def _sheets(data: bytes) -> list[list[str]]:
    import python_calamine  # noqa: PLC0415 - a compiled module that only workbooks need

    key = hashlib.blake2b(data, digest_size=32).digest()
    if key not in _LAST:
        book = python_calamine.load_workbook(io.BytesIO(data))
        made = [
            ["\t".join(map(_said, row)) for row in book.get_sheet_by_index(number).to_python(skip_empty_area=False)]
            for number in range(len(book.sheet_names))
        ]
        _LAST.clear()
        _LAST[key] = made
    return _LAST[key]


def _said(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)


def _around(data: bytes) -> Iterator[str]:
    """Yield the texts and attributes of every part but the cells, and the names of the parts and their remarks."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        yield package.comment.decode("utf-8", "replace")
        if sum(each.file_size for each in package.infolist()) > _MOST_BYTES:
            raise ValueError("too large")
        for member in package.infolist():
            yield f"{member.filename} {member.comment.decode('utf-8', 'replace')}"
            with package.open(member) as stream:
                if member.filename.endswith((".xml", ".rels", ".vml")):
                    yield from _texts(stream)
                else:  # what this program writes has no other parts
                    raise ValueError("a part of another kind")


def _texts(stream: Any) -> Iterator[str]:
    try:
        for event, element in ET.iterparse(stream, events=("start", "end")):  # noqa: S314 - we wrote it
            if event == "start":
                continue
            name = element.tag.rpartition("}")[2]
            if name in {"v", "c"}:  # calamine has read the cells
                element.clear()
                continue
            yield from element.attrib.values()
            if element.text and element.text.strip():
                yield element.text
            if name in {"row", "si", "comment"}:
                element.clear()
    except (ET.ParseError, zlib.error) as error:
        raise ValueError("no XML") from error
