"""Unpack: compressed files and archives (zip, tar) become ordinary files in their owner's folder, within limits.

What a file is, its first bytes tell. The folder lives as long as any of its files is held, and goes with the last of
them, after an error too; what a killed run left is removed by the next one. Names in an archive never become paths.
"""

from __future__ import annotations

import gzip
import json
import lzma
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path, PurePosixPath
from typing import IO, Final

import psutil

from pipeline.archives import sevenzip_archive, tape_archive
from pipeline.archives.own_process import is_done
from pipeline.archives.tape_archive import Bzip2Reader, XzReader
from pipeline.errors import UnreadableSource
from pipeline.inputs import InputFile, Readable

MOST_MEMBERS: Final = 10_000
MOST_LEVELS: Final = 3
MOST_BYTES: Final = 64 * 1024**3
MOST_RATIO: Final = 200
FREE_RATIO: Final = 16 * 1024 * 1024
"""Bytes up to which a file may be of any ratio: a page of blanks is no bomb."""
CHUNK: Final = 1 << 20

_HEAD: Final = 512
_WRAPPED: Final = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz"}
_NOT_OPENED: Final = {
    b"Rar!\x1a\x07": "rar", b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4",
    b"MSCF": "cabinet", b"LZIP": "lzip", b"\x1f\x9d": "compress",
}  # fmt: skip
_SEVENZIP: Final = b"7z\xbc\xaf\x27\x1c"
_SECONDS, _BYTES_A_SECOND = 60, 2_000_000
"""How long a 7z archive may take: a minute, and what its members take at this rate (LZMA goes at 20 to 60 MB/s)."""
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE: Final = frozenset({"[content_types].xml", "mimetype", "meta-inf/manifest.mf", "androidmanifest.xml"})
"""Members that make an archive a document or a program: what another program opens as one thing; in small letters."""
_WINDOWS: Final = 0
"""Where a zip archive says that it was made: MS-DOS or Windows."""
_PREFIX: Final = "releasable-unpacked-"
_DAMAGED: Final = (
    zipfile.BadZipFile,
    EOFError,
    zlib.error,
    ValueError,
    NotImplementedError,
    RuntimeError,
    lzma.LZMAError,
)


