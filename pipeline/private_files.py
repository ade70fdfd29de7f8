"""Files and folders that only their owner can read: keys, cases, ledgers."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipeline.errors import ConfigError


def private_folder(folder: Path) -> None:
    """Make a folder for its owner alone, and its parents in the state folder too."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; it appears whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_private(path: Path) -> bytes:
    """Return the bytes of a file that only its owner may read.

    Raises:
        ConfigError: others can read it.
    """
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(str(path), "others than its owner can read it", f"chmod 600 {path}")
    return path.read_bytes()
