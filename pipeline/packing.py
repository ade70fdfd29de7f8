"""Pack: copies of compressed files are compressed again, copies from an archive become an archive again.

Times are fixed, no name or comment of the original is carried over, and what was packed is read back and compared.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pipeline.errors import IntegrityError
from pipeline.inputs import Readable

CHUNK: Final = 1 << 20
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)


def compress(path: Path) -> None:
    """Compress a file with gzip in its place (raises IntegrityError)."""
    packed = path.with_name(f"{path.name}.packed")
    with (
        path.open("rb") as source,
        packed.open("wb") as sink,
        gzip.GzipFile(filename="", mode="wb", fileobj=sink, mtime=0) as stream,
    ):
        shutil.copyfileobj(source, stream, CHUNK)
    with path.open("rb") as source, gzip.open(packed, "rb") as again:
        _same(source, again)
    packed.replace(path)


def pack_archives(records: Path, archives: Iterable[str]) -> None:
    """Make of each folder that stands for an archive the archive, the innermost first (raises IntegrityError)."""
    for name in sorted(archives, key=lambda each: (-each.count("/"), each)):
        folder = records / name
        if folder.is_dir():
            _pack(folder)


def _pack(folder: Path) -> None:
    packed = folder.with_name(f"{folder.name}.packed")
    members = sorted(each for each in folder.rglob("*") if each.is_file())
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in members:
            about = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _FIRST_DAY)
            about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            with path.open("rb") as source, archive.open(about, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, CHUNK)
    with zipfile.ZipFile(packed) as archive:
        for path in members:
            with path.open("rb") as source, archive.open(path.relative_to(folder).as_posix()) as again:
                _same(source, again)
    shutil.rmtree(folder)
    packed.rename(folder)


def _same(one: Readable, other: Readable) -> None:
    if _digest(one) != _digest(other):
        raise IntegrityError("copy", "what was packed does not unpack to the same", "check the disk and run again")


def _digest(stream: Readable) -> bytes:
    made = hashlib.sha256()
    while piece := stream.read(CHUNK):
        made.update(piece)
    return made.digest()
