"""Counts that go out: those below the policy's cell size can single a person out and are suppressed.

Where a total is shown beside counts, one suppressed count could be computed from the others, so a second one is
suppressed with it (complementary suppression).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_BANDS: Final = ((1, "1"), (9, "2 to 9"), (99, "10 to 99"), (999, "100 to 999"))
MANY: Final = "1,000 or more"


def suppressed(counts: Mapping[str, int], cell_size: int, *, beside_total: bool = False) -> dict[str, int | str]:
    """Return counts with those from 1 to ``cell_size - 1`` replaced by ``fewer than N``.

    Args:
        counts: by whatever they are told by.
        cell_size: the least count that may be told.
        beside_total: whether their sum is told too; then no single count is left to be computed.
    """
    few = {name for name, count in counts.items() if 0 < count < cell_size}
    if beside_total and len(few) == 1 and len(counts) > 1:
        rest = [name for name, count in counts.items() if name not in few and count]
        few |= {min(rest, key=lambda name: (counts[name], name))} if rest else set()
    most = max((counts[name] for name in few), default=0)
    words = f"fewer than {cell_size}" if most < cell_size else "not told"
    return {name: words if name in few else count for name, count in counts.items()}


def amount(count: int) -> str:
    """Return how much was withheld in a place, coarsely: ``1 place``, ``10 to 99 places``."""
    band = next((words for most, words in _BANDS if count <= most), MANY)
    return f"{band} place" if count == 1 else f"{band} places"