class Folder:
    """A folder for unpacked files, made when the first one comes, with the bytes that may still come into it."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._numbers = count()
        self.left = MOST_BYTES

    def place(self) -> Path:
        """Return a path that nothing has yet."""
        if self._folder is None:
            remove_left(_PREFIX)
            self._folder = tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)
        return Path(self._folder.name) / f"{next(self._numbers):06d}"


class _Refused(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def unpacked(file: InputFile, folder: Folder, level: int = 0) -> Iterator[InputFile]:
    """Yield what a file holds: itself, the file that was compressed, or the members of the archive.

    What cannot be unpacked is yielded as a file that cannot be read, with the reason; so nothing is skipped.
    """
    try:
        with file.open() as stream:
            head = stream.read(_HEAD)
            wrapping = next((each for sign, each in _WRAPPED.items() if head.startswith(sign)), "")
            other = next((each for sign, each in _NOT_OPENED.items() if head.startswith(sign)), "")
            if wrapping:
                yield from _unwrapped(file, stream, wrapping, folder, level)
            elif head.startswith(_ZIP):
                yield from _from_zip(file, stream, folder, level)
            elif tape_archive.is_tar(head):
                yield from _from_tar(file, stream, folder, level)
            elif head.startswith(_SEVENZIP):
                yield from _from_sevenzip(file, folder, level)
            elif other:
                yield replace(file, refused=f"it is packed as {other}, which is not read here")
            else:
                yield file
    except UnreadableSource:
        yield file
    except Exception:  # noqa: BLE001 - whatever a damaged archive makes its reader raise holds it, and ends no run
        yield replace(file, refused="it is an archive that cannot be unpacked; it may be damaged")


def _unwrapped(file: InputFile, stream: IO[bytes], wrapping: str, folder: Folder, level: int) -> Iterator[InputFile]:
    """Yield what was compressed, or what it holds itself."""
    if level >= MOST_LEVELS or file.wrapping:
        yield replace(file, refused="it is compressed time and again")
        return
    stream.seek(0)
    try:
        source: Readable
        if wrapping == "gzip":
            source = gzip.GzipFile(fileobj=stream, mode="rb")
        else:
            source = Bzip2Reader(stream) if wrapping == "bzip2" else XzReader(stream)
        made = _stored(source, file.size, file, folder)
    except _Refused as refused:
        yield replace(file, refused=refused.why)
        return
    yield from unpacked(replace(made, wrapping=wrapping), folder, level + 1)


def _from_tar(file: InputFile, stream: IO[bytes], folder: Folder, level: int) -> Iterator[InputFile]:
    if level >= MOST_LEVELS + bool(file.wrapping):
        yield replace(file, refused=f"it is an archive more than {MOST_LEVELS} levels deep")
        return
    try:
        archive, members = tape_archive.opened(stream, MOST_MEMBERS)
    except UnreadableSource as error:
        yield replace(file, refused=error.what)
        return
    taken: set[str] = set()
    for number, member in enumerate(members, start=1):
        name = member.name.removeprefix("./")
        why = unsafe(name, taken) or tape_archive.refusal(member)
        own = replace(_inside(file, name, number, taken, why=why), wrapping="")
        if why:
            yield replace(own, refused=why)
            continue
        try:
            source = archive.extractfile(member)
            assert source is not None
            made = _stored(source, max(1, member.size), own, folder)
        except _Refused as refused:
            yield replace(own, refused=refused.why)
        except (*_DAMAGED, OSError, tape_archive.DAMAGED):
            yield replace(own, refused="it is damaged or cut short")
        else:
            yield from unpacked(made, folder, level + 1)


def _from_sevenzip(file: InputFile, folder: Folder, level: int) -> Iterator[InputFile]:
    """Yield the members of a 7z archive, which a process of its own takes apart."""
    if not sevenzip_archive.is_there():
        yield replace(file, refused=sevenzip_archive.ADVICE)
        return
    if file.wrapping or level >= MOST_LEVELS:
        yield replace(file, refused=f"it is an archive more than {MOST_LEVELS} levels deep, or compressed once more")
        return
    most = min(folder.left, max(FREE_RATIO, file.size * MOST_RATIO))
    with tempfile.TemporaryDirectory(dir=folder.place().parent) as made:
        arguments = [str(file.path.resolve()), made, str(MOST_MEMBERS), str(most)]
        seconds = _SECONDS + min(most, 16 * file.size) / _BYTES_A_SECOND
        if not is_done("pipeline.archives.sevenzip_archive", arguments, seconds):
            yield replace(file, refused="it is a 7z archive that cannot be unpacked; it may be damaged")
            return
        index = json.loads((Path(made) / sevenzip_archive.INDEX).read_text(encoding="utf-8"))
        if "refused" in index:
            yield replace(file, refused=index["refused"])
            return
        taken: set[str] = set()
        for number, (name, unpacked_as) in enumerate(index["members"], start=1):
            why = unsafe(name, taken)
            own = replace(_inside(file, name, number, taken, why=why), wrapping="")
            if why:
                yield replace(own, refused=why)
                continue
            path = folder.place()
            (Path(made) / unpacked_as).rename(path)
            os.utime(path, ns=(file.modified, file.modified))
            about = path.stat()
            folder.left -= about.st_size
            own = replace(own, path=path, size=about.st_size, modified=about.st_mtime_ns, keeper=folder)
            yield from unpacked(own, folder, level + 1)


def _inside(file: InputFile, name: str, number: int, taken: set[str], *, why: str) -> InputFile:
    """Return the place of a member, and take its name and those of its folders; one that is refused gets another."""
    inner = f"member-{number:04d}" if why else name
    folders = (f"{each}/" for each in PurePosixPath(inner).parents)
    taken.update(each.casefold() for each in (inner, *folders))
    return replace(file, name=f"{file.name}/{inner}", archives=(*file.archives, file.name))


def _from_zip(file: InputFile, stream: IO[bytes], folder: Folder, level: int) -> Iterator[InputFile]:
    try:
        archive = zipfile.ZipFile(stream)
    except (*_DAMAGED, OSError):
        yield replace(file, refused="it is an archive that cannot be opened")
        return
    with archive:
        members = members_of(archive)
        if any(is_office(each.filename) for each in members):
            yield file
            return
        why = _refusal(members, level, file)
        if why:
            yield replace(file, refused=why)
            return
        taken: set[str] = set()
        for number, member in enumerate(members, start=1):
            yield from _member(archive, member, number, file, taken, folder, level)


def is_office(name: str) -> bool:
    """Return whether a member makes an archive a document or a program; some programs write its name as they like."""
    return name.replace("\\", "/").lower() in _OFFICE


def members_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members of an archive beside folders; one may have no name at all."""
    return [each for each in archive.infolist() if not name_of(each).endswith("/")]


