"""Documents of Word 6 to 2003 (DOC) at intake: LibreOffice, where it is installed, saves them as DOCX.

No library with a licence that can be used here reads DOC whole; LibreOffice (MPL 2.0) does, as a program of its own.
It runs without a window, in an empty profile that allows no macros, no links and no proxy but one that nothing answers
at, with limits of time and memory. What it writes is read like any other DOCX; what it passes over is in no copy. Where
it is missing or fails, the document format holds the file with its reason.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline.archives.own_process import limited
from pipeline.archives.unpacking import Folder
from pipeline.errors import UnreadableSource
from pipeline.formats import HEAD_SIZE, format_of
from pipeline.formats.document_older import WORD_95, WORD_97, older_word
from pipeline.formats.workbook_container import OLE
from pipeline.inputs import InputFile

SECONDS: Final = 120
MEMORY: Final = 8 * 1024**3
MOST_BYTES: Final = 128 * 1024 * 1024
NOTE: Final = "it was read by way of LibreOffice, which saved it as DOCX"
_STREAM: Final = "WordDocument".encode("utf-16-le") + b"\0\0"
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
_NOWHERE: Final = "http://127.0.0.1:9"
_SCRIPTING: Final = "/org.openoffice.Office.Common/Security/Scripting"
_SETTINGS: Final = (
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
)
"""Nothing runs, and nothing is fetched for a link."""


def _profile() -> str:
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    return f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>'


def program() -> str | None:
    """Return the path of LibreOffice, None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def saved_anew(file: InputFile, folder: Folder) -> Iterator[InputFile]:
    """Yield a file, or in place of a DOC what LibreOffice makes of it, under its name."""
    is_doc = _is_doc(file)
    office = program() if is_doc else None
    made = _made(office, file, folder) if office is not None else None
    if made is None:
        yield file
        return
    os.utime(made, ns=(file.modified, file.modified))
    about = made.stat()
    yield replace(
        file, path=made, size=about.st_size, modified=about.st_mtime_ns, keeper=folder, notes=(*file.notes, NOTE)
    )


def _is_doc(file: InputFile) -> bool:
    """Return whether a file is a compound file that the document format claims, with a document of Word in it."""
    try:
        if file.size > MOST_BYTES or file.read(0, len(OLE)) != OLE:
            return False
        data = file.read()
        if _STREAM not in data:  # a message of Outlook, most often: to ask all formats takes far longer
            return False
        form = format_of(data[:HEAD_SIZE], file.inner_name)
    except UnreadableSource:
        return False
    return form is not None and form.name == "document"


def _made(office: str, file: InputFile, folder: Folder) -> Path | None:
    """Return the path of a DOCX that LibreOffice wrote into a folder; None where it did not."""
    with tempfile.TemporaryDirectory(dir=folder.place().parent) as work:
        here = Path(work)
        (here / "profile" / "user").mkdir(parents=True)
        (here / "profile" / "user" / "registrymodifications.xcu").write_text(_profile(), encoding="utf-8")
        (here / "in.doc").write_bytes(file.read())
        # The filter is named, or what is called a DOC and is something else would be read as that.
        profile, version = (here / "profile").as_uri(), older_word(file.read()).version
        named = "MS Word 97" if version >= WORD_97 else "MS Word 95" if version >= WORD_95 else "MS WinWord 6.0"
        command = [
            office, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck", "--nodefault",
            "--nofirststartwizard", f"--infilter={named}", "--convert-to",
            "docx:Office Open XML Text", "--outdir", str(here / "out"), str(here / "in.doc"),
        ]  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL"}}
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), _NOWHERE)
        own = {**kept, **proxies, "HOME": work, "TMPDIR": work}
        if not _is_done(command, own):
            return None
        written = here / "out" / "in.docx"
        if not written.is_file() or not 0 < written.stat().st_size <= folder.left:
            return None
        folder.left -= written.stat().st_size
        return _undated(written, folder.place())


def _undated(written: Path, to: Path) -> Path | None:
    """Write an archive anew without its times, so that a DOC gives the same bytes each time; None where it is none.

    A case knows a file by its bytes: what is decided of it would else not hold for the next run.
    """
    try:
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as copy:
            for each in source.infolist():
                copy.writestr(zipfile.ZipInfo(each.filename, _FIRST_DAY), source.read(each), zipfile.ZIP_DEFLATED)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError):
        return None
    return to


def _is_done(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Run a program with all that it starts in a group of its own, which ends with it or when its time is up."""
    try:
        with subprocess.Popen(  # noqa: S603 - the office's own program
            command, env=environment, cwd=environment["HOME"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=_limited,  # noqa: PLW1509 - intake has no threads
        ) as running:  # fmt: skip
            try:
                return running.wait(SECONDS) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
    except (subprocess.SubprocessError, OSError):  # also limits that may not be set, as where lower ones are
        return False


def _limited() -> None:
    limited(MEMORY)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
