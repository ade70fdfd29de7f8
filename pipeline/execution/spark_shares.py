"""What all workers of a cluster share: a pickle in the run's folder that holds no key of its digests."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path
from typing import Any

from pipeline.texts.digest import Keyed


def write_shared(value: Any, path: Path) -> None:
    """Write what all workers share to a file; the key of its digests stays out of it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        _Keyless(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
        stream.flush()
        os.fsync(stream.fileno())


def read_shared(path: Path, key: bytes) -> Any:
    """Return what :func:`write_shared` wrote, with the key put back."""
    return _WithKey(io.BytesIO(path.read_bytes()), key).load()


class _Keyless(pickle.Pickler):
    def persistent_id(self, value: Any) -> str | None:
        return "keyed" if isinstance(value, Keyed) else None


class _WithKey(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, key: bytes) -> None:
        super().__init__(stream)
        self._keyed = Keyed(key)

    def persistent_load(self, name: Any) -> Keyed:
        if name != "keyed":
            raise pickle.UnpicklingError(str(name))
        return self._keyed
