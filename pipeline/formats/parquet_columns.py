"""The columns of an Arrow table as leaves: structs, lists and maps taken apart, and put together again.

Nodes are numbered as the schema is walked from left to right: every field, the items of a list, keys and
values of a map. A node's number is the column of its cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LEVELS: Final = 60


@dataclass(frozen=True, slots=True)
class Node:
    """A field, item, key or value: its number, its name ("" where its format gives it one), the nearest name."""

    number: int
    name: str
    label: str
    repeats: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """The values of a node that are no structure: for each its row in the table and its place in that row."""

    node: Node
    array: Any
    rows: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, slots=True)
class Texts:
    """What the values of a leaf say: None for null, true and false; ``unread`` counts those that are no text."""

    values: list[str | None]
    unread: int = 0


def nodes_of(schema: Any) -> list[Node]:
    """Return the nodes of a schema by number (raises ValueError for one nested too deep)."""
    nodes: list[Node] = []
    for field in schema:
        _number(field.name, field.name, field.type, nodes, repeats=False, depth=0)
    return nodes


def _number(name: str, label: str, kind: Any, nodes: list[Node], *, repeats: bool, depth: int) -> None:
    if depth > LEVELS:
        raise ValueError("nested too deep")
    nodes.append(Node(len(nodes), name, label, repeats))
    for inner_name, inner, again in _below(kind):
        _number(inner_name, inner_name or label, inner, nodes, repeats=repeats or again, depth=depth + 1)


def _below(kind: Any) -> Iterator[tuple[str, Any, bool]]:
    """Yield what a type is made of: name ("" for items, keys, values), type, whether there are several in a row."""
    kind = _bare(kind)
    if pa.types.is_struct(kind):
        for at in range(kind.num_fields):
            yield kind.field(at).name, kind.field(at).type, False
    elif pa.types.is_map(kind):
        yield "", kind.key_type, True
        yield "", kind.item_type, True
    elif _is_list(kind):
        yield "", kind.value_type, True


def _bare(kind: Any) -> Any:
    while isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return kind


def _is_list(kind: Any) -> bool:
    return any(test(kind) for test in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list))


def walked(table: Any) -> Iterator[Leaf]:
    """Yield the leaves of a table in the order of their numbers."""
    numbered = iter(nodes_of(table.schema))
    rows = np.arange(table.num_rows)
    for column in table.columns:
        yield from _leaves(_one(column), rows, numbered)


def _one(column: Any) -> Any:
    """Return a column as one array without dictionary and extension."""
    if isinstance(column, pa.ChunkedArray):
        chunks = [_one(chunk) for chunk in column.chunks]
        return pa.concat_arrays(chunks) if chunks else _one(pa.array([], column.type))
    while isinstance(column, pa.ExtensionArray):
        is_uuid = column.type.extension_name == "arrow.uuid"
        column = column.storage
        if is_uuid:  # bytes that people write as text, and search as text
            found = (None if each is None else str(UUID(bytes=each)) for each in column.to_pylist())
            column = pa.array(found, pa.string())
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _leaves(array: Any, rows: np.ndarray, numbered: Iterator[Node]) -> Iterator[Leaf]:
    array, node = _one(array), next(numbered)
    if pa.types.is_struct(array.type):
        for child in array.flatten():
            yield from _leaves(child, rows, numbered)
    elif pa.types.is_map(array.type) or _is_list(array.type):
        inner = np.repeat(rows, _lengths(array))
        for child in _children(array):
            yield from _leaves(child, inner, numbered)
    else:
        yield Leaf(node, array, rows, _places(rows))


def _lengths(array: Any) -> np.ndarray:
    if pa.types.is_map(array.type):
        offsets = np.asarray(array.offsets)
        lengths = np.diff(offsets)
        return np.where(np.asarray(array.is_valid()), lengths, 0)
    return np.asarray(pc.fill_null(pc.list_value_length(array), 0))


def _children(array: Any) -> list[Any]:
    """Return the values that lie in lists or maps that are not null, one after another."""
    if not pa.types.is_map(array.type):
        return [array.flatten()]
    offsets, lengths = np.asarray(array.offsets), _lengths(array)
    total = int(lengths.sum())
    starts = np.repeat(offsets[:-1] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    chosen = pa.array(starts + np.arange(total))
    return [array.keys.take(chosen), array.items.take(chosen)] if total else [array.keys[:0], array.items[:0]]


def _places(rows: np.ndarray) -> np.ndarray:
    """Return for each value which one of its row's values it is (``rows`` is sorted)."""
    return np.arange(len(rows)) - np.searchsorted(rows, rows, side="left")


