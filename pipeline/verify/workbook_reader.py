"""The independent reader of workbooks: calamine for the cells, the standard library for every XML part around them.

XlsxWriter wrote the file and lxml reads it in the format itself; neither is asked here.
"""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from pipeline.errors import UnreadableSource

_PART: Final = b"WORKBOOK PART\n"
_MOST_BYTES: Final = 1 << 30
_LAST: dict[bytes, list[list[str]]] = {}
"""The rows of each sheet of the workbook that was read last, one text a row: its units come one after another."""
_ROW: Final = re.compile(r"[A-Z]+([1-9]\d*)")
_SHEET_NAMES: Final = frozenset({"sheet", "lpstr"})


def workbook_texts(data: bytes, context: Mapping[str, str]) -> list[str]:
    """Return the rows of a unit, cells parted by tabs, comments behind them; all else is of the unit beside the cells.

    The name of a sheet stands with its first row that says anything.

    Args:
        data: a part as it was written, or a whole workbook.
        context: the unit's context; ``sheet``, ``from`` and ``to`` say which rows of a whole workbook it is.

    Raises:
        UnreadableSource: calamine or the XML parser cannot read it.
    """
    try:
        if data.startswith(_PART):
            return list(_part(json.loads(data[len(_PART) :])))
        sheet, rows = int(context["sheet"]), slice(int(context["from"]), max(int(context["to"]), 1))
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
        made = []
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for number, name in enumerate(book.sheet_names):
                cells = book.get_sheet_by_index(number).to_python(skip_empty_area=False)
                made.append(_rows(cells, _comments(package, number + 1), name))
        _LAST.clear()
        _LAST[key] = made
    return _LAST[key]


def _rows(cells: Sequence[Sequence[Any]], comments: Mapping[int, Sequence[str]], name: str) -> list[str]:
    made = ["\t".join([*map(_said, row), *comments.get(at, ())]) for at, row in enumerate(cells)]
    made += ["\t".join(comments.get(at, ())) for at in range(len(made), max(comments, default=-1) + 1)]
    first = next((at for at, row in enumerate(made) if row.strip("\t")), 0)
    made[first : first + 1] = ["\n".join([*made[first : first + 1], name])]
    return made


def _comments(package: zipfile.ZipFile, sheet: int) -> dict[int, list[str]]:
    """Return the comments of a sheet, from 1, by their row, from 0."""
    found: dict[int, list[str]] = {}
    part = _comments_part(package, sheet)
    for each in _tree(package, part).iter() if part else ():
        place = _ROW.fullmatch(each.get("ref", ""))
        if place:
            texts = (text.text or "" for text in each.iter() if text.tag.endswith("}t"))
            found.setdefault(int(place[1]) - 1, []).append("".join(texts))
    return found


def _comments_part(package: zipfile.ZipFile, sheet: int) -> str:
    links = f"xl/worksheets/_rels/sheet{sheet}.xml.rels"
    for each in _tree(package, links) if links in package.namelist() else ():
        if each.get("Type", "").endswith("/comments"):
            return posixpath.normpath(posixpath.join("xl/worksheets", each.get("Target", "")))
    return ""


def _tree(package: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(package.read(name))  # noqa: S314 - we wrote it


def _said(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)


def _around(data: bytes) -> Iterator[str]:
    """Yield what every part says that no sheet's unit has: texts, attributes, names and remarks of the parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        yield package.comment.decode("utf-8", "replace")
        if sum(each.file_size for each in package.infolist()) > _MOST_BYTES:
            raise ValueError("too large")
        book = [
            each.get("name", "") for each in _tree(package, "xl/workbook.xml").iter() if each.tag.endswith("}sheet")
        ]
        of_sheets = {_comments_part(package, number) for number in range(1, len(book) + 1)}
        for member in package.infolist():
            yield f"{member.filename} {member.comment.decode('utf-8', 'replace')}"
            if not member.filename.endswith((".xml", ".rels", ".vml")):  # what this program writes has no other parts
                raise ValueError("a part of another kind")
            is_read = member.filename in of_sheets
            with package.open(member) as stream:
                yield from _texts(stream, "text" if is_read else "c", frozenset(book))


def _texts(stream: Any, read: str, names: frozenset[str]) -> Iterator[str]:
    """Yield the texts and attributes of a part but what stands inside elements called ``read``, and names of sheets."""
    inside = 0
    try:
        for event, element in ET.iterparse(stream, events=("start", "end")):  # noqa: S314 - we wrote it
            name = element.tag.rpartition("}")[2]
            inside += (name == read) * (1 if event == "start" else -1)
            if event == "start" or inside or name == read:
                continue
            said = [*element.attrib.values(), element.text or ""]
            yield from (each for each in said if each.strip() and not (name in _SHEET_NAMES and each in names))
            element.clear()
    except (ET.ParseError, zlib.error) as error:
        raise ValueError("no XML") from error
