"""What names the values of JSON beside their keys: a header row of rows that are lists, a name beside a value.

``{"columns": ["Name", "SSN"], "data": [["x", 536904399]]}``, ``[["Name", "SSN"], ["x", 536904399]]``, and
``{"label": "SSN", "value": 536904399}`` say what their numbers are, and no key does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from pipeline.formats.delimited_dialect import is_header
from pipeline.formats.json_tokens import Members
from pipeline.formats.table_labels import may_name, told_by

_Headers = Mapping[int, Sequence[str]]
"""Lists of names of columns by how many they are."""
MOST_ROWS: Final = 20
"""Rows below a first one that tell whether it is a header."""
_LONGEST: Final = 80
_NEAR: Final = 3
"""Levels of objects in which a header is looked for beside a table (``meta``, ``view``, ``columns``)."""
_HEADERS: Final = frozenset({"columns", "cols", "header", "headers", "fields", "names", "columnnames"})
_NAMES: Final = frozenset(
    {
        "name", "label", "key", "question", "field", "fieldname", "title", "property", "attribute", "prompt", "caption",
        "displayname", "column",
    }
)  # fmt: skip
_KINDS: Final = frozenset({"type", "kind", "system", "idtype", "identifiertype", "code", "use"})
"""Keys of what a value is, whose texts name it only where they tell a number of a person: ``"type": "SSN"``."""
_OID_OF_SSN: Final = "2.16.840.1.113883.4.1"
"""What HL7 calls it by number (OID registry of HL7)."""
_WORTH: Final = 2
_PAIR: Final = 2
_MOST_KINDS: Final = 12
_VALUES: Final = frozenset(
    {
        "value",
        "number",
        "num",
        "no",
        "raw",
        "values",
        "val",
        "answer",
        "answers",
        "response",
        "text",
        "content",
        "stringvalue",
        "data",
        "input",
    }
)
_MAY_NAME: Final = re.compile(
    rf'[\[,]\s*\[|"(?:string_?)?(?:{"|".join(sorted(_VALUES - {"stringvalue"}))})"\s*:', re.IGNORECASE
)


def header_of(rows: Sequence[Any]) -> list[str]:
    """Return the names of columns that the first of some rows holds, [] where it holds none.

    Args:
        rows: values that were read, of which those that are lists of plain values are rows.
    """
    first: Any = rows[0] if len(rows) > 1 else None
    if not _is_row(first) or not all(isinstance(each, str) for each in first):
        return []
    below = [list(map(_text, each)) for each in rows[1 : MOST_ROWS + 1] if _is_row(each)]
    return list(first) if below and is_header(first, below) else []


def labels_in(record: Any, text: str, start: int, end: int, header: Sequence[str] = ()) -> Mapping[int, str]:
    """Return what names keys, strings and numbers of a record, by their place among these; most records have none.

    Args:
        record: see :func:`pipeline.formats.json_tokens.record`.
        text: the JSON text that holds the record.
        start: where the record begins in it, a code point.
        end: where it ends, half-open.
        header: the names of columns for a record that is a row itself.
    """
    first = _pair(record) if _is_row(record) and len(record) == _PAIR else record
    if not header and first is record and _MAY_NAME.search(text, start, end) is None:
        return {}
    everywhere = _by_width(_headers(record))
    labels: dict[int, str] = {}
    place = 0
    ahead: list[tuple[Any, str, _Headers]] = [(_labelled(first, header), "", everywhere)]
    while ahead:
        value, label, headers = ahead.pop()
        below: list[tuple[Any, str]] | None = None
        if isinstance(value, _Labelled):
            below = value.values
        elif isinstance(value, Members):
            below = _of_object(value)
            own = _by_width(_headers_near(value))
            headers = {**headers, **own} if own else headers
        elif isinstance(value, list):
            below = _of_list(value, label, headers)
        if below is not None:
            ahead += ((each, said, headers) for each, said in reversed(below))
            continue
        if value is None or isinstance(value, bool):
            continue
        if label:
            labels[place] = label
        place += 1
    return labels


class _Labelled:
    """A row with the label of each of its values."""

    def __init__(self, values: list[tuple[Any, str]]) -> None:
        self.values = values


def _labelled(row: Any, header: Sequence[str]) -> Any:
    if not header or not _is_row(row) or len(row) > len(header):
        return row
    return _Labelled([(each, name.strip()) for each, name in zip(row, header, strict=False)])


def _of_object(pairs: Members) -> list[tuple[Any, str]]:
    """Return keys and values of an object in order; what stands beside a name has it for a label."""
    said = (value for key, value in pairs if _plain(key) in _NAMES and isinstance(value, str))
    name = next((each.strip().rstrip(": ") for each in said if may_name(each.strip())), "") or _kind_of(pairs)
    found: list[tuple[Any, str]] = []
    for key, value in pairs:
        is_short = not isinstance(value, str) or len(value) <= _LONGEST
        found += [(key, ""), (value, name if _plain(key) in _VALUES and is_short else "")]
    return found


def _kind_of(pairs: Members) -> str:
    """Return what the kind of a value is called, "" where that tells no number of a person.

    Also in an object of its own or as a link (FHIR): ``{"type": {"text": "SSN"}}``, ``http://hl7.org/fhir/sid/us-ssn``.
    """
    ahead = [value for key, value in pairs if _plain(key) in _KINDS]
    for _ in range(_MOST_KINDS):
        if not ahead:
            break
        value = ahead.pop(0)
        if isinstance(value, Members):
            ahead += [below for _, below in value]
        elif isinstance(value, list):
            ahead += value
        elif isinstance(value, str):
            if value.endswith(_OID_OF_SSN):
                return "SSN"
            said = value[max(value.rfind("/"), value.rfind(":")) + 1 :]
            if may_name(said) and told_by(said) >= _WORTH:
                return said
    return ""


def _of_list(values: list[Any], label: str, headers: _Headers) -> list[tuple[Any, str]]:
    """Return the elements of a list; those that are rows below a header as rows with labels."""
    rows = [each for each in values[: MOST_ROWS + 1] if _is_row(each)]
    if not rows or len(rows) < len(values[: MOST_ROWS + 1]):
        return [(each, label if not isinstance(each, list) else "") for each in values]
    own = header_of(values)
    if own and not (len(own) == _PAIR and any(_pair(each) is not each for each in rows[1:])):
        return [(values[0], ""), *((_labelled(each, own), "") for each in values[1:])]
    known = headers.get(len(rows[0]), ())
    return [(_pair(each) if not known and len(each) == _PAIR else _labelled(each, known), "") for each in values]


def _pair(row: list[Any]) -> Any:
    """Return a name and a value with the name as its label, where it tells a number of a person: ``["SSN", 5]``."""
    name = row[0]
    tells = isinstance(name, str) and may_name(name) and told_by(name) >= _WORTH
    return _Labelled([(name, ""), (row[1], name)]) if tells else row


def _headers(record: Any) -> list[list[str]]:
    """Return the lists of names that stand under a key that says so: texts, or objects that have a name each."""
    found: list[list[str]] = []
    ahead = [record]
    while ahead:
        value = ahead.pop()
        if isinstance(value, Members):
            found += _headers_of(value)
            ahead += [below for _, below in value]
        elif isinstance(value, list):
            ahead += [each for each in value if isinstance(each, list)]
    return found


def _headers_near(value: Members) -> list[list[str]]:
    """Return those of an object, then those of objects in it: a table has the header that lies nearest to it."""
    found: list[list[str]] = []
    level = [value]
    for _ in range(_NEAR):
        found += [names for each in level for names in _headers_of(each)]
        level = [below for each in level for _, below in each if isinstance(below, Members)]
    return found


def _headers_of(value: Members) -> list[list[str]]:
    found: list[list[str]] = []
    for key, below in value:
        if isinstance(below, list) and not isinstance(below, Members) and _plain(key) in _HEADERS:
            names = [_name(each) for each in below]
            found += [names] if names and all(names) else []
    return found


def _by_width(headers: Sequence[list[str]]) -> _Headers:
    return {len(each): each for each in reversed(headers)}


def _name(value: Any) -> str:
    if isinstance(value, Members):
        value = next(
            (each for key, each in value if (_plain(key) in _NAMES or key == "id") and isinstance(each, str)), ""
        )
    return value if isinstance(value, str) and any(map(str.isalpha, value)) else ""


def _is_row(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, Members) and bool(value) and not any(
        isinstance(each, (list, dict)) for each in value
    )  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _plain(key: str) -> str:
    return key.lower().replace("_", "").replace(" ", "")


@lru_cache(maxsize=4096)
def label_of(key: str, above: str) -> str:
    """Return what names a value: its key, or the key of its object where its own says no more than that it is one."""
    return above if above and _plain(key) in _VALUES and told_by(above) >= _WORTH else key