def name_of(member: zipfile.ZipInfo) -> str:
    r"""Return the name of a member as it is written; programs of Windows may write ``folder\file``."""
    name = member.orig_filename
    return name.replace("\\", "/") if member.create_system == _WINDOWS else name


def _refusal(members: list[zipfile.ZipInfo], level: int, file: InputFile) -> str:
    if file.wrapping:
        return "it is an archive that was compressed once more"
    if level >= MOST_LEVELS:
        return f"it is an archive more than {MOST_LEVELS} levels deep"
    if not members:
        return "it is an archive without files"
    if len(members) > MOST_MEMBERS:
        return f"it is an archive of more than {MOST_MEMBERS} files"
    return ""


def _member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    number: int,
    file: InputFile,
    taken: set[str],
    folder: Folder,
    level: int,
) -> Iterator[InputFile]:
    """Yield one member, or what it holds itself."""
    name = name_of(member)
    why = unsafe(name, taken)
    own = _inside(file, name, number, taken, why=why)
    if not why and member.flag_bits & 0x1:
        why = "it is encrypted"
    if not why and stat.S_ISLNK(member.external_attr >> 16):
        why = "it is a link"
    if why:
        yield replace(own, refused=why)
        return
    try:
        with archive.open(member) as source:
            made = _stored(source, max(1, member.compress_size), own, folder)
    except _Refused as refused:
        yield replace(own, refused=refused.why)
    except (*_DAMAGED, OSError):
        yield replace(own, refused="it is damaged or packed in a way that cannot be read")
    else:
        yield from unpacked(made, folder, level + 1)


def unsafe(name: str, taken: set[str]) -> str:
    """Return why the name of a member may be no name of a file here, or ""."""
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ":" in name or ".." in parts or "\0" in name:
        return "its name in the archive leads outside"
    if not name.isprintable() or str(PurePosixPath(name)) != name or len(name) > 200:
        return "its name in the archive is none that a file can have"
    path = PurePosixPath(name.casefold())
    if f"{path}/" in taken or any(str(each) in taken for each in (path, *path.parents)):
        return "the archive holds two files of this name"
    return ""


def _stored(source: Readable, packed: int, file: InputFile, folder: Folder) -> InputFile:
    """Unpack into the folder in pieces; the new file keeps the time of the packed one.

    Raises:
        _Refused: it is damaged, or grows beyond the limits.
    """
    path, size = folder.place(), 0
    try:
        with path.open("xb") as sink:
            while piece := source.read(CHUNK):
                size += len(piece)
                folder.left -= len(piece)
                if folder.left < 0 or (size > FREE_RATIO and size > packed * MOST_RATIO):
                    raise _Refused("it unpacks to far more than its size")  # noqa: TRY301 - cleared away below
                sink.write(piece)
        os.utime(path, ns=(file.modified, file.modified))
    except (_Refused, OSError, *_DAMAGED) as error:
        path.unlink(missing_ok=True)
        folder.left += size
        if isinstance(error, _Refused):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is cut short or damaged"
        raise _Refused(f"it cannot be unpacked ({reason})") from None
    return replace(file, path=path, size=size, modified=path.stat().st_mtime_ns, keeper=folder)


def remove_left(prefix: str) -> None:
    """Remove what killed runs of the same person left behind: folders named by a prefix and a process."""
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        number = left.name.removeprefix(prefix).partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(left, ignore_errors=True)
