"""The working folder of a redaction, beside its release or in its case: where a killed run can be taken up again.

It holds what the run was asked (so that another question is not answered with these results) and the answers of
the stages. The key of its digests lies elsewhere, in the user's state folder: that of a run without a case goes when
the run is over.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from pipeline.errors import OutputError, ResumeRefused
from pipeline.inputs import InputFile
from pipeline.private_files import private_folder
from pipeline.resources import state_folder
from pipeline.workspace import Workspace

_ASKED = "asked.json"
_RUNNING = "running"
_FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Within:
    """Where the working folder of a run with a case lies: in the case, whose key it has (and which disposes of it)."""

    folder: Path
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WorkingFolder:
    """A run that can be taken up again: its workspace, key and start; ``taken_up`` says that there was one before.

    ``finished`` is what the run handed over, where it had come to its end.
    """

    workspace: Workspace
    key: bytes
    started_at: str
    key_file: Path | None = None
    taken_up: bool = False
    finished: Any = None

    def finish(self, made: object) -> None:
        """Keep only what was handed over, so that a command of several releases does not make it anew."""
        folder = self.workspace.folder
        fresh = folder / f"{_FINISHED}.new"
        fresh.write_bytes(pickle.dumps(made))
        fresh.replace(folder / _FINISHED)
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)

    def dispose(self) -> None:
        """Remove the working folder and destroy the key, where it is the run's own."""
        shutil.rmtree(self.workspace.folder, ignore_errors=True)
        if self.key_file is not None:
            self.key_file.unlink(missing_ok=True)


def beside(out: Path) -> Path:
    """Return where the working folder of a run lies that has no case: beside its release."""
    return out.absolute().parent / f".{out.name}.work"


def working_folder(
    out: Path, asked: Mapping[str, object], started_at: str, *, resume: bool, within: Within | None = None
) -> WorkingFolder:
    """Return the working folder for a release; with ``resume`` the one that a killed run left behind.

    Args:
        out: the release folder to be made; only a run that is taken up may find it there.
        asked: everything that the result depends on: inputs, policy, configuration, options, versions.
        started_at: the time of this run; a run that is taken up keeps its own.
        resume: go on where a killed run stopped; without one to go on with, a new run starts.
        within: where it lies and the key that it has, for a run with a case.

    Raises:
        ResumeRefused: something that the result depends on has changed since.
        OutputError: another run is writing this release, the release is there already, or the folder cannot be made.
    """
    folder = within.folder if within is not None else beside(out)
    _refuse_running(folder, out)
    kept = _kept(folder) if resume else None
    if kept is not None:
        before = kept["asked"]
        changed = sorted(name for name in {*before, *asked} if before.get(name) != _plain(asked.get(name)))
        if changed:
            raise ResumeRefused(str(out), f"{', '.join(changed)} changed since the run began", "run without --resume")
        taken_up = _taken_up(folder, kept, within)
        if taken_up is not None:
            return replace(taken_up, finished=_finished(folder) if out.is_dir() else None)
    if out.exists() or out.is_symlink():
        raise OutputError(str(out), "this folder exists already", "name a new folder with --out")
    return _fresh(folder, asked, started_at, within)


def _taken_up(folder: Path, kept: Mapping[str, Any], within: Within | None) -> WorkingFolder | None:
    key_file = None if within is not None else _keys() / kept["run"]
    if key_file is not None and not key_file.is_file():
        return None
    key = within.key if within is not None else (_keys() / kept["run"]).read_bytes()
    (folder / _RUNNING).write_text(str(os.getpid()), encoding="ascii")
    return WorkingFolder(Workspace(folder), key, kept["started_at"], key_file, taken_up=True)


def begun_with(folder: Path, name: str) -> Any:
    """Return what a run that was killed was asked under a name (None where there is no such run)."""
    kept = _kept(folder)
    return None if kept is None else kept["asked"].get(name)


def _fresh(folder: Path, asked: Mapping[str, object], started_at: str, within: Within | None) -> WorkingFolder:
    left = _kept(folder)
    if left is not None and within is None:
        (_keys() / left["run"]).unlink(missing_ok=True)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        if within is not None:
            private_folder(folder.parent)
        folder.mkdir(mode=0o700, parents=True)
        run = secrets.token_hex(16)
        key, key_file = (within.key, None) if within is not None else _fresh_key(run)
        (folder / _RUNNING).write_text(str(os.getpid()), encoding="ascii")
        told = {"run": run, "started_at": started_at, "asked": {name: _plain(each) for name, each in asked.items()}}
        fresh = folder / f"{_ASKED}.new"
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(folder / _ASKED)
    except OSError as error:
        what = f"the working folder cannot be made ({error.strerror})"
        raise OutputError(str(folder), what, "choose another --out") from None
    return WorkingFolder(Workspace(folder), key, started_at, key_file)


def _fresh_key(run: str) -> tuple[bytes, Path]:
    key, path = secrets.token_bytes(32), _keys() / run
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(key)
    return key, path


def _finished(folder: Path) -> Any:
    try:
        content = (folder / _FINISHED).read_bytes()
    except FileNotFoundError:
        return None
    return pickle.loads(content)  # noqa: S301 - written by this program, in a folder of its owner's only


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