def texts(array: Any) -> Texts:
    """Return what the values of a leaf say, as people write them (UTC for times)."""
    kind = array.type
    if pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return Texts([None] * len(array))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Texts(array.to_pylist())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        values = [_decoded(each) for each in array.to_pylist()]
        return Texts(values, sum(text is None for text in values) - array.null_count)
    try:
        if pa.types.is_timestamp(kind) and kind.tz:
            array = pc.cast(array, pa.timestamp(kind.unit, "UTC"))
        return Texts(pc.cast(array, pa.string()).to_pylist())
    except (pa.ArrowException, NotImplementedError):
        return Texts([None] * len(array), len(array) - array.null_count)


def _decoded(data: bytes | None) -> str | None:
    if data is None:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if "\0" not in text else None


def edited_leaf(array: Any, values: Sequence[str | None], note: str) -> Any:
    """Return a leaf with new texts: bytes stay bytes, all else becomes strings; what is no text becomes ``note``."""
    said = texts(array)
    null = array.is_null().to_pylist()
    spelled = values
    if said.unread:
        spelled = [note if text is None and not is_null else text for text, is_null in zip(values, null, strict=True)]
    if pa.types.is_large_string(array.type):
        return pa.array(spelled, pa.large_string())
    if pa.types.is_binary(array.type) or pa.types.is_fixed_size_binary(array.type):
        return pa.array([None if each is None else each.encode("utf-8") for each in spelled], pa.binary())
    if pa.types.is_large_binary(array.type):
        return pa.array([None if each is None else each.encode("utf-8") for each in spelled], pa.large_binary())
    return pa.array(spelled, pa.string())


def rebuilt(table: Any, leaves: Sequence[Any], names: Mapping[int, str]) -> Any:
    """Return a table of the same shape with other leaves and names, without any metadata."""
    numbered, fresh = iter(nodes_of(table.schema)), iter(leaves)
    made, called = [], []
    for column in table.columns:
        array, name = _built(_one(column), fresh, numbered, names)
        made.append(array)
        called.append(name)
    if not made:
        return pa.table({})
    fields = [pa.field(name, array.type) for name, array in zip(called, made, strict=True)]
    return pa.Table.from_arrays(made, schema=pa.schema(fields))


def _built(array: Any, fresh: Iterator[Any], numbered: Iterator[Node], names: Mapping[int, str]) -> tuple[Any, str]:
    array, node = _one(array), next(numbered)
    name = names.get(node.number, node.name)
    if pa.types.is_struct(array.type):
        inner = [_built(child, fresh, numbered, names) for child in array.flatten()]
        if not inner:
            raise ValueError("a struct without fields")
        fields = [pa.field(called, child.type) for child, called in inner]
        return pa.StructArray.from_arrays([child for child, _ in inner], fields=fields, mask=array.is_null()), name
    if pa.types.is_map(array.type):
        keys, items = (_built(child, fresh, numbered, names)[0] for child in _children(array))
        return pa.MapArray.from_arrays(_offsets(array, pa.int32()), keys, items), name
    if _is_list(array.type):
        (child,) = _children(array)
        values = _built(child, fresh, numbered, names)[0]
        if pa.types.is_large_list(array.type):
            return pa.LargeListArray.from_arrays(_offsets(array, pa.int64()), values), name
        return pa.ListArray.from_arrays(_offsets(array, pa.int32()), values), name
    return next(fresh), name


def _offsets(array: Any, kind: Any) -> Any:
    """Return the offsets of lists; one that is null says that its list is."""
    ends = np.concatenate(([0], np.cumsum(_lengths(array))))
    missing = np.append(np.asarray(array.is_null()), False)
    return pa.array(ends, kind, mask=missing)
