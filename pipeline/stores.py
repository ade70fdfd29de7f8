"""Outlook stores at intake: a PST becomes a mailbox for each of its folders, called as the folders are.

The store is read in a process of its own, with limits of time and memory, so that a damaged one ends that process only.
The names of folders become parts of the names of files, and are examined as these.
"""

from __future__ import annotations

import importlib.util
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pipeline.archives.own_process import is_done
from pipeline.archives.unpacking import Folder, unsafe
from pipeline.errors import UnreadableSource
from pipeline.formats.outlook_store import INDEX, MAGIC
from pipeline.inputs import InputFile

SECONDS: Final = 120
SECONDS_A_MEGABYTE: Final = 2
ADVICE: Final = "it is an Outlook store; it is read when the extra is there: pip install 'releasable[pst]'"


def taken_apart(file: InputFile, folder: Folder) -> Iterator[InputFile]:
    """Yield a file, or the mailboxes that an Outlook store holds; what cannot be read is yielded with the reason."""
    try:
        head = file.read(0, 8)
    except UnreadableSource:
        yield file
        return
    if not head.startswith(MAGIC):
        yield file
    elif importlib.util.find_spec("pypff") is None:
        yield replace(file, refused=ADVICE)
    else:
        yield from _mailboxes(file, folder)


def _mailboxes(file: InputFile, folder: Folder) -> Iterator[InputFile]:
    with tempfile.TemporaryDirectory(dir=folder.place().parent) as made:
        index = _index(file, Path(made))
        if index is None:
            yield replace(file, refused="it is an Outlook store that cannot be read; it may be damaged")
            return
        notes = _notes(index)
        taken: set[str] = set()
        for number, each in enumerate(index["folders"], start=1):
            name = "/".join(part.replace("/", "_").strip() for part in each["path"]) + ".mbox"
            if unsafe(name, taken):
                name = f"folder-{number:04d}.mbox"
            taken.add(name.casefold())
            path = folder.place()
            (Path(made) / each["file"]).rename(path)
            os.utime(path, ns=(file.modified, file.modified))
            size = path.stat().st_size
            own = replace(file, path=path, name=f"{file.name}/{name}", size=size, modified=path.stat().st_mtime_ns)
            yield replace(own, wrapping="", keeper=folder, notes=(*file.notes, *notes))
            notes = ()
        if index["broken"]:
            yield replace(
                file,
                name=f"{file.name}/unread",
                refused=f"{index['broken']} messages in it cannot be read",
                notes=notes,
            )
        elif not index["folders"]:
            yield replace(file, refused="it is an Outlook store without messages")


def _notes(index: Mapping[str, Any]) -> tuple[str, ...]:
    if not index["deleted"]:
        return ()
    return (f"{index['deleted']} deleted items that lie beside the folders of the store were left out",)


def _index(file: InputFile, out: Path) -> dict[str, Any] | None:
    """Take the store apart into ``out`` and return what is in it; None where that failed."""
    limit = SECONDS + SECONDS_A_MEGABYTE * file.size // 1_000_000
    if not is_done("pipeline.formats.outlook_store", [str(file.path.resolve()), str(out)], limit):
        return None
    index: dict[str, Any] = json.loads((out / INDEX).read_text(encoding="utf-8"))
    return index
