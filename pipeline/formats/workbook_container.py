"""The container of a workbook or document: its members within limits, its XML without entities, what leads where.

One of 2007 or later is a zip archive (ECMA-376 part 2), so is one of OpenDocument; older ones, and encrypted
ones of any year, are OLE compound files ([MS-CFB], [MS-OFFCRYPTO]).
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from pipeline.errors import UnreadableSource

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_MEMBERS: Final = 10_000
MOST_BYTES: Final = 1 << 30
MOST_RATIO: Final = 200
FREE_RATIO: Final = 16 * 1024 * 1024
"""Bytes up to which a member may be of any ratio: a sheet of blanks is no bomb."""
WHOLE_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of a member that is read as a tree (all but the sheets and shared strings of workbooks)."""
REMEDY: Final = "open it in the program that made it and save it again as .xlsx"
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_FAILURES: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    etree.LxmlError,
    LookupError,
    ValueError,
    TypeError,
    RuntimeError,
    NotImplementedError,
    OSError,
    OverflowError,
    MemoryError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship of a part: its kind (the last word of its type), its target, whether that lies outside."""

    kind: str
    target: str
    outside: bool


@contextmanager
def refusing(path: str, remedy: str = REMEDY) -> Iterator[None]:
    """Turn whatever a parser raises over a damaged file into UnreadableSource, without its words."""
    try:
        yield
    except UnreadableSource:
        raise
    except _FAILURES as error:
        raise UnreadableSource(path, f"it is cut short or damaged ({type(error).__name__})", remedy) from None


def plain_name(name: str) -> str:
    """Return the name of a part as a package has it: some programs part folders with a backslash."""
    return name.replace("\\", "/")


def member_names(head: bytes) -> list[str]:
    """Return the names in the local headers of a zip archive that begin within ``head``."""
    names, at = [], head.find(ZIP)
    while at >= 0 and at + 30 <= len(head):
        size = int.from_bytes(head[at + 26 : at + 28], "little")
        names.append(plain_name(head[at + 30 : at + 30 + size].decode("utf-8", "replace")))
        at = head.find(ZIP, at + 30)
    return names


def is_encrypted_package(data: bytes) -> bool:
    """Return whether an OLE file holds an encrypted workbook of 2007 or later, as the names of its streams say."""
    return data.startswith(OLE) and _ENCRYPTED_STREAM in data


class Package:
    """An opened package, held to limits of count, size and ratio.

    Raises:
        UnreadableSource: it is damaged, encrypted, or beyond a limit.
    """

    def __init__(self, data: bytes, path: str, remedy: str = REMEDY) -> None:
        self.path, self.remedy = path, remedy
        with refusing(path, remedy):
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = [each for each in self._zip.infolist() if not each.filename.endswith("/")]
        why = _refusal(members)
        if why:
            raise UnreadableSource(path, why, remedy)
        self._members = {plain_name(each.filename).lower(): each for each in members}

    @property
    def names(self) -> list[str]:
        """The names of the members, in lower case, sorted."""
        return sorted(self._members)

    def has(self, name: str) -> bool:
        """Return whether there is a member of this name, in any case."""
        return name.lower() in self._members

    def read(self, name: str) -> bytes:
        """Return the bytes of a member of at most 64 MiB."""
        member = self._members[name.lower()]
        if member.file_size > WHOLE_LIMIT:
            raise UnreadableSource(self.path, "a part of it is larger than 64 MiB", self.remedy)
        return self._zip.read(member)

    def elements(self, name: str, tags: Sequence[str]) -> Iterator[Any]:
        """Yield the elements of a member with one of these local names, each when it ends, and clear it behind."""
        member = self._members[name.lower()]
        with self._zip.open(member) as stream:
            self._refuse_entities(stream)
        with self._zip.open(member) as stream:
            wanted = [f"{{*}}{tag}" for tag in tags]
            for _, element in etree.iterparse(stream, events=("end",), tag=wanted, **_CAREFUL):
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]

    def walk(self, name: str) -> Iterator[tuple[str, Any]]:
        """Yield the beginnings and ends of the elements of a member; whoever takes them clears what is done with."""
        member = self._members[name.lower()]
        with self._zip.open(member) as stream:
            self._refuse_entities(stream)
        with self._zip.open(member) as stream:
            yield from etree.iterparse(stream, events=("start", "end"), **_CAREFUL)

    def refuse_encrypted(self) -> None:
        """Refuse a package of OpenDocument whose manifest says that a part of it is encrypted."""
        if self.has("META-INF/manifest.xml"):
            for each in self.tree("META-INF/manifest.xml").iter():
                if isinstance(each.tag, str) and local(each) in {"encryption-data", "encrypted-key"}:
                    raise UnreadableSource(self.path, "it is encrypted", "take the password off it and save it again")

    def tree(self, name: str) -> Any:
        """Return the root of a member's XML."""
        data = self.read(name)
        self._refuse_entities(io.BytesIO(data))
        return etree.fromstring(data, etree.XMLParser(**_CAREFUL))

    def links(self, name: str) -> dict[str, Link]:
        """Return where a part leads, by the id of the relationship."""
        folder, base = posixpath.split(name)
        place = f"{folder}/_rels/{base}.rels".lstrip("/")
        if not self.has(place):
            return {}
        return {
            each.get("Id", ""): Link(
                each.get("Type", "").rpartition("/")[2],
                each.get("Target", "")
                if each.get("TargetMode") == "External"
                else posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
                each.get("TargetMode") == "External",
            )
            for each in self.tree(place)
            if isinstance(each.tag, str)
        }

    def _refuse_entities(self, stream: Any) -> None:
        """Refuse a document type: it declares entities, which none of them has (ECMA-376 part 2, 8.2.5)."""
        for _, root in etree.iterparse(stream, events=("start",), **_CAREFUL):
            if root.getroottree().docinfo.internalDTD is not None:
                raise UnreadableSource(self.path, "its XML declares a document type", self.remedy)
            return


_CAREFUL: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def _refusal(members: Sequence[zipfile.ZipInfo]) -> str:
    if len(members) > MOST_MEMBERS:
        return f"it has more than {MOST_MEMBERS} parts"
    if len({plain_name(each.filename).lower() for each in members}) != len(members):
        return "it has two parts of one name"
    if any(each.flag_bits & 0x1 for each in members):
        return "it is encrypted"
    if sum(each.file_size for each in members) > MOST_BYTES:
        return "it unpacks to more than 1 GiB"
    if any(each.file_size > max(FREE_RATIO, each.compress_size * MOST_RATIO) for each in members):
        return "it unpacks to far more than its size"
    return ""


def local(element: Any) -> str:
    """Return the name of an element without its namespace (the strict and the usual ones differ)."""
    tag: str = element.tag
    return tag[tag.rfind("}") + 1 :]
