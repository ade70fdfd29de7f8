"""Pack: copies of compressed files are compressed again, copies from an archive become an archive again.

An archive called ``.tar`` (``.tar.gz``, ``.tgz``, ``.tar.bz2``, ``.tar.xz``) becomes one, any other a zip;
``files.7z`` becomes ``files.7z.zip``.

Times are fixed, no name or comment of the original is carried over, and what was packed is read back and compared.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import IO, Any, Final

from pipeline.errors import IntegrityError
from pipeline.inputs import Readable

CHUNK: Final = 1 << 20
WRAPPINGS: Final = {"gzip": ".gz", "bzip2": ".bz2", "xz": ".xz"}
"""What is compressed how, and how its name ends."""
_TARS: Final = {
    ".tar": "", ".tar.gz": "gzip", ".tgz": "gzip", ".tar.bz2": "bzip2", ".tbz2": "bzip2", ".tbz": "bzip2",
    ".tar.xz": "xz", ".txz": "xz",
}  # fmt: skip
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)


def beside(path: Path) -> Path:
    """Return a path beside another that nothing has yet: a copy may be called as anything."""
    return next(free for at in count() if not os.path.lexists(free := path.with_name(f".packed-{at}")))


def compress(path: Path, wrapping: str = "gzip") -> None:
    """Compress a file in its place (raises IntegrityError)."""
    packed = beside(path)
    with path.open("rb") as source, packed.open("wb") as sink, _compressor(sink, wrapping) as stream:
        shutil.copyfileobj(source, stream, CHUNK)
    with path.open("rb") as source, _decompressor(packed, wrapping) as again:
        _same(source, again)
    packed.replace(path)


def _compressor(sink: IO[bytes], wrapping: str) -> Any:
    if wrapping == "bzip2":
        return bz2.BZ2File(sink, "wb")
    return lzma.LZMAFile(sink, "wb") if wrapping == "xz" else gzip.GzipFile("", "wb", fileobj=sink, mtime=0)


def _decompressor(path: Path, wrapping: str) -> Any:
    if wrapping == "bzip2":
        return bz2.open(path, "rb")
    return lzma.open(path, "rb") if wrapping == "xz" else gzip.open(path, "rb")


def pack_archives(records: Path, archives: Iterable[str]) -> None:
    """Make of each folder that stands for an archive the archive, the innermost first (raises IntegrityError)."""
    for name in sorted(archives, key=lambda each: (-each.count("/"), each)):
        folder = records / name
        if folder.is_dir():
            _pack(folder)


def archive_name(name: str) -> str:
    """Return what an archive is called when it is packed again: one of 7z becomes a zip, and is called so."""
    return f"{name}.zip" if name.lower().endswith(".7z") else name


def _pack(folder: Path) -> None:
    packed = beside(folder)
    members = sorted(each for each in folder.rglob("*") if each.is_file())
    ending = max((each for each in _TARS if folder.name.lower().endswith(each)), key=len, default="")
    if ending:
        _pack_tar(folder, packed, members, _TARS[ending])
    else:
        _pack_zip(folder, packed, members)
    shutil.rmtree(folder)
    target = folder.with_name(archive_name(folder.name))
    if os.path.lexists(target):
        raise IntegrityError(target.name, "an archive and its copy would have one name", "rename one, and run again")
    packed.rename(target)


def _pack_tar(folder: Path, packed: Path, members: Sequence[Path], wrapping: str) -> None:
    with packed.open("wb") as sink, tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in members:
            about = tarfile.TarInfo(path.relative_to(folder).as_posix())
            about.size = path.stat().st_size
            with path.open("rb") as source:
                archive.addfile(about, source)
    with tarfile.open(packed, "r:") as archive:
        for path in members:
            again = archive.extractfile(path.relative_to(folder).as_posix())
            assert again is not None
            with path.open("rb") as source:
                _same(source, again)
    if wrapping:
        compress(packed, wrapping)


def _pack_zip(folder: Path, packed: Path, members: Sequence[Path]) -> None:
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


def _same(one: Readable, other: Readable) -> None:
    if _digest(one) != _digest(other):
        raise IntegrityError("copy", "what was packed does not unpack to the same", "check the disk and run again")


def _digest(stream: Readable) -> bytes:
    made = hashlib.sha256()
    while piece := stream.read(CHUNK):
        made.update(piece)
    return made.digest()
