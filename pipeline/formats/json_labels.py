"""What names the values of JSON beside their keys: a header row of rows that are lists, a name beside a value.

``{"columns": ["Name", "SSN"], "data": [["x", 536904399]]}``, ``[["Name", "SSN"], ["x", 536904399]]``, and
``{"label": "SSN", "value": 536904399}`` say what their numbers are, and no key does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.formats.delimited_dialect import is_header
from pipeline.formats.table_labels import may_name

MOST_ROWS: Final = 20
"""Rows below a first one that tell whether it is a header."""
_LONGEST: Final = 80
_HEADERS: Final = frozenset({"columns", "cols", "header", "headers", "fields", "names", "columnnames"})
_NAMES: Final = frozenset(
    {
        "name", "label", "key", "question", "field", "fieldname", "title", "property", "attribute", "prompt", "caption",
        "displayname", "column",
    }
)  # fmt: skip
_VALUES: Final = frozenset(
    {"value", "values", "val", "answer", "answers", "response", "text", "content", "stringvalue", "data", "input"}
)
_MAY_NAME: Final = re.compile(
    rf'[\[,]\s*\[|"(?:string_?)?(?:{"|".join(sorted(_VALUES - {"stringvalue"}))})"\s*:', re.IGNORECASE
)


class _Pairs(list[tuple[str, Any]]):
    """An object, with keys that come twice."""


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


def labels_in(body: str, header: Sequence[str] = ()) -> Mapping[int, str]:
    """Return what names keys, strings and numbers of a JSON text, by their place among these; most texts have none.

    Args:
        body: a valid JSON text.
        header: the names of columns for a text that is a row itself.
    """
    if not header and _MAY_NAME.search(body) is None:
        return {}
    record = json.loads(body, object_pairs_hook=_Pairs, parse_constant=str)
    headers = _headers(record)
    labels: dict[int, str] = {}
    place = 0
    ahead: list[tuple[Any, str]] = [(_labelled(record, header), "")]
    while ahead:
        value, label = ahead.pop()
        if isinstance(value, _Labelled):
            ahead += reversed(value.values)
            continue
        if isinstance(value, _Pairs):
            ahead += reversed(_of_object(value))
            continue
        if isinstance(value, list):
            ahead += reversed(_of_list(value, label, headers))
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


def _of_object(pairs: _Pairs) -> list[tuple[Any, str]]:
    """Return keys and values of an object in order; what stands beside a name has it for a label."""
    said = (value for key, value in pairs if _plain(key) in _NAMES and isinstance(value, str))
    name = next((each.strip().rstrip(": ") for each in said if may_name(each.strip())), "")
    found: list[tuple[Any, str]] = []
    for key, value in pairs:
        is_short = not isinstance(value, str) or len(value) <= _LONGEST
        found += [(key, ""), (value, name if _plain(key) in _VALUES and is_short else "")]
    return found


def _of_list(values: list[Any], label: str, headers: Sequence[Sequence[str]]) -> list[tuple[Any, str]]:
    """Return the elements of a list; those that are rows below a header as rows with labels."""
    rows = [each for each in values[: MOST_ROWS + 1] if _is_row(each)]
    if not rows or len(rows) < len(values[: MOST_ROWS + 1]):
        return [(each, label if not isinstance(each, list) else "") for each in values]
    own = header_of(values)
    if own:
        return [(values[0], ""), *((_labelled(each, own), "") for each in values[1:])]
    known = next((each for each in headers if len(each) == len(rows[0])), ())
    return [(_labelled(each, known), "") for each in values]


def _headers(record: Any) -> list[list[str]]:
    """Return the lists of names that stand under a key that says so: texts, or objects that have a name each."""
    found: list[list[str]] = []
    ahead = [record]
    while ahead:
        value = ahead.pop()
        if isinstance(value, _Pairs):
            for key, below in value:
                if _plain(key) in _HEADERS and isinstance(below, list) and not isinstance(below, _Pairs):
                    names = [_name(each) for each in below]
                    found += [names] if names and all(names) else []
                ahead.append(below)
        elif isinstance(value, list):
            ahead += [each for each in value if isinstance(each, list)]
    return found


def _name(value: Any) -> str:
    if isinstance(value, _Pairs):
        value = next((each for key, each in value if _plain(key) in _NAMES and isinstance(each, str)), "")
    return value if isinstance(value, str) else ""


def _is_row(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, _Pairs) and bool(value) and not any(
        isinstance(each, (list, dict)) for each in value
    )  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _plain(key: str) -> str:
    return key.lower().replace("_", "").replace(" ", "")
