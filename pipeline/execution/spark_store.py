"""What lies in a store that Spark reads (``s3a://``, ``hdfs://``): brought beside the release, and gone with the run.

Hadoop's listing, on the driver, says which files there are. Spark reads the small ones on all machines (its source
``binaryFile``), and each machine writes what it got into a folder that all of them see. That source holds a file in
memory several times over, can hold none of 2 GiB, and leaves out empty files and names that begin with a dot or an
underscore (seen with Spark 4.3): whatever did not come that way the driver copies, as a stream. A file counts when it
lies there in the length that the listing gave; otherwise nothing is taken.
"""

from __future__ import annotations

import os
import platform
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pyarrow as pa

from pipeline.archives.unpacking import remove_left
from pipeline.errors import ReleasableError, UnreadableSource, UsageError
from pipeline.intake import walk

SMALL: Final = 16 * 1024**2
"""Up to this many bytes a file is read by an executor."""
PREFIX: Final = "releasable-store-"
_FEW_AT_ONCE: Final = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "4",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(SMALL),
}
_ROWS: Final = pa.schema([("path", pa.string()), ("file", pa.string())])
_SCHEMA: Final = "path string, file string"
_PATTERNS: Final = frozenset("*?[]{}\\")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file of a store: what Hadoop calls it, its name inside the input, its bytes, its last change (nanoseconds)."""

    path: str
    name: str
    size: int
    modified: int


@contextmanager
def staged(session: Any, addresses: Sequence[str]) -> Iterator[list[Path]]:
    """Give the place on this machine of what lies at each address; names and times are those of the store.

    The folder is made where ``tempfile`` makes folders; all machines of the cluster have to see it.

    Raises:
        UsageError: an address is wrong, nothing lies there, or a machine does not see the folder.
        UnreadableSource: a file did not arrive whole.
    """
    mine = f"{PREFIX}{platform.node()}-"  # the folder is shared, and process numbers are a machine's own
    remove_left(mine)
    prefix = f"{mine}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as made, _few_at_once(session):
        folder = Path(made).absolute()
        yield [_staged(session, each, folder / f"{number:03d}") for number, each in enumerate(addresses)]


@contextmanager
def _few_at_once(session: Any) -> Iterator[None]:
    """Hand contents to Python a few at a time; the settings of the session are put back."""
    before = {name: session.conf.get(name, None) for name in _FEW_AT_ONCE}
    for name, value in _FEW_AT_ONCE.items():
        session.conf.set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            session.conf.unset(name) if value is None else session.conf.set(name, value)


def _staged(session: Any, address: str, folder: Path) -> Path:
    _see_that_it_is_one_place(address)
    try:
        with _in_plain_words(address):
            store = _Store(session, address)
            files = store.listed()
            _see_that_all_are_listed(address, store.path, files)
            arrivals = folder / "arrived"
            arrivals.mkdir(mode=0o700, parents=True)
            arrived = _read_by_executors(session, address, arrivals, files)
            root = folder / "input" / store.name
            if not files:
                root.mkdir(mode=0o700, parents=True)
            for file in files:
                place = root / file.name
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if file.path in arrived:
                    with suppress(FileNotFoundError):  # then it is missed below
                        (arrivals / arrived[file.path]).rename(place)
                else:
                    store.copy(file, place)
                _see_that_it_is_whole(address, file, place)
    except OSError as error:
        what = f"a file of it cannot be put beside the release ({error.strerror})"
        raise UnreadableSource(
            address, what, "make room there, or copy it to storage that all machines mount"
        ) from None
    return root


# --- what is seen before and after ---------------------------------------------------------


def _see_that_it_is_one_place(address: str) -> None:
    authority = address.partition("://")[2].partition("/")[0]
    if ":" in authority.rpartition("@")[0]:
        remedy = "give keys in Spark's settings (spark.hadoop.*)"
        raise UsageError(address.partition("://")[0] + "://...", "the address holds a password", remedy)
    if _PATTERNS & set(address):
        raise UsageError(address, "patterns are not read here, and * ? [ ] { } \\ make one", "give the folder above")


def _see_that_all_are_listed(address: str, root: str, files: Sequence[_Listed]) -> None:
    """See that no name leads out of the folder and, for ``file://``, that the listing is that of this machine.

    Java leaves out names that it cannot decode, and follows links, which may lead out of the input.
    """
    if any(".." in PurePosixPath(each.name).parts or PurePosixPath(each.name).is_absolute() for each in files):
        raise UsageError(address, "a name in it is no name of a file", "copy it to a folder, under other names")
    if address.startswith("file:"):
        here = {each for each in walk(Path(root)) if each.is_file() and not each.is_symlink()}
        if here != {Path(root, each.name) for each in files}:
            what = "Java does not see its files as they are: a link, or a name in another encoding, is among them"
            raise UsageError(address, what, "give the path without file://")


def _see_that_it_is_whole(address: str, file: _Listed, place: Path) -> None:
    try:
        place.chmod(0o600)
        os.utime(place, ns=(file.modified, file.modified))
        is_whole = place.stat().st_size == file.size
    except FileNotFoundError:
        is_whole = False
    if not is_whole:
        where = f"{address.rstrip('/')}/{file.name}".rstrip("/")
        raise UnreadableSource(where, "it did not arrive whole", "see that nobody writes there, and run again")


@contextmanager
def _in_plain_words(address: str) -> Iterator[None]:
    """Say what Java's exceptions are about; their own words are pages."""
    try:
        yield
    except (ReleasableError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - of Py4J or PySpark, and only with the extra
        java = getattr(error, "java_exception", None)
        name = java.getClass().getSimpleName() if java is not None else type(error).__name__
        if name == "FileNotFoundException":
            raise UsageError(address, "there is no such file or folder", "check the address") from None
        remedy = "see that Spark has the library of this store and the rights to read it (docs/scale.md)"
        raise UnreadableSource(address, f"Spark cannot read it ({name})", remedy) from None


# --- the driver ----------------------------------------------------------------------------


class _Store:
    """What lies at an address, by Hadoop's file system of its scheme, with the settings of the session."""

    def __init__(self, session: Any, address: str) -> None:
        self._path_of = session._jvm.org.apache.hadoop.fs.Path  # noqa: SLF001 - PySpark has no other way to Hadoop
        settings = session._jsparkSession.sessionState().newHadoopConf()  # noqa: SLF001 - the same
        given = self._path_of(address)
        files = given.getFileSystem(settings)
        if address.startswith("file:"):  # as they lie on the disk, files of checksums too
            files = files.getRawFileSystem()
        self._files = files
        self._root = files.getFileStatus(given).getPath()
        self.path = str(self._root.toUri().getPath())
        """The path without scheme and host."""
        self.name = str(self._root.getName()) or str(self._root.toUri().getAuthority() or "files")

    def listed(self) -> list[_Listed]:
        """Return every file at the address or below it."""
        found, root = [], str(self._root.toString())
        each = self._files.listFiles(self._root, True)  # noqa: FBT003 - Java has no names for them
        while each.hasNext():
            status = each.next()
            path = str(status.getPath().toString())
            if not path.startswith(root):
                raise UsageError(root, "its files lie elsewhere", "give the address where they lie")
            name = path.removeprefix(root).removeprefix("/")
            found.append(_Listed(path, name, int(status.getLen()), int(status.getModificationTime()) * 1_000_000))
        return found

    def copy(self, file: _Listed, place: Path) -> None:
        """Copy a file of any size as a stream, without a file of checksums beside it."""
        source, target = self._path_of(file.path), self._path_of(f"file://{place}")
        self._files.copyToLocalFile(False, source, target, True)  # noqa: FBT003 - keep the source; no checksums


def _read_by_executors(session: Any, address: str, arrivals: Path, files: Sequence[_Listed]) -> dict[str, str]:
    """Return which file of ``arrivals`` holds what executors read, by its path in the store."""
    if not any(0 < each.size <= SMALL for each in files):
        return {}

    def write(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return write_contents(arrivals, batches)

    source = session.read.format("binaryFile").option("recursiveFileLookup", "true").load(address)
    small = source.where(f"length <= {SMALL}").select("path", "content")  # of others not a byte is read
    arrived = {str(row["path"]): str(row["file"]) for row in small.mapInArrow(write, _SCHEMA).collect()}
    if "" in arrived.values():
        what, remedy = "a machine of the cluster does not see it", "put --out on storage that all machines mount"
        raise UsageError(str(arrivals.parent.parent.parent), what, remedy)
    return arrived


# --- a machine of the cluster --------------------------------------------------------------


def write_contents(folder: Path, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Write each content to an owner-only file of a name of its own; yield path and name ("": no such folder)."""
    for batch in batches:
        rows = []
        for path, content in zip(batch.column("path").to_pylist(), batch.column("content"), strict=True):
            name = uuid.uuid4().hex if folder.is_dir() else ""
            if name:
                with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                    stream.write(content.as_buffer())
                    stream.flush()
                    os.fsync(stream.fileno())
            rows.append({"path": path, "file": name})
        yield pa.RecordBatch.from_pylist(rows, schema=_ROWS)
