"""Packing and unpacking lose nothing in silence."""

from __future__ import annotations

import bz2
import zipfile
from pathlib import Path

from pipeline.archives.packing import compress, pack_archives
from pipeline.intake import collect


def test_packing_loses_no_copy_whatever_it_is_called(tmp_path: Path) -> None:
    """Copies called as a file that is being packed could be called stay."""
    folder = tmp_path / "a.zip"
    folder.mkdir()
    names = ["t.txt.gz", "t.txt.gz.packed", ".packed-0", "u.txt"]
    for each in names:
        (folder / each).write_text(each, encoding="utf-8")
    (tmp_path / "a.zip.packed").write_text("another", encoding="utf-8")
    compress(folder / "t.txt.gz")
    pack_archives(tmp_path, ["a.zip"])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.zip", "a.zip.packed"]
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert sorted(archive.namelist()) == sorted(names)
        assert archive.read("t.txt.gz.packed") == b"t.txt.gz.packed"
        assert archive.read(".packed-0") == b".packed-0"


def test_a_damaged_bzip2_stream_behind_a_whole_one_holds_the_file(tmp_path: Path) -> None:
    """Streams one behind the other are one text; anything else behind a stream is damage, not an end."""
    first, second = bz2.compress(b"one\n" * 9), bz2.compress(b"two\n" * 9)
    (tmp_path / "a.txt.bz2").write_bytes(first + second)
    (tmp_path / "b.txt.bz2").write_bytes(first + second[:3] + b"?" + second[4:])
    (tmp_path / "c.txt.bz2").write_bytes(first + second[:-9])
    (tmp_path / "d.txt.bz2").write_bytes(first + b"more")
    files = {each.name: each for each in collect([tmp_path])}
    assert files["a.txt.bz2"].read() == b"one\n" * 9 + b"two\n" * 9
    assert [bool(each.refused) for each in files.values()] == [False, True, True, True]
