"""A zip archive attached to a message: its members are parts of the message, and the copy is a new archive of theirs.

The archive is made into a multipart and goes the road of parts; ``ARCHIVE`` is the media type of what is to become one
again when the copy is finished. Sources never have it: every media type in a copy is written anew.
"""

from __future__ import annotations

import base64
import io
import quopri
import stat
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.archives.unpacking import is_office, members_of, name_of, unsafe
from pipeline.formats.mail_attached import Origin
from pipeline.formats.mail_text import Undecodable
from pipeline.formats.mail_tree import Leaf, Tree, nodes_of
from pipeline.formats.mail_write import Body, bytes_body, multipart, parameter, part
from pipeline.model import Edit, Reading

ARCHIVE: Final = "application/x-releasable-archive"
MOST_MEMBERS: Final = 1_000
MOST_BYTES: Final = 200 * 1024 * 1024
"""Bytes that the archives of one message may unpack to."""
MOST_RATIO: Final = 200
FREE_RATIO: Final = 16 * 1024 * 1024
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError, OSError)


def is_archive(data: bytes) -> bool:
    """Return whether a file is a zip archive and no document that is packed as one."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return not any(map(is_office, archive.namelist()))
    except _DAMAGED:
        return False


def as_multipart(data: bytes, left: int) -> tuple[bytes, int]:
    """Return the members of an archive as the parts of a message, and how many bytes they are.

    Args:
        data: the archive.
        left: bytes that it may unpack to.

    Raises:
        Undecodable: it is no archive of plain files, encrypted, damaged, or beyond a limit.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = members_of(archive)
            _refuse(members, left)
            made = [_as_part(name_of(each), archive.read(each)) for each in members]
    except _DAMAGED:
        raise Undecodable(
            "archive", "it is an archive that is damaged or packed in a way that cannot be read"
        ) from None
    body = multipart("mixed", made, 1)
    return part(body) + b"\n", sum(each.file_size for each in members)


def _refuse(members: Sequence[zipfile.ZipInfo], left: int) -> None:
    taken: set[str] = set()
    if not members or len(members) > MOST_MEMBERS:
        raise Undecodable("archive", f"it is an archive without files, or of more than {MOST_MEMBERS:,}")
    if any(each.flag_bits & 0x1 for each in members):
        raise Undecodable("encrypted", "it is an encrypted archive")
    if sum(each.file_size for each in members) > left:
        raise Undecodable("too_large", "the archives of this message unpack to more than 200 MB")
    for each in members:
        why = unsafe(name_of(each), taken)
        taken.add(name_of(each).casefold())
        if why or stat.S_ISLNK(each.external_attr >> 16):
            raise Undecodable("archive", why or "it holds a link")
        if each.file_size > max(FREE_RATIO, each.compress_size * MOST_RATIO):
            raise Undecodable("archive", "it unpacks to far more than its size")


def _as_part(name: str, data: bytes) -> bytes:
    return part(bytes_body(data, "application/octet-stream"), f"attachment{parameter('filename', name)}")


@dataclass(frozen=True)
class NestedArchive:
    """The members of an archive, as the tree of a message."""

    tree: Tree
    origin: Origin = Origin.SOURCE

    def read(self) -> Reading:
        return self.tree.read()

    def write(self, edits: Sequence[Edit]) -> Body:
        if self.origin is not Origin.FINISH:
            return Body(ARCHIVE, "7bit", self.tree.write(edits)[0], is_held_as_parts=True)
        sink = io.BytesIO()
        taken: set[str] = set()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for leaf in (each for each in nodes_of(self.tree.root) if isinstance(each, Leaf)):
                body = leaf.write([])
                if body is not None:
                    archive.writestr(_about(_free(leaf, taken)), _decoded(body))
        return bytes_body(sink.getvalue(), "application/zip")


def _free(leaf: Leaf, taken: set[str]) -> str:
    """Return a name that no member has yet (two may be alike after edits)."""
    name = leaf.file_name if leaf.file_name and not unsafe(leaf.file_name, set()) else f"member-{leaf.number}"
    if name.casefold() in taken:
        name = f"{leaf.number}-{name.replace('/', '-')}"
    taken.add(name.casefold())
    return name


def _about(name: str) -> zipfile.ZipInfo:
    about = zipfile.ZipInfo(name, _TIME)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = 0o600 << 16
    return about


def _decoded(body: Body) -> bytes:
    if body.encoding == "base64":
        return base64.decodebytes(body.data)
    return quopri.decodestring(body.data) if body.encoding == "quoted-printable" else body.data
