"""A set of keyed digests of any size, on disk: sorted, asked through a filter that stays in memory.

Sixty million withheld values fit no worker's memory. Their digests (64 bits each, of BLAKE2b under the key of the
run) are sorted in slices by their leading bits; a Bloom filter of fixed size answers almost every question
without the disk, and what it lets through is looked up in the one block of the one slice where it would stand.
Digests are spread evenly, so that block is found by calculation. Each digest has a small code of its owner's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

SLICES: Final = 64
FILTER_BITS: Final = 28
"""The filter has at most 2**28 bits, 32 MiB."""
_PROBES: Final = 3
_BLOCK: Final = 4096
_AT_ONCE: Final = 1 << 16
_DTYPE: Final = np.dtype([("digest", "<u8"), ("code", "<u2")])

Digests = np.ndarray
"""Of dtype uint64."""


def digest64(digest: bytes) -> int:
    """Return the first 64 bits of a keyed digest as a number."""
    return int.from_bytes(digest[:8], "little")


class DigestSetWriter:
    """Takes in digests with their codes and makes the set. What waits is written out when it grows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        self._waiting: list[np.ndarray] = []
        self._held = 0
        self.count = 0

    def add(self, digests: Digests | Iterable[int], code: int = 0) -> None:
        """Take in digests that share a code (0 to 65535)."""
        fresh = np.asarray(digests if isinstance(digests, np.ndarray) else list(digests), dtype=np.uint64)
        if not len(fresh):
            return
        rows = np.empty(len(fresh), dtype=_DTYPE)
        rows["digest"], rows["code"] = fresh, code
        self._waiting.append(rows)
        self._held += len(rows)
        self.count += len(rows)
        if self._held >= 1 << 20:
            self._spill()

    def _spill(self) -> None:
        rows = np.concatenate(self._waiting) if self._waiting else np.empty(0, dtype=_DTYPE)
        self._waiting, self._held = [], 0
        slices = (rows["digest"] >> np.uint64(58)).astype(np.uint8)
        order = np.argsort(slices, kind="stable")
        cuts = np.searchsorted(slices[order], np.arange(SLICES + 1))
        for number in range(SLICES):
            part = rows[order[cuts[number] : cuts[number + 1]]]
            if len(part):
                with (self._folder / f"{number:02d}.raw").open("ab") as stream:
                    stream.write(part.tobytes())

    def finish(self) -> DigestSet:
        """Sort what was taken in and return the set; of equal digests the lowest code stands."""
        self._spill()
        sizes = []
        bits = min(FILTER_BITS, max(16, int(self.count * 12).bit_length()))
        table = np.zeros(1 << (bits - 3), dtype=np.uint8)
        for number in range(SLICES):
            raw = self._folder / f"{number:02d}.raw"
            rows = np.fromfile(raw, dtype=_DTYPE) if raw.exists() else np.empty(0, dtype=_DTYPE)
            rows = rows[np.lexsort((rows["code"], rows["digest"]))]
            digests, first = np.unique(rows["digest"], return_index=True)
            digests.tofile(self._folder / f"{number:02d}.digests")
            rows["code"][first].tofile(self._folder / f"{number:02d}.codes")
            raw.unlink(missing_ok=True)
            sizes.append(len(digests))
            for start in range(0, len(digests), _AT_ONCE):
                for place in _places(digests[start : start + _AT_ONCE], bits):
                    np.bitwise_or.at(table, place >> 3, np.left_shift(1, place & 7).astype(np.uint8))
        table.tofile(self._folder / "filter")
        return DigestSet(self._folder, tuple(sizes), bits)


def _places(digests: Digests, bits: int) -> list[np.ndarray]:
    """Return the bits of the filter that stand for each digest, one array a probe."""
    mask = np.uint64((1 << bits) - 1)
    one, other = digests & mask, (digests >> np.uint64(64 - bits)) | np.uint64(1)
    return [((one + np.uint64(probe) * other) & mask).astype(np.int64) for probe in range(_PROBES)]


@dataclass(slots=True)
class DigestSet:
    """The finished set; it travels as its folder and opens its files where it is asked."""

    folder: Path
    sizes: tuple[int, ...]
    bits: int
    _table: np.ndarray | None = field(default=None, repr=False, compare=False)
    _files: dict[str, BinaryIO] = field(default_factory=dict, repr=False, compare=False)

    def __reduce__(self) -> tuple[object, ...]:  # open files do not travel
        return (DigestSet, (self.folder, self.sizes, self.bits))

    def __len__(self) -> int:
        return sum(self.sizes)

    def __del__(self) -> None:
        for stream in self._files.values():
            stream.close()

    def may_hold(self, digests: Digests) -> np.ndarray:
        """Return which digests pass the filter: all that are in the set, and a few that are not."""
        table, passed = self._filter(), np.ones(len(digests), dtype=bool)
        for place in _places(digests, self.bits):
            passed &= (table[place >> 3] >> (place & 7).astype(np.uint8)) & 1 == 1
        return passed

    def _filter(self) -> np.ndarray:
        if self._table is None:
            self._table = np.memmap(self.folder / "filter", dtype=np.uint8, mode="r")
        return self._table

    def holds(self, digests: Digests) -> np.ndarray:
        """Return which digests are in the set."""
        found = self.may_hold(digests)
        for at in np.flatnonzero(found):
            found[at] = self._looked_up(int(digests[at])) is not None
        return found

    def code(self, digest: int) -> int | None:
        """Return the code of a digest, None where it is not in the set."""
        table, mask, one = self._filter(), (1 << self.bits) - 1, digest
        step = (digest >> (64 - self.bits)) | 1
        for _ in range(_PROBES):
            place = one & mask
            if not table.item(place >> 3) >> (place & 7) & 1:
                return None
            one += step
        return self._looked_up(digest)

    def _looked_up(self, digest: int) -> int | None:
        number = digest >> 58
        size = self.sizes[number]
        if not size:
            return None
        share = (digest - (number << 58)) / (1 << 58)
        block = min(int(share * size), size - 1) * 8 // _BLOCK
        low, high = 0, (size * 8 - 1) // _BLOCK
        while low <= high:
            block = min(max(block, low), high)
            values = np.frombuffer(self._read(f"{number:02d}.digests", block * _BLOCK, _BLOCK), dtype="<u8")
            if digest < int(values[0]):
                high, block = block - 1, block - 1
            elif digest > int(values[-1]):
                low, block = block + 1, block + 1
            else:
                at = int(np.searchsorted(values, np.uint64(digest)))
                if int(values[at]) != digest:
                    return None
                place = block * _BLOCK // 8 + at
                return int.from_bytes(self._read(f"{number:02d}.codes", place * 2, 2), "little")
        return None

    def _read(self, name: str, start: int, size: int) -> bytes:
        stream = self._files.get(name)
        if stream is None:
            stream = self._files[name] = (self.folder / name).open("rb", buffering=0)
        stream.seek(start)
        return stream.read(size)
