"""A case on its way: while it is made a mark lies in its folder, which becomes the description when all is there.

So a folder with a description (``case.json``) is a whole case, and one with a mark holds what a failed or killed run
had begun: nothing was recorded in it, and the next run that makes a case there removes exactly that.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from pipeline.case.database import FILE
from pipeline.case.keeping import Keeping
from pipeline.errors import OutputError

ABOUT: Final = "case.json"
_MARK: Final = ".case-being-made."
_OURS: Final = (FILE, f"{FILE}-journal", f"{FILE}-wal", f"{FILE}-shm")


class Making:
    """A case that is being made in a folder."""

    def __init__(self, folder: Path, case_id: str) -> None:
        self._folder, self._id = folder, case_id
        self._mark = folder / f"{_MARK}{os.getpid()}"

    def begin(self, about: bytes) -> None:
        """Lay the mark, which says of the case what its description will say."""
        descriptor = os.open(self._mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(about)
            stream.flush()
            os.fsync(stream.fileno())

    def finish(self) -> None:
        """Make the mark the description: from now on this is a case."""
        self._mark.replace(self._folder / ABOUT)

    def undo(self, *, with_folder: bool) -> None:
        """Remove what was made, the key too, and the folder where this run made it."""
        _forget(self._id)
        _remove(self._folder, self._mark)
        if with_folder and not any(self._folder.iterdir()):
            self._folder.rmdir()


def clear(folder: Path) -> None:
    """Remove what a run that failed or was killed left of a case it was making (nothing where there is no mark).

    Raises:
        OutputError: another run is making a case here.
    """
    if (folder / ABOUT).exists():
        return
    for mark in sorted(folder.glob(f"{_MARK}*")):
        number = mark.name.removeprefix(_MARK)
        if number.isdigit() and int(number) != os.getpid() and psutil.pid_exists(int(number)):
            raise OutputError(str(folder), "another run is making this case", "wait for it, or name another folder")
        with suppress(ValueError, KeyError, TypeError):  # killed before anything stood in it: there was no key yet
            _forget(str(json.loads(mark.read_bytes())["case"]))
        _remove(folder, mark)


def _forget(case_id: str) -> None:
    if case_id.isalnum():  # the folder of a case in the state folder, never anything else
        keeping = Keeping(case_id)
        keeping.destroy()
        shutil.rmtree(keeping.folder, ignore_errors=True)


def _remove(folder: Path, mark: Path) -> None:
    for name in _OURS:
        (folder / name).unlink(missing_ok=True)
    mark.unlink(missing_ok=True)
