"""Independent readers: other people's parsers read what was written, so that no mistake of ours checks itself.

A copy that the independent reader cannot parse is a failure, never a pass.
"""

from __future__ import annotations

import csv
import io
import json
import quopri
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats import HEAD_SIZE, format_of
from pipeline.formats.base import units_of
from pipeline.formats.mail_archive import is_archive
from pipeline.model import Source
from pipeline.verify.document_reader import document_texts
from pipeline.verify.leaks import Elsewhere
from pipeline.verify.parquet_reader import parquet_rows
from pipeline.verify.pdf_reader import pdf_texts
from pipeline.verify.picture_reader import picture_texts
from pipeline.verify.text_readers import calendar_texts, card_texts, markdown_texts, page_texts
from pipeline.verify.views import byte_texts
from pipeline.verify.workbook_reader import workbook_texts

MAIL_FORMATS: Final = frozenset({"mail", "mbox", "message", "msg", "emlx"})
TABLE_FORMATS: Final = frozenset({"delimited"})
JSON_FORMATS: Final = frozenset({"json_lines", "json_document"})

MIME_HEADERS: Final = frozenset(
    {
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "content-id",
        "content-description",
        "content-language",
    }
)
"""The headers that RFC 2045, 2183, 2392 and 3282 give to parts."""

_SEEN_AS_BYTES: Final = frozenset({"plain_text", "html", "message"})
"""What of an attachment is seen as bytes and needs no reader: HTML the mail reader gives out as text by itself."""


class Row(str):
    """A row of an attached table that an independent reader saw, its cells parted by tabs: a record of its own."""

    __slots__ = ()


LARGEST_CELL: Final = 1 << 26  # characters; the csv module refuses longer cells
_HARMLESS_REPAIRS: Final = frozenset({"address-unparseable", "date-unparseable"})
_FROM_LINE = re.compile(rb"\AFrom [^\r\n]*\r?\n")
_QUOTED = re.compile(r"(?<![^\W_])[^\W_]*+(?:=(?:\r?\n|[0-9A-F]{2})[^\W_]*+)+")
"""A word that quoted-printable cuts or writes in part."""
_STUFFED = re.compile(rb"(?m)^>(>*From )")


def seen(text: str, record: str, thread: str, *, tabular: bool) -> Elsewhere:
    """Return what an independent reader saw, to be searched; a row of an attached table is no part of its message."""
    is_row = isinstance(text, Row)
    return Elsewhere("independent reader", text, "" if is_row else record, thread, tabular or is_row)


def as_written(format_name: str, data: bytes) -> list[str]:
    """Return the bytes of a copy as texts to be searched.

    A line of quoted-printable may end anywhere in a word, and ``Ann=`` before ``uities`` says no name. Of mail it is
    undone, and words that it cuts or writes in part are left out of what stands there as it is.
    """
    text = data.decode("utf-8", "replace")
    if format_name not in MAIL_FORMATS or _QUOTED.search(text) is None:
        return [text]
    return [quopri.decodestring(data).decode("utf-8", "replace"), _QUOTED.sub(" ", text)]


def second_reader(format_name: str, data: bytes, context: Mapping[str, str] | None = None) -> list[str] | None:
    """Return the texts that an independent reader sees in the copy of one unit.

    Args:
        format_name: the format's name, as in ``Source.format``.
        data: the bytes that were written for the unit (one message of a mailbox, some rows of a table).
        context: the unit's context (``dialect`` as JSON and ``encoding`` of a table).

    Returns:
        For mail all headers, bodies, file names and text attachments; for a table one text a row,
        its cells parted by tabs; for JSON, Parquet and workbooks alike, for documents the paragraphs, and
        their keys and names too; None where no independent reader exists for the format.

    Raises:
        UnreadableSource: the independent reader cannot parse it.
    """
    if not data.strip():
        return []
    if format_name in MAIL_FORMATS:
        return list(_mail_texts(data))
    if format_name in TABLE_FORMATS:
        return _table_rows(data, context or {})
    if format_name in JSON_FORMATS:
        return _json_records(data, context or {})
    if format_name == "parquet":
        return parquet_rows(data, context or {})
    if format_name == "pdf":
        return pdf_texts(data, context or {})
    if format_name == "picture":
        return picture_texts(data)
    return _document_texts(format_name, data, context or {})


def _document_texts(format_name: str, data: bytes, context: Mapping[str, str]) -> list[str] | None:
    if format_name == "workbook":
        return workbook_texts(data, context)
    if format_name == "document":
        return document_texts(data, context)
    if format_name == "html":
        return page_texts(data.decode("utf-8", "replace"))
    if format_name == "calendar":
        return calendar_texts(data)
    if format_name == "contact_card":
        return card_texts(data)
    if format_name == "markdown":
        return markdown_texts(data[int(context.get("mark", "0")) :], context.get("encoding", "utf-8"))
    return None


def _parsed(data: bytes) -> tuple[Any, Any]:
    """Return the message as the parser flattens it, and its MIME tree."""
    import fast_mail_parser  # noqa: PLC0415 - a compiled module that only mail needs

    message = _STUFFED.sub(rb"\1", _FROM_LINE.sub(b"", data))
    try:
        flat = fast_mail_parser.parse_email(message)
        tree = fast_mail_parser.parse_email_tree(message)
    except fast_mail_parser.ParseError as error:
        raise UnreadableSource("copy", f"an independent mail reader fails ({type(error).__name__})") from None
    repairs = sorted({each.kind for each in flat.warnings} - _HARMLESS_REPAIRS)
    if repairs:
        raise UnreadableSource("copy", f"an independent mail reader had to repair it ({', '.join(repairs)})")
    return flat, tree


