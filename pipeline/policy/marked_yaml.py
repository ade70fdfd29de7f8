"""YAML with the line of every key, so that an error can say where a file is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from pipeline.errors import PolicyError
from recognizers.resources import came_with

__all__ = ["Location", "Marked", "key_words", "read_bytes", "read_marked"]

Location = tuple[str | int, ...]
"""The way from the top of a document down to a key: ``("rules", 3, "when", "entity")``."""


_TRUTH: Final = "tag:yaml.org,2002:bool"


def _loader(base: Any) -> Any:
    """Return a safe loader to which only true and false are truth values: ``no`` and ``on`` stay words (YAML 1.2)."""
    resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag != _TRUTH]
        for first, known in base.yaml_implicit_resolvers.items()
    }
    made: Any = type("_Loader", (base,), {"yaml_implicit_resolvers": resolvers})
    made.add_implicit_resolver(_TRUTH, re.compile(r"true|false|True|False|TRUE|FALSE"), list("tTfF"))
    return made


_Loader, _FastLoader = (_loader(each) for each in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@dataclass(frozen=True)
class Marked:
    """A YAML document as plain Python data, and the line (from 1) on which each key stands.

    A document put together from several files knows in ``homes`` the file of each piece, and where it stands there.
    """

    path: Path
    data: Any
    lines: dict[Location, int]
    homes: Mapping[Location, tuple[Path, Location]] = field(default_factory=dict)

    def line(self, at: Iterable[str | int]) -> int:
        """Return the line of the deepest key on the way ``at`` that the document has."""
        place = tuple(at)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error(self, at: Iterable[str | int], what: str, remedy: str = "") -> PolicyError:
        """Return an error that names file, line and key."""
        place = tuple(at)
        line, path = self.line(place), self.path
        home = next((place[:size] for size in range(len(place), 0, -1) if place[:size] in self.homes), None)
        if home is not None:
            path, there = self.homes[home]
            place = there + place[len(home) :]
        where = f"{path}:{line}"
        return PolicyError(f"{where}, key {key_words(place)}" if place else where, what, remedy)


def key_words(at: Iterable[str | int]) -> str:
    """Return a way as people write it: ``rules[3].when.entity`` (list items counted from 0)."""
    text = ""
    for step in at:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        PolicyError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as problem:
        reason = (problem.strerror or "cannot be opened").lower()
        raise PolicyError(str(path), f"the file cannot be read: {reason}", "check the path") from None


def read_marked(path: Path, content: bytes | None = None) -> Marked:
    """Read a YAML file into plain data and the line of every key.

    Args:
        path: the file; also what errors name.
        content: its bytes where the caller has read them already.

    Raises:
        PolicyError: the file cannot be read, is not UTF-8 or YAML, or has a key twice.
    """
    raw = read_bytes(path) if content is None else content
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise PolicyError(f"{path}:{line}", "the file is not UTF-8 text", "save it as UTF-8") from None
    try:
        loader = (_FastLoader if content is None and came_with(path) else _Loader)(text)
    except yaml.reader.ReaderError as problem:
        line = text[: problem.position].count("\n") + 1
        raise PolicyError(f"{path}:{line}", "a control character stands in the file", "delete it") from None
    try:
        node = loader.get_single_node()
        if node is None:
            raise PolicyError(f"{path}:1", "the file is empty", "start from a copy of a shipped file")
        lines = dict(_lines(node, (), path))
        return Marked(path, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise PolicyError(where, f"not valid YAML: {problem.problem or problem.context}", _YAML_REMEDY) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise PolicyError(str(path), "not valid YAML", _YAML_REMEDY) from None
    finally:
        loader.dispose()


_YAML_REMEDY = "check indentation, quotes and colons near this line"


def _lines(node: yaml.Node, at: Location, path: Path) -> Iterator[tuple[Location, int]]:
    """Yield every way of a document with its line; refuse keys that stand twice in one mapping."""
    yield at, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _lines(item, (*at, number), path)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            line = key.start_mark.line + 1
            if name in seen:
                where = f"{path}:{line}, key {key_words((*at, name))}"
                raise PolicyError(where, "this key stands twice", "keep one of the two")
            seen.add(name)
            yield from _lines(value, (*at, name), path)
            yield (*at, name), line
