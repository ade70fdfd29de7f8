"""Tar archives, bzip2 and xz streams as unpacking reads them: nothing is skipped in silence, only plain files come out.

Sources: POSIX.1-2001 (pax and ustar), GNU tar; the .xz file format 1.1.
"""

from __future__ import annotations

import bz2
import lzma
import tarfile
from collections.abc import Sequence
from typing import IO, Final

from pipeline.errors import UnreadableSource

DAMAGED: Final = tarfile.TarError
_BLOCK: Final = 512
_CHUNK: Final = 1 << 20
_MEMORY: Final = 256 * 1024 * 1024
"""Bytes that an xz stream may ask for to be unpacked."""
_REMEDY: Final = "unpack it yourself and look what is in it"


def is_tar(head: bytes) -> bool:
    """Return whether the first 512 bytes of a file are the head of a member of a tar archive."""
    if len(head) < _BLOCK or not head.strip(b"\0"):
        return False
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except tarfile.TarError:
        return head[257:262] == b"ustar"
    return True


def opened(stream: IO[bytes], most: int) -> tuple[tarfile.TarFile, Sequence[tarfile.TarInfo]]:
    """Return an archive and its members beside folders.

    Raises:
        UnreadableSource: it is damaged, has no members or more than ``most``, or something stands behind the last.
    """
    stream.seek(0)
    members: list[tarfile.TarInfo] = []
    try:
        archive = tarfile.open(fileobj=stream, mode="r:", errorlevel=2)  # noqa: SIM115 - it closes no stream of ours
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # only our own list is kept; folders are not
            if not member.isdir():
                members.append(member)
            if len(members) > most:
                raise UnreadableSource("", f"it is an archive of more than {most} files", _REMEDY)
    except (tarfile.TarError, OSError, ValueError, EOFError, MemoryError, OverflowError):
        raise UnreadableSource("", "it is an archive that cannot be opened", _REMEDY) from None
    if not members:
        raise UnreadableSource("", "it is an archive without files", _REMEDY)
    stream.seek(archive.offset)
    while piece := stream.read(_CHUNK):
        if piece.strip(b"\0"):  # a damaged head reads as the end of the archive
            raise UnreadableSource("", "it is an archive that is damaged behind its first files", _REMEDY)
    return archive, members


def refusal(member: tarfile.TarInfo) -> str:
    """Return why a member is not unpacked, or ""."""
    if member.issym() or member.islnk():
        return "it is a link"
    if member.issparse():
        return "it is stored with holes in it"
    return "" if member.isreg() else "it is no file (a device or a pipe)"


class XzReader:
    """Reads one xz stream in pieces, within a limit of memory; what stands behind it is damage."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY)

    def read(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, b"" at the end (raises LZMAError or EOFError for a damaged stream)."""
        while not self._unpacker.eof:
            made = self._unpacker.decompress(_next_piece(self._stream, self._unpacker), max_length=size)
            if made:
                return made
        if self._unpacker.unused_data.strip(b"\0") or self._stream.read(1):
            raise lzma.LZMAError
        return b""


class Bzip2Reader:
    """Reads bzip2 streams, one behind the other, in pieces; anything else behind one is damage (``bz2`` skips it)."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._unpacker = bz2.BZ2Decompressor()

    def read(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, b"" at the end (raises OSError or EOFError for a damaged stream)."""
        while True:
            if self._unpacker.eof:
                behind = self._unpacker.unused_data or self._stream.read(_CHUNK)
                if not behind:
                    return b""
                self._unpacker = bz2.BZ2Decompressor()
                made = self._unpacker.decompress(behind, max_length=size)
            else:
                made = self._unpacker.decompress(_next_piece(self._stream, self._unpacker), max_length=size)
            if made:
                return made


def _next_piece(stream: IO[bytes], unpacker: lzma.LZMADecompressor | bz2.BZ2Decompressor) -> bytes:
    """Return what an unpacker is fed next, b"" while it needs nothing (raises EOFError where its stream is cut)."""
    piece = stream.read(_CHUNK) if unpacker.needs_input else b""
    if unpacker.needs_input and not piece:
        raise EOFError
    return piece
