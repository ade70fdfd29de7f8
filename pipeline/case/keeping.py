"""What is kept of a case apart from it, in the user's state folder: its key, the head of its trail, where inputs lie.

The key makes the digests of a case. It never lies beside them, only its owner can read it, and closing destroys it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pipeline.case.audit import Head
from pipeline.errors import ConfigError
from pipeline.private_files import private_folder, read_private, write_private
from pipeline.resources import state_folder

KEY_SIZE: Final = 32
_KEY, _HEAD, _INPUTS = "key", "head.json", "inputs.json"


class KeyGone(ConfigError):
    """The key of a case is not here: another user or computer made the case, or it is closed."""


class Keeping:
    """The part of one case that lies in the state folder, owner-only."""

    def __init__(self, case_id: str, state: Path | None = None) -> None:
        self.folder = (state or state_folder()) / "cases" / case_id

    def make(self) -> bytes:
        """Make and return the key of a new case."""
        private_folder(self.folder)
        key = secrets.token_bytes(KEY_SIZE)
        write_private(self.folder / _KEY, key)
        return key

    @property
    def has_key(self) -> bool:
        return (self.folder / _KEY).is_file()

    def key(self) -> bytes:
        """Return the key of the case.

        Raises:
            KeyGone: it is not here.
            ConfigError: others can read it.
        """
        if not self.has_key:
            raise KeyGone(
                "case", "its key is not on this account", "open it where it was made; the key of a closed case is gone"
            )
        return read_private(self.folder / _KEY)

    def keep_head(self, head: Head) -> None:
        """Note where the audit trail ends."""
        private_folder(self.folder)
        write_private(self.folder / _HEAD, json.dumps({"hash": head.hash, "length": head.length}).encode())

    def head(self) -> Head | None:
        """Return where the audit trail ended when this user last wrote to it."""
        told = self._read(_HEAD)
        return Head(str(told["hash"]), int(told["length"])) if told else None

    def keep_inputs(self, paths: Sequence[str | Path], folder: Path, asked: Mapping[str, Any] | None = None) -> None:
        """Note where the inputs or their addresses and the case lie, and what was asked: a rerun finds them so."""
        private_folder(self.folder)
        lie = [each if isinstance(each, str) else str(each.absolute()) for each in paths]
        content = {"paths": lie, "case": str(folder.absolute()), "asked": dict(asked or {})}
        write_private(self.folder / _INPUTS, json.dumps(content).encode("utf-8", "surrogateescape"))

    def inputs(self) -> list[Path]:
        """Return where the inputs lay when they were last given."""
        return [Path(each) for each in self._read(_INPUTS).get("paths", ())]

    def asked(self) -> dict[str, Any]:
        """Return the options of the last run (empty where none were noted)."""
        told = self._read(_INPUTS).get("asked")
        return dict(told) if isinstance(told, dict) else {}

    def case_folder(self) -> Path | None:
        """Return where the case lay when it was last used."""
        told = self._read(_INPUTS).get("case")
        return Path(told) if told else None

    def destroy(self) -> None:
        """Overwrite and remove the key and what says where inputs lie; the head of the trail stays."""
        for name in (_KEY, _INPUTS):
            path = self.folder / name
            if path.is_file():
                size = path.stat().st_size
                with path.open("r+b") as stream:
                    stream.write(secrets.token_bytes(size))
                    stream.flush()
                    os.fsync(stream.fileno())
                path.unlink()

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.is_file():
            return {}
        told = json.loads(path.read_bytes().decode("utf-8", "surrogateescape"))
        return told if isinstance(told, dict) else {}


def known_cases() -> list[tuple[str, Path | None]]:
    """Return the cases of this user whose key is still here, with the folder in which each lies."""
    folder = state_folder() / "cases"
    if not folder.is_dir():
        return []
    kept = [Keeping(path.name) for path in sorted(folder.iterdir()) if path.is_dir()]
    return [(each.folder.name, each.case_folder()) for each in kept if each.has_key]
