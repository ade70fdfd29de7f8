"""Intake: which files an input holds. Nothing is skipped in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.archives.packing import archive_name
from pipeline.archives.unpacking import Folder, unpacked
from pipeline.errors import UsageError
from pipeline.inputs import InputFile
from pipeline.older_documents import saved_anew
from pipeline.stores import taken_apart


def collect(paths: Sequence[Path]) -> list[InputFile]:
    """Return every file under ``paths`` with its name inside the input, sorted by name.

    One folder is mirrored from inside; of several inputs each stands under its own name.
    What is compressed or packed is unpacked (:mod:`pipeline.archives.unpacking`), documents of Word 97 are saved anew
    where LibreOffice is installed (:mod:`pipeline.older_documents`), stores of mail are taken apart
    (:mod:`pipeline.stores`). A link inside a folder counts as a file that cannot be examined (its target may lie
    outside the input).

    Raises:
        UsageError: a path does not exist, or two inputs have the same name.
    """
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise UsageError(str(path), "there is no such file or folder", "check the path")
    if len(paths) == 1 and paths[0].is_dir():
        found = [InputFile.at(each, each.relative_to(paths[0]).as_posix()) for each in walk(paths[0])]
    else:
        names = [path.resolve().name for path in paths]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(twice[0], "two inputs have this name", "rename one, or give their common folder")
        found = [
            InputFile.at(each, (Path(name) / each.relative_to(path)).as_posix() if path.is_dir() else name)
            for path, name in zip(paths, names, strict=True)
            for each in (walk(path) if path.is_dir() else [path.resolve() if path.exists() else path])
        ]
    folder = Folder()
    found = [
        each
        for file in found
        for packed in unpacked(file, folder)
        for new in saved_anew(packed, folder)
        for each in taken_apart(new, folder)
    ]
    return sorted(_each_with_a_name(found), key=lambda each: each.name)


def _each_with_a_name(files: Sequence[InputFile]) -> Iterator[InputFile]:
    """Yield files; refused are those from an archive whose copy would be called as another file or folder is."""
    renamed = {name: made for each in files for name in each.archives if (made := archive_name(name)) != name}
    paths = [PurePosixPath(each.name) for each in files] if renamed else []
    taken = {str(place).casefold() for path in paths for place in (path, *path.parents)}
    clashing = {name for name, made in renamed.items() if made.casefold() in taken}
    for each in files:
        if each.refused or clashing.isdisjoint(each.archives):
            yield each
        else:
            why = "its archive is packed again as a zip, and another file has the name of that: rename one of the two"
            yield replace(each, refused=why)


def walk(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder, at any depth: files, links, and folders that cannot be listed."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # it stands for what cannot be listed, and is held like a file that cannot be read
        yield folder
        return
    for each in entries:
        if each.is_dir() and not each.is_symlink():
            yield from walk(each)
        else:
            yield each


_TABLES: Final = frozenset({".csv", ".tsv", ".tab", ".psv", ".jsonl", ".ndjson", ".parquet"})


def are_tables(files: Sequence[InputFile]) -> bool:
    """Return whether files are tables all of them, as their names say."""
    return all(PurePosixPath(each.name.removesuffix(".gz")).suffix.lower() in _TABLES for each in files)
