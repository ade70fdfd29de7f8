"""The working folder of a redaction, beside its release: where a killed run can be taken up again.

It holds what the run was asked (so that another question is not answered with these results) and the answers of
the stages. The key of its digests lies elsewhere, in the user's state folder, and goes when the run is over.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from pipeline.errors import OutputError, ResumeRefused
from pipeline.inputs import InputFile
from pipeline.resources import state_folder
from pipeline.workspace import Workspace

_ASKED = "asked.json"
_RUNNING = "running"


@dataclass(frozen=True, slots=True)
class WorkingFolder:
    """A run that can be taken up again: its workspace, key and start; ``taken_up`` says that there was one before."""

    workspace: Workspace
    key: bytes
    started_at: str
    key_file: Path
    taken_up: bool = False

    def dispose(self) -> None:
        """Remove the working folder and destroy the key."""
        shutil.rmtree(self.workspace.folder, ignore_errors=True)
        self.key_file.unlink(missing_ok=True)


def working_folder(out: Path, asked: Mapping[str, object], started_at: str, *, resume: bool) -> WorkingFolder:
    """Return the working folder for a release; with ``resume`` the one that a killed run left behind.

    Args:
        out: the release folder to be made.
        asked: everything that the result depends on: inputs, policy, configuration, options, versions.
        started_at: the time of this run; a run that is taken up keeps its own.
        resume: go on where a killed run stopped; without one to go on with, a new run starts.

    Raises:
        ResumeRefused: something that the result depends on has changed since.
        OutputError: another run is writing this release, or the folder cannot be made.
    """
    folder = out.absolute().parent / f".{out.name}.work"
    _refuse_running(folder, out)
    kept = _kept(folder) if resume else None
    if kept is not None:
        before = kept["asked"]
        changed = sorted(name for name in {*before, *asked} if before.get(name) != _plain(asked.get(name)))
        if changed:
            raise ResumeRefused(str(out), f"{', '.join(changed)} changed since the run began", "run without --resume")
        key_file = _keys() / kept["run"]
        if key_file.is_file():
            (folder / _RUNNING).write_text(str(os.getpid()), encoding="ascii")
            return WorkingFolder(Workspace(folder), key_file.read_bytes(), kept["started_at"], key_file, taken_up=True)
    return _fresh(folder, asked, started_at)


def _fresh(folder: Path, asked: Mapping[str, object], started_at: str) -> WorkingFolder:
    left = _kept(folder)
    if left is not None:
        (_keys() / left["run"]).unlink(missing_ok=True)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        run, key = secrets.token_hex(16), secrets.token_bytes(32)
        _keys().mkdir(mode=0o700, parents=True, exist_ok=True)
        key_file = _keys() / run
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(key)
        (folder / _RUNNING).write_text(str(os.getpid()), encoding="ascii")
        told = {"run": run, "started_at": started_at, "asked": {name: _plain(each) for name, each in asked.items()}}
        fresh = folder / f"{_ASKED}.new"
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(folder / _ASKED)
    except OSError as error:
        what = f"the working folder cannot be made ({error.strerror})"
        raise OutputError(str(folder), what, "choose another --out") from None
    return WorkingFolder(Workspace(folder), key, started_at, key_file)


def _plain(value: object) -> object:
    return json.loads(json.dumps(value))


def _keys() -> Path:
    return state_folder() / "run-keys"


def _kept(folder: Path) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads((folder / _ASKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told


def _refuse_running(folder: Path, out: Path) -> None:
    try:
        number = int((folder / _RUNNING).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return
    if number != os.getpid() and psutil.pid_exists(number):
        raise OutputError(str(out), "another run is writing this release", "wait for it, or choose another --out")


def digest_of_inputs(files: Sequence[InputFile]) -> list[list[object]]:
    """Return what tells a changed input: name, size and time of each file."""
    return [[each.name, each.size, each.modified] for each in files]


def digest_of_folder(folder: Path | None) -> str:
    """Return one sha256 of the configuration files of a folder ("" for none); they hold no record."""
    if folder is None or not folder.is_dir():
        return ""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            made.update(str(path.relative_to(folder)).encode("utf-8", "surrogateescape") + b"\0" + path.read_bytes())
    return made.hexdigest()
