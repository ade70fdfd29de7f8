"""All shapes that values are measured by, asked of a value in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import re2

_MEMORY: Final = 256 << 20
_ANYTHING: Final = "(?s).*"


class Shapes:
    """Patterns by name (RE2, for whole values), and one automaton of all of them."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        """Compile the patterns.

        Raises:
            re2.error: one of them is none.
        """
        self._patterns: dict[str, Any] = {name: re2.compile(pattern) for name, pattern in patterns.items()}
        self._names = tuple(patterns)
        options = re2.Options()
        options.max_mem = _MEMORY
        options.never_capture = True
        self._all = re2.Set.FullMatchSet(options)
        for pattern in (*patterns.values(), _ANYTHING):
            self._all.Add(pattern)
        self._all.Compile()

    def of(self, value: str) -> frozenset[str]:
        """Return the names of the shapes that a value has."""
        found = self._all.Match(value)
        if found and len(self._names) in found:  # what fits anything was met: the automaton ran through
            return frozenset(self._names[number] for number in found if number < len(self._names))
        return frozenset(name for name in self._names if self.has(value, name))

    def has(self, value: str, name: str) -> bool:
        """Return whether a value has one shape."""
        return self._patterns[name].fullmatch(value) is not None
