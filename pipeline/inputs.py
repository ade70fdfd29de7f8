"""The files of an input, opened so that nothing outside the input can be read by way of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from pipeline.errors import UnreadableSource

BYTES_A_SECOND = 4_000_000
"""The slowest at which a file may be cut into units: mail, JSON Lines and doubtful CSV go at 25 to 31 MB/s."""

_A_UNIT = 20_000
"""Bytes from which a file may make work for another worker: of a PDF these can be twenty pages."""
_OPEN_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def _open_file(path: str, flags: int) -> int:
    return os.open(path, flags | _OPEN_SAFELY)


_WRAPPED = frozenset({".gz", ".gzip", ".bz2", ".bzip2", ".xz"})


class Readable(Protocol):
    """What gives bytes in pieces: a file, or what unpacks one."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of the input: where it lies, its name inside the input, and what it was when first seen.

    ``wrapping`` is ``gzip``, ``bzip2`` or ``xz`` for what was compressed, ``archives`` names the archives that it
    came out of, the outermost first, ``refused`` says why it may not be read, ``notes`` what the report says of it.
    ``keeper`` holds the folder that it was unpacked into.
    """

    path: Path
    name: str
    size: int
    modified: int
    wrapping: str = ""
    archives: tuple[str, ...] = ()
    refused: str = ""
    notes: tuple[str, ...] = ()
    keeper: object = field(default=None, compare=False, repr=False)

    @classmethod
    def at(cls, path: Path, name: str) -> InputFile:
        """Return the file at ``path`` as it is now (raises OSError where there is none)."""
        about = path.lstat()
        return cls(path, name, about.st_size, about.st_mtime_ns)

    def __reduce__(self) -> tuple[object, ...]:  # the folder stays with the process that made it
        facts = (self.path, self.name, self.size, self.modified, self.wrapping, self.archives, self.refused, self.notes)
        return (InputFile, facts)

    @property
    def more_seconds(self) -> float:
        """Return what reading the whole file may take beyond the deadline of a unit."""
        return round(self.size / BYTES_A_SECOND, 1)

    @property
    def leads_to(self) -> int:
        """Return how many units it may be cut into, about: so many workers may as well start while it is looked at."""
        return 1 + self.size // _A_UNIT

    @property
    def inner_name(self) -> str:
        """The name of what was compressed, by which its kind is told."""
        name = PurePosixPath(self.name)
        return str(name.with_suffix("")) if self.wrapping and name.suffix.lower() in _WRAPPED else self.name

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the file itself: no link is followed, and nothing waits for the other end of a pipe.

        Raises:
            UnreadableSource: it cannot be read, is no regular file, or changed since the run began.
        """
        if self.refused:
            raise UnreadableSource(self.label, self.refused, "unpack it yourself and look what is in it")
        try:
            with open(self.path, "rb", opener=_open_file) as stream:
                now = os.fstat(stream.fileno())
                if not stat.S_ISREG(now.st_mode):
                    raise UnreadableSource(self.label, "it is no regular file", "copy what it holds into one")
                if (now.st_size, now.st_mtime_ns) != (self.size, self.modified):
                    raise UnreadableSource(self.label, "it changed while it was being read", "run again")
                yield stream
        except OSError as error:
            why = "it is a link" if self.path.is_symlink() else f"it cannot be read ({error.strerror})"
            raise UnreadableSource(self.label, why, "check its permissions, or copy it here") from None

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """Return bytes ``start`` to ``stop`` (raises UnreadableSource)."""
        with self.open() as stream:
            stream.seek(start)
            return stream.read() if stop is None else stream.read(stop - start)

    @property
    def key(self) -> str:
        """The key of this file, unique within a run."""
        return self.name

    @property
    def label(self) -> str:
        """A name for messages to the person who gave the path."""
        return self.name
