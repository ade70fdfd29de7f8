"""One schema for all parts of a Parquet file: strings where any part has strings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.formats.parquet_columns import Node, nodes_of, rebuilt, texts, walked


def common_schema(schemas: Sequence[Any]) -> Any:
    """Return the schema of the assembled file: the first one's names, strings where any part has strings."""
    first, *others = schemas
    fields = []
    for at, field in enumerate(first):
        kind = field.type
        for other in others:
            kind = _wider(kind, other.field(at).type)
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def _wider(one: Any, other: Any) -> Any:
    """Return a type in which the values of both are written; the names inside are the first one's."""
    if pa.types.is_struct(one):
        return pa.struct(
            [
                pa.field(one.field(at).name, _wider(one.field(at).type, other.field(at).type))
                for at in range(one.num_fields)
            ]
        )
    if pa.types.is_map(one):
        return pa.map_(_wider(one.key_type, other.key_type), _wider(one.item_type, other.item_type))
    if pa.types.is_large_list(one):
        return pa.large_list(_wider(one.value_type, other.value_type))
    if pa.types.is_list(one):
        return pa.list_(_wider(one.value_type, other.value_type))
    return other if pa.types.is_string(other) else one


def as_type(column: Any, kind: Any) -> Any:
    """Return a column of a part in the type that it has in the whole file."""
    if column.type == kind:
        return column
    table = pa.table([column], names=["column"])
    leaves = []
    wanted = list(_leaf_types(kind))
    for leaf, target in zip(walked(table), wanted, strict=True):
        said = leaf.array if leaf.array.type == target else pa.array(_spelled(leaf.array), pa.string())
        leaves.append(said)
    names = {node.number: node.name for node in _named_as(kind)}
    return rebuilt(table, leaves, names).column(0)


def _named_as(kind: Any) -> list[Node]:
    return nodes_of(pa.schema([pa.field("column", kind)]))


def _leaf_types(kind: Any) -> Iterator[Any]:
    if pa.types.is_struct(kind):
        for at in range(kind.num_fields):
            yield from _leaf_types(kind.field(at).type)
    elif pa.types.is_map(kind):
        yield from _leaf_types(kind.key_type)
        yield from _leaf_types(kind.item_type)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaf_types(kind.value_type)
    else:
        yield kind


def _spelled(array: Any) -> list[str | None]:
    if pa.types.is_boolean(array.type):
        return list(pc.cast(array, pa.string()).to_pylist())
    return texts(array).values