def _mail_texts(data: bytes) -> Iterator[str]:
    flat, tree = _parsed(data)
    yield from (flat.subject, *flat.text_plain, *flat.text_html)
    for part, _ in _parts(tree):
        yield from (f"{name}: {value}" for name, values in part.headers.items() for value in values)
        yield part.filename or ""
        if part.content is not None and not part.children:
            yield from _attached_texts(part.content, part.filename or "")


def _attached_texts(data: bytes, name: str) -> Iterator[str]:
    """Yield what the second reader of its own format sees in an attached file, and its bytes where they are text.

    Raises:
        UnreadableSource: it is packed, and no second reader sees it.
    """
    if is_archive(data):
        yield from _archived_texts(data)
        return
    kind = format_of(data[:HEAD_SIZE], name or "part.txt")
    is_packed = bool(getattr(kind, "is_packed", False))
    if not is_packed:
        yield from byte_texts(data)
    if kind is None or kind.name in _SEEN_AS_BYTES:
        return
    source = Source("attachment", kind.name, len(data))
    for unit in units_of(kind, io.BytesIO(data), source, is_copy=True):
        texts = second_reader(kind.name, data[unit.start : unit.stop], unit.context)
        if texts is None and is_packed:
            raise UnreadableSource("copy", f"no independent reader sees an attachment ({kind.name})", "report this")
        yield from map(Row, texts or ()) if hasattr(kind, "table") else texts or ()


def _archived_texts(data: bytes) -> Iterator[str]:
    """Yield the names and remarks in an archive, and what its members say."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment.decode("utf-8", "replace")
            members = [(each, archive.read(each)) for each in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise UnreadableSource("copy", f"an independent archive reader fails ({type(error).__name__})") from None
    for each, content in members:
        yield f"{each.filename} {each.comment.decode('utf-8', 'replace')}"
        yield from _attached_texts(content, each.filename)


def _parts(part: Any, *, is_root: bool = True) -> Iterator[tuple[Any, bool]]:
    """Yield the parts of a message, each with whether it is the root of a message (an embedded one too)."""
    yield part, is_root
    for child in part.children:
        yield from _parts(child, is_root=part.is_message)


def mail_structure(data: bytes, allowed: Collection[str]) -> list[str]:
    """Return what stands in the headers of a written message that may not: position and part, never the name.

    Args:
        data: one written message.
        allowed: names of the headers that the mail format copies, in any case.

    Returns:
        One line for each header off the list; the parts of a message may have MIME headers only.

    Raises:
        UnreadableSource: the independent reader cannot parse it.
    """
    _, tree = _parsed(data)
    top = MIME_HEADERS | {name.lower() for name in allowed}
    problems = []
    for number, (part, is_root) in enumerate(_parts(tree)):
        fit = top if is_root else MIME_HEADERS
        for position, name in enumerate(part.headers, start=1):
            if name.lower() not in fit:
                problems.append(f"part {number}, header {position}: not on the list of headers that are copied")
    return problems


def _table_rows(data: bytes, context: Mapping[str, str]) -> list[str]:
    dialect = {"delimiter": ",", "quote": '"', "escape": False, "spaced": False}
    dialect |= json.loads(context.get("dialect", "{}"))
    before = csv.field_size_limit(LARGEST_CELL)
    try:
        text = data.decode(context.get("encoding", "utf-8")).removeprefix("\ufeff")
        rows = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=str(dialect["delimiter"]),
            quotechar=str(dialect["quote"]) or None,
            quoting=csv.QUOTE_MINIMAL if dialect["quote"] else csv.QUOTE_NONE,
            escapechar="\\" if dialect["escape"] else None,
            skipinitialspace=bool(dialect["spaced"]),
        )
        return ["\t".join(row) for row in rows]
    except (csv.Error, ValueError, LookupError, TypeError) as error:
        raise UnreadableSource("copy", f"an independent table reader fails ({type(error).__name__})") from None
    finally:
        csv.field_size_limit(before)


def _json_records(data: bytes, context: Mapping[str, str]) -> list[str]:
    """Return the keys and values of each record as the standard library reads them."""
    try:
        text = data.decode(context.get("encoding", "utf-8")).removeprefix("\ufeff")
        if context.get("layout") == "array":
            body = text.strip(" \t\r\n").removeprefix("[" if context.get("opens") == "1" else "")
            found = _load(f"[{body[:-1]}]")  # the last sign is the comma or the bracket behind the last element
        elif context.get("layout") == "document":
            found = [_load(text)]
        else:
            found = [_load(line) for line in text.split("\n") if line.strip(" \t\r")]
        return ["\t".join(_leaves(each)) for each in found]
    except (ValueError, LookupError, RecursionError) as error:
        raise UnreadableSource("copy", f"an independent JSON reader fails ({type(error).__name__})") from None


def _load(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_Members, parse_int=str, parse_float=str)


class _Members(list[Any]):
    """The members of an object as pairs: of two equal keys none is lost."""


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, _Members):
        for key, below in value:
            yield key
            yield from _leaves(below)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, str):
        yield value
