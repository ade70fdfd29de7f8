"""A set of keyed digests of any size, on disk: sorted, asked through a filter that stays in memory.

Sixty million withheld values fit no worker's memory. Their digests (64 bits each, of BLAKE2b under the key of the
run) are sorted in slices by their leading bits; a Bloom filter of fixed size answers almost every question
without the disk, and what it lets through is looked up in the one block of the one slice where it would stand.
Digests are spread evenly, so that block is found by calculation. Each digest has a small code of its owner's.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from pipeline.workspace import Runner

SLICES: Final = 64
FILTER_BITS: Final = 28
"""The filter has at most 2**28 bits, 32 MiB."""
FEW: Final = 200_000
"""A set of fewer digests is sorted sooner than workers are told of it."""
DIGESTS_A_SECOND: Final = 1_000_000
"""The slowest at which a slice may be sorted, with storage over a network."""
_PROBES: Final = 3
_BLOCK: Final = 4096
_AT_ONCE: Final = 1 << 16
_DIGEST: Final = np.dtype("<u8")
_CODE: Final = np.dtype("<u2")
_SLICE_BITS: Final = (SLICES - 1).bit_length()
_PASSING: Final = ("filter", "digests.raw", "codes.raw")
"""What of a slice is gone when the set is finished."""

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
        self._waiting: list[tuple[Digests, int]] = []
        self._held = 0
        self.count = 0

    def add(self, digests: Digests | Iterable[int], code: int = 0) -> None:
        """Take in digests that share a code (0 to 65535)."""
        fresh = np.asarray(digests if isinstance(digests, np.ndarray) else list(digests), dtype=_DIGEST)
        if not len(fresh):
            return
        self._waiting.append((fresh, code))
        self._held += len(fresh)
        self.count += len(fresh)
        if self._held >= 1 << 20:
            self._spill()

    def _spill(self) -> None:
        if not self._waiting:
            return
        digests = np.concatenate([each for each, _ in self._waiting])
        sizes = [len(each) for each, _ in self._waiting]
        codes = np.repeat(np.array([code for _, code in self._waiting], dtype=_CODE), sizes)
        self._waiting, self._held = [], 0
        slices = (digests >> np.uint64(64 - _SLICE_BITS)).astype(np.uint8)
        order = np.argsort(slices, kind="stable")
        cuts = np.searchsorted(slices[order], np.arange(SLICES + 1))
        digests, codes = digests[order], codes[order]
        for number in range(SLICES):
            part = slice(cuts[number], cuts[number + 1])
            if cuts[number] < cuts[number + 1]:
                _append(self._raw(number, "digests"), digests[part])
                _append(self._raw(number, "codes"), codes[part])

    def _raw(self, number: int, what: str) -> Path:
        return self._folder / f"{number:02d}.{what}.raw"

    def finish(self, runner: Runner | None = None) -> DigestSet:
        """Sort what was taken in and return the set; of equal digests the lowest code stands.

        Args:
            runner: sorts the slices of a large set in its workers, with the same bytes; without one it is done here.
        """
        self._spill()
        bits = min(FILTER_BITS, max(16, int(self.count * 12).bit_length()))
        tasks = [SliceTask(self._folder, number, bits, self.count // SLICES) for number in range(SLICES)]
        if runner is None or self.count < FEW:
            sizes = [sort_slice(None, task) for task in tasks]
        else:
            # What a worker could not do is tried here, as all of it is where there are no workers.
            sorted_ = runner.map(sort_slice, tasks)
            sizes = [size if failure is None else sort_slice(None, task) for task, size, failure in sorted_]
        with (self._folder / "filter").open("wb") as table:
            for task in tasks:
                table.write(task.place("filter").read_bytes())
                for what in _PASSING:  # only now: a lost machine's slices are sorted again
                    task.place(what).unlink(missing_ok=True)
        return DigestSet(self._folder, tuple(sizes), bits)


@dataclass(frozen=True, slots=True)
class SliceTask:
    """One slice to sort: the folder of the set, which slice, the bits of the filter, about how many digests."""

    folder: Path
    number: int
    bits: int
    about: int

    @property
    def more_seconds(self) -> float:
        """Return what sorting may take beyond the deadline of a unit."""
        return round(self.about / DIGESTS_A_SECOND, 1)

    def place(self, what: str) -> Path:
        """Return where a file of the slice lies."""
        return self.folder / f"{self.number:02d}.{what}"


def sort_slice(_state: object, task: SliceTask) -> int:
    """Sort a slice, write its digests, codes and part of the filter, and return how many digests it has.

    What was taken in stays, and each file is moved into its place, so that a slice may be sorted twice at a time.
    """
    digests, codes = _taken(task.place("digests.raw"), _DIGEST), _taken(task.place("codes.raw"), _CODE)
    order = np.argsort(digests)
    digests, codes = digests[order], codes[order]
    starts = np.flatnonzero(np.concatenate((digests[:1] == digests[:1], digests[1:] != digests[:-1])))
    digests = digests[starts]
    lowest = np.minimum.reduceat(codes, starts) if len(starts) else codes
    for what, rows in (("digests", digests), ("codes", lowest), ("filter", _part_of_filter(digests, task.bits))):
        place = task.place(what)
        fresh = place.with_suffix(f".{uuid.uuid4().hex}")
        with fresh.open("wb") as stream:
            stream.write(rows.data)  # tofile() of numpy says nothing of a full disk
            stream.flush()
        fresh.replace(place)
    return len(digests)


def _taken(raw: Path, dtype: np.dtype) -> np.ndarray:
    return np.fromfile(raw, dtype=dtype) if raw.exists() else np.empty(0, dtype=dtype)


def _append(path: Path, rows: np.ndarray) -> None:
    with path.open("ab") as stream:
        stream.write(rows.tobytes())


def _part_of_filter(digests: Digests, bits: int) -> np.ndarray:
    """Return the part of the filter that speaks of the digests of one slice, eight places a byte."""
    size = 1 << (bits - _SLICE_BITS)
    places = np.zeros(size, dtype=bool)
    for start in range(0, len(digests), _AT_ONCE):
        for place in _places(digests[start : start + _AT_ONCE], bits):
            places[place & (size - 1)] = True
    return np.packbits(places, bitorder="little")


def _places(digests: Digests, bits: int) -> list[np.ndarray]:
    """Return the bits of the filter that stand for each digest, one array a probe; a slice has its own part."""
    inside = bits - _SLICE_BITS
    mask = np.uint64((1 << inside) - 1)
    part = (digests >> np.uint64(64 - _SLICE_BITS)) << np.uint64(inside)
    one, other = digests & mask, (digests >> np.uint64(inside)) | np.uint64(1)
    return [(part | ((one + np.uint64(probe) * other) & mask)).astype(np.int64) for probe in range(_PROBES)]


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

    def parts(self) -> Iterator[tuple[Digests, np.ndarray]]:
        """Yield the digests of each slice with their codes."""
        for number, size in enumerate(self.sizes):
            if size:
                digests = np.fromfile(self.folder / f"{number:02d}.digests", dtype="<u8")
                yield digests, np.fromfile(self.folder / f"{number:02d}.codes", dtype="<u2")

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
        table, inside, one = self._filter(), self.bits - _SLICE_BITS, digest
        part, mask = (digest >> (64 - _SLICE_BITS)) << inside, (1 << inside) - 1
        step = (digest >> inside) | 1
        for _ in range(_PROBES):
            place = part | (one & mask)
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
