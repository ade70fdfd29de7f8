"""The installed models: where they lie, and whether their bytes are still the ones that were measured."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from recognizers.errors import ModelMissing, ModelRefused
from recognizers.models.catalogue import Model, ModelFile, catalogue, model

MANIFEST: Final = "installed.json"
INSTALL: Final = "run `releasable models install` (offline: `releasable models install --from DIR`)"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one model on this machine: ``installed``, ``missing`` or ``altered``, and why."""

    model: Model
    state: str
    folder: Path
    detail: str = ""


def models_folder() -> Path:
    """Return the folder that holds the installed models (``RELEASABLE_MODELS`` overrides it)."""
    return Path(
        os.environ.get("RELEASABLE_MODELS")
        or Path(platformdirs.user_data_dir("releasable", appauthor=False)) / "models"
    )


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def expected_files(entry: Model, folder: Path) -> Iterator[ModelFile]:
    """Yield every file that the model must have, with the size and sha256 that it must have here.

    A derived file whose bytes differ on this machine (another ``onnx``) but passed the self-check at
    installation is expected as the installation recorded it.
    """
    yield from entry.files
    recorded = _recorded(folder)
    for derived in entry.derived:
        yield recorded.get(derived.path, derived)


def check(entry: Model, folder: Path) -> None:
    """Hash every file of an installed model.

    Raises:
        ModelMissing: a file is not there.
        ModelRefused: a file is not the one that was measured.
    """
    if not folder.is_dir():
        raise ModelMissing(f"model {entry.name}", "not installed", INSTALL)
    for file in expected_files(entry, folder):
        path = folder / file.path
        if not path.is_file():
            raise ModelMissing(f"model {entry.name}: {file.path}", "the file is missing", INSTALL)
        if path.stat().st_size != file.size or sha256_of(path) != file.sha256:
            raise ModelRefused(
                f"model {entry.name}: {file.path}",
                "the file was altered after it was installed (its sha256 differs)",
                INSTALL,
            )


def installed(name: str, path: Path | None = None) -> Path:
    """Return the folder of an installed model after hashing its files (about 0.1 s).

    Raises:
        ModelMissing: the model is not installed.
        ModelRefused: a file was altered.
    """
    entry = model(name, path)
    folder = models_folder() / entry.folder
    check(entry, folder)
    return folder


def status(path: Path | None = None) -> list[Status]:
    """Return the state of every model, hashing what is there."""
    return [_status(entry) for entry in catalogue(path)]


def verify(path: Path | None = None) -> list[Status]:
    """Return the models that are not as they should be: an empty list is good news."""
    return [entry for entry in status(path) if entry.state != "installed"]


def _status(entry: Model) -> Status:
    folder = models_folder() / entry.folder
    try:
        check(entry, folder)
    except ModelMissing as error:
        return Status(entry, "missing", folder, error.what)
    except ModelRefused as error:
        return Status(entry, "altered", folder, str(error))
    return Status(entry, "installed", folder)


def _recorded(folder: Path) -> dict[str, ModelFile]:
    """Return the derived files whose own bytes the installation recorded (none, when all are the measured ones)."""
    try:
        rows = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["derived_here"]
        return {row["path"]: ModelFile(**row) for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
