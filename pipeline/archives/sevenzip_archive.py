"""7z archives taken apart: run as a process of its own.

    python -m pipeline.archives.sevenzip_archive ARCHIVE FOLDER MOST_MEMBERS MOST_BYTES

py7zr (LGPL, in the extra ``sevenzip``, unmodified) reads the archive. FOLDER gets ``000000`` and so on, and
``index.json``: the names of the members in their order, or why the archive is refused. Members share their compression,
so one that may not be unpacked refuses the archive: it is encrypted, holds a link or two files of one name, a member is
longer than it says, or all together are more than ``MOST_BYTES``.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any, Final

INDEX: Final = "index.json"
ADVICE: Final = "it is packed as 7z; it is read when the extra is there: pip install 'releasable[sevenzip]'"


def is_there() -> bool:
    """Return whether the extra is installed."""
    return importlib.util.find_spec("py7zr") is not None


def write_members(archive: Path, out: Path, most_members: int, most_bytes: int) -> None:
    """Write the members of an archive and their index into ``out`` (raises whatever py7zr raises)."""
    import py7zr  # noqa: PLC0415 - an extra

    with archive.open("rb") as stream:
        try:
            opened = py7zr.SevenZipFile(stream, max_extract_size=most_bytes)
        except py7zr.exceptions.PasswordRequired:
            _tell(out, refused="it is encrypted")
            return
        with opened:
            members = [each for each in opened.list() if not each.is_directory]
            refused = _refusal(opened, members, most_members, most_bytes)
            if refused:
                _tell(out, refused=refused)
                return
            writers = _writers({each.filename: int(each.uncompressed) for each in members}, out)
            opened.extractall(factory=writers)
            if len(writers.made) != len(members):
                raise ValueError("a member is missing")
    _tell(out, members=[[each.filename, writers.made[each.filename]] for each in members])


def _refusal(opened: Any, members: list[Any], most_members: int, most_bytes: int) -> str:
    if opened.needs_password():
        return "it is encrypted"
    if not members:
        return "it is an archive without files"
    if len(members) > most_members:
        return f"it is an archive of more than {most_members} files"
    if any(each.is_symlink or not each.is_file for each in members):
        return "it holds a link, or what is no file"
    if len({each.filename.casefold() for each in members}) < len(members):
        return "the archive holds two files of one name"
    if sum(each.uncompressed for each in members) > most_bytes:
        return "it unpacks to far more than its size"
    return ""


def _writers(sizes: dict[str, int], out: Path) -> Any:
    """Return what py7zr asks for a file to write a member to; none becomes longer than it said."""
    from py7zr.io import Py7zIO, WriterFactory  # noqa: PLC0415 - an extra

    class Member(Py7zIO):  # type: ignore[misc]  # of a library without types
        def __init__(self, path: Path, most: int) -> None:
            self._sink, self._left, self._size = path.open("xb"), most, 0

        def write(self, s: bytes | bytearray) -> int:
            self._left -= len(s)
            if self._left < 0:
                raise ValueError("longer than it says")
            self._size += len(s)
            return self._sink.write(s)

        def read(self, size: int | None = None) -> bytes:
            raise NotImplementedError

        def seek(self, offset: int, whence: int = 0) -> int:
            raise NotImplementedError

        def seekable(self) -> bool:
            return False

        def flush(self) -> None:
            self._sink.flush()

        def size(self) -> int:
            return self._size

        def close(self) -> None:
            self._sink.close()
            if self._left:
                raise ValueError("shorter than it says")

    class Members(WriterFactory):  # type: ignore[misc]  # of a library without types
        def __init__(self) -> None:
            self.made: dict[str, str] = {}

        def create(self, filename: str) -> Any:
            if filename in self.made:
                raise ValueError("twice")
            self.made[filename] = f"{len(self.made):06d}"
            return Member(out / self.made[filename], sizes[filename])  # raises for a name that py7zr had to change

    return Members()


def _tell(out: Path, **about: Any) -> None:
    (out / INDEX).write_text(json.dumps(about), encoding="utf-8")


if __name__ == "__main__":  # pragma: no cover - in a process of its own
    try:
        write_members(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    except Exception:  # noqa: BLE001 - the parent tells that it failed, never what stood in it
        sys.exit(3)
