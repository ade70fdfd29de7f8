"""The files of an input, opened so that nothing outside the input can be read by way of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import UnreadableSource

_OPEN_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def _open_file(path: str, flags: int) -> int:
    return os.open(path, flags | _OPEN_SAFELY)


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of the input: where it lies, its name inside the input, and what it was when first seen."""

    path: Path
    name: str
    size: int
    modified: int

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the file itself: no link is followed, and nothing waits for the other end of a pipe.

        Raises:
            UnreadableSource: it cannot be read, is no regular file, or changed since the run began.
        """
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
