"""Tar archives, bzip2 and xz: unpacked within limits, packed again; names and contents that disagree are reported."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from pipeline.archives import unpacking
from pipeline.archives.packing import pack_archives
from pipeline.formats import FORMATS
from pipeline.formats.naming import disagreement
from pipeline.intake import collect
from recognizers.resources import packaged_configs

TABLE = b"name,phone\nWilma Testperson,406-555-0123\n"
Members = list[tuple[str, bytes] | tarfile.TarInfo]


def tar(members: Members, kind: int = tarfile.PAX_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=kind) as archive:
        for each in members:
            if isinstance(each, tarfile.TarInfo):
                archive.addfile(each)
                continue
            about = tarfile.TarInfo(each[0])
            about.size = len(each[1])
            archive.addfile(about, io.BytesIO(each[1]))
    return stream.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


def refusals(path: Path) -> dict[str, str]:
    return {each.name: each.refused for each in collect([path])}


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.tar", bytes),
        ("a.tar.gz", gzip.compress),
        ("a.tgz", gzip.compress),
        ("a.tar.bz2", bz2.compress),
        ("a.tar.xz", lzma.compress),
        ("not-called-so", lzma.compress),
    ],
)
@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_is_unpacked_however_it_is_compressed(tmp_path: Path, name: str, pack, kind: int) -> None:
    """Each member is a file of its own, told by content; a leading ``./`` is no part of its name."""
    (tmp_path / name).write_bytes(pack(tar([("./a.csv", TABLE), ("in/b.csv", TABLE)], kind)))
    files = collect([tmp_path / name])
    assert [each.name for each in files] == [f"{name}/a.csv", f"{name}/in/b.csv"]
    assert [each.read() for each in files] == [TABLE, TABLE]
    assert [each.archives for each in files] == [(name,), (name,)]


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (special("x", tarfile.SYMTYPE, "/etc/passwd"), "it is a link"),
        (special("x", tarfile.LNKTYPE, "good.csv"), "it is a link"),
        (special("x", tarfile.CHRTYPE), "no file"),
        (special("x", tarfile.BLKTYPE), "no file"),
        (special("x", tarfile.FIFOTYPE), "no file"),
        (("../x", TABLE), "leads outside"),
        (("/etc/x", TABLE), "leads outside"),
        (("a/../../x", TABLE), "leads outside"),
        (("C:\\x", TABLE), "leads outside"),
        (("bell\x07", TABLE), "none that a file can have"),
        (("good.csv", TABLE), "two files of this name"),
        (("GOOD.csv", TABLE), "two files of this name"),
    ],
)
def test_what_is_no_plain_file_of_its_own_name_is_refused(tmp_path: Path, member, why: str) -> None:
    """It holds only itself, under a number; its siblings are unpacked."""
    (tmp_path / "x.tar").write_bytes(tar([("good.csv", TABLE), member, ("last.csv", TABLE)]))
    found = refusals(tmp_path / "x.tar")
    assert found["x.tar/good.csv"] == found["x.tar/last.csv"] == ""
    assert why in found["x.tar/member-0002"]


def test_nothing_behind_a_damaged_head_is_passed_over(tmp_path: Path) -> None:
    """A head that is damaged reads as the end of an archive; what follows it holds the whole."""
    data = bytearray(tar([("a.csv", TABLE), ("b.csv", TABLE)]))
    data[1024 + 5] ^= 1
    (tmp_path / "x.tar").write_bytes(data)
    assert "damaged behind" in refusals(tmp_path / "x.tar")["x.tar"]


def test_a_member_without_a_name_holds_itself_and_ends_no_run(tmp_path: Path) -> None:
    """Nor does whatever else a reader raises over an archive: the file is held, and the others are read."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x", "nobody's text")
        archive.writestr("y.txt", "Wilma Testperson")
    packed = (tmp_path / "a.zip").read_bytes()
    directory = packed.index(b"PK\x01\x02")
    nameless = packed[: directory + 28] + b"\0\0" + packed[directory + 30 : directory + 46] + packed[directory + 47 :]
    end = nameless.index(b"PK\x05\x06")
    size = int.from_bytes(nameless[end + 12 : end + 16], "little") - 1
    (tmp_path / "a.zip").write_bytes(nameless[: end + 12] + size.to_bytes(4, "little") + nameless[end + 16 :])
    found = {each.name: each.refused for each in collect([tmp_path])}
    assert found == {"a.zip/member-0001": "its name in the archive is none that a file can have", "a.zip/y.txt": ""}


@pytest.mark.parametrize(("system", "name"), [(0, "a.zip/letters/b.txt"), (3, "a.zip/member-0001")])
def test_folders_in_the_names_of_windows_are_folders(tmp_path: Path, system: int, name: str) -> None:
    """Elsewhere a backslash is part of a name, which no file may have; nothing leads outside by way of one."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for member in ("letters\\b.txt", "..\\c.txt", "empty\\"):
            about = zipfile.ZipInfo(member)
            about.create_system = system
            archive.writestr(about, "a letter" if member.endswith("txt") else "")
    found = {each.name: each.refused for each in collect([tmp_path])}
    assert (found.get(name) == "") is (system == 0)
    assert found["a.zip/member-0002"] == "its name in the archive leads outside"
    assert len(found) == (2 if system == 0 else 3)


def test_whatever_a_reader_raises_holds_the_archive_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One archive that its reader trips over ends no run."""
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    (tmp_path / "b.txt").write_text("a letter")

    def tripping(*_: object) -> None:
        raise IndexError("Wilma Testperson")

    monkeypatch.setattr(unpacking.zipfile, "ZipFile", tripping)
    found = {each.name: each.refused for each in collect([tmp_path])}
    assert found == {"a.zip": "it is an archive that cannot be unpacked; it may be damaged", "b.txt": ""}


def test_limits_hold_for_tar_too(tmp_path: Path, monkeypatch) -> None:
    """Count, depth, ratio, total size and memory."""
    inner = tar([("a.csv", TABLE)])
    for number in range(4):
        inner = tar([(f"{number}.tar", inner)])
    cases = {
        "deep.tar": (inner, "levels deep"),
        "none.tar": (tar([special("folder", tarfile.DIRTYPE)]), "without files"),
        "ratio.bz2": (bz2.compress(bytes(40 << 20)), "far more than its size"),
        "ratio.xz": (lzma.compress(bytes(40 << 20)), "far more than its size"),
        "cut.xz": (lzma.compress(TABLE * 50)[:-8], "cut short or damaged"),
        "more.xz": (lzma.compress(TABLE) + b"canary", "cut short or damaged"),
    }
    for name, (data, why) in cases.items():
        (tmp_path / name).write_bytes(data)
        assert any(why in each for each in refusals(tmp_path / name).values()), name
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 2)
    (tmp_path / "many.tar").write_bytes(tar([(str(each), b"x") for each in range(3)]))
    assert "more than 2 files" in refusals(tmp_path / "many.tar")["many.tar"]
    monkeypatch.setattr(unpacking, "MOST_BYTES", 20)
    (tmp_path / "big.tar").write_bytes(tar([("a.csv", TABLE)]))
    assert "far more than its size" in refusals(tmp_path / "big.tar")["big.tar/a.csv"]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"Rar!\x1a\x07\x01\x00", "rar"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"MSCF", "cabinet"),
    ],
)
def test_other_archives_are_held_with_their_reason(tmp_path: Path, head: bytes, words: str) -> None:
    """They are there as files that cannot be read."""
    (tmp_path / "x").write_bytes(head + bytes(99))
    assert f"packed as {words}" in refusals(tmp_path / "x")["x"]


def sevenzip(members: list[tuple[str, bytes]], **options) -> bytes:
    import py7zr

    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w", **options) as archive:
        for name, data in members:
            archive.writestr(data, name)
    return stream.getvalue()


@pytest.mark.sevenzip
def test_a_7z_archive_is_unpacked(tmp_path: Path) -> None:
    """Each member is a file of its own, also in folders, empty, and in archives inside; names outside are refused."""
    inner = sevenzip([("deep.csv", TABLE)])
    members = [
        ("a.csv", TABLE),
        ("in/b.csv", TABLE * 9),
        ("none.txt", b""),
        ("c.7z", inner),
        ("d.tar", tar([("e.csv", TABLE)])),
    ]
    (tmp_path / "x.7z").write_bytes(sevenzip(members))
    files = {each.name: each for each in collect([tmp_path / "x.7z"])}
    assert {each.refused for each in files.values()} == {""}
    assert set(files) == {
        "x.7z/a.csv", "x.7z/in/b.csv", "x.7z/none.txt", "x.7z/c.7z/deep.csv", "x.7z/d.tar/e.csv",
    }  # fmt: skip
    assert files["x.7z/in/b.csv"].read() == TABLE * 9
    assert files["x.7z/c.7z/deep.csv"].read() == TABLE
    assert files["x.7z/c.7z/deep.csv"].archives == ("x.7z", "x.7z/c.7z")


@pytest.mark.sevenzip
def test_a_7z_archive_beside_a_file_with_the_name_of_its_copy_is_held(tmp_path: Path) -> None:
    """``x.7z`` becomes ``x.7z.zip``: where there is one already, all of the first is held, and nothing of the second."""
    for name in ("x", "y", "z"):
        (tmp_path / f"{name}.7z").write_bytes(sevenzip([("a.csv", TABLE), ("b.csv", TABLE)]))
    with zipfile.ZipFile(tmp_path / "X.7z.ZIP", "w") as archive:
        archive.writestr("c.csv", TABLE)
    (tmp_path / "y.7z.zip").mkdir()
    (tmp_path / "y.7z.zip" / "d.csv").write_bytes(TABLE)
    held = {name: why for name, why in refusals(tmp_path).items() if why}
    assert set(held) == {"x.7z/a.csv", "x.7z/b.csv", "y.7z/a.csv", "y.7z/b.csv"}
    assert "rename one" in held["x.7z/a.csv"]


def test_without_the_extra_a_7z_archive_is_held_with_advice(tmp_path: Path, monkeypatch) -> None:
    """The reason says what to install."""
    monkeypatch.setattr(unpacking.sevenzip_archive, "is_there", lambda: False)
    (tmp_path / "x.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(99))
    assert "releasable[sevenzip]" in refusals(tmp_path / "x.7z")["x.7z"]


@pytest.mark.sevenzip
def test_limits_hold_for_7z_too(tmp_path: Path, monkeypatch) -> None:
    """Encrypted (also its names), a bomb, two files of one name, a name that leads outside, cut short: held."""
    cases = {
        "locked.7z": (sevenzip([("a.csv", TABLE)], password="secret"), "encrypted"),
        "names.7z": (sevenzip([("a.csv", TABLE)], password="secret", header_encryption=True), "encrypted"),
        "ratio.7z": (sevenzip([("a.txt", bytes(40 << 20))]), "far more than its size"),
        "twice.7z": (sevenzip([("a.csv", TABLE), ("A.csv", TABLE)]), "two files of one name"),
        "none.7z": (sevenzip([]), "without files"),
        "cut.7z": (sevenzip([("a.csv", TABLE)])[:-9], "may be damaged"),
    }
    for name, (data, why) in cases.items():
        (tmp_path / name).write_bytes(data)
        assert any(why in each for each in refusals(tmp_path / name).values()), name
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 2)
    (tmp_path / "many.7z").write_bytes(sevenzip([(f"{each}.txt", b"x") for each in range(3)]))
    assert "more than 2 files" in refusals(tmp_path / "many.7z")["many.7z"]


@pytest.mark.sevenzip
def test_damaged_7z_archives_are_unpacked_or_refused(tmp_path: Path) -> None:
    """Of damaged archives none raises or hangs; each yields files that are read or say why not."""
    data = sevenzip([("a.csv", TABLE * 9), ("b/c.csv", TABLE * 50)])
    for number in range(int(os.environ.get("RELEASABLE_VARIANTS", "8"))):
        dice = random.Random(number)
        damaged = bytearray(data[: dice.randrange(40, len(data))] if number % 3 == 0 else data)
        for _ in range(dice.randint(1, 4)):
            damaged[dice.randrange(6, len(damaged))] ^= 1 << dice.randrange(8)
        (tmp_path / "x.7z").write_bytes(damaged)
        found = collect([tmp_path / "x.7z"])
        assert found
        assert all(each.refused or each.read() in (TABLE * 9, TABLE * 50) for each in found)


@pytest.mark.models
@pytest.mark.sevenzip
def test_a_7z_archive_is_released_as_a_zip(road, tmp_path: Path) -> None:
    """Every member is examined; the copy is a zip and is called so, in the manifest too."""
    (tmp_path / "in").mkdir()
    letter = b"Please call 406-555-0123 about the water.\n"
    (tmp_path / "in" / "x.7z").write_bytes(sevenzip([("letters/a.txt", letter), ("406-555-0123.txt", letter)]))
    road.release(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out" / "records" / "x.7z").exists()
    with zipfile.ZipFile(tmp_path / "out" / "records" / "x.7z.zip") as archive:
        assert archive.namelist() == ["letters/a.txt"]
        assert b"555-0123" not in archive.read("letters/a.txt")
    assert '"records/x.7z.zip"' in (tmp_path / "out" / "release.json").read_text()
    assert not list((tmp_path / "out").rglob("*0123*"))


def test_archives_in_archives_are_packed_again_as_they_were(tmp_path: Path) -> None:
    """Tar stays tar, zip stays zip, compressed as their names say; no owner, time or comment travels."""
    folder = tmp_path / "out.tar.xz"
    (folder / "in.zip").mkdir(parents=True)
    (folder / "in.zip" / "a.csv").write_bytes(TABLE)
    (folder / "b.csv").write_bytes(TABLE)
    pack_archives(tmp_path, ["out.tar.xz", "out.tar.xz/in.zip"])
    with tarfile.open(tmp_path / "out.tar.xz", "r:xz") as archive:
        assert sorted(archive.getnames()) == ["b.csv", "in.zip"]
        about = archive.getmember("b.csv")
        assert (about.mtime, about.uid, about.uname) == (0, 0, "")
        inner = archive.extractfile("in.zip")
        assert inner is not None
        with zipfile.ZipFile(inner) as packed:
            assert packed.read("a.csv") == TABLE


@pytest.mark.models
def test_a_tar_of_records_is_released_as_a_tar(road, tmp_path: Path) -> None:
    """Every member is examined, the name of one that gives something away is not in the copy."""
    (tmp_path / "in").mkdir()
    letter = b"Please call 406-555-0123 about the water.\n"
    packed = gzip.compress(tar([("letters/a.txt", letter), ("406-555-0123.txt", letter)]))
    (tmp_path / "in" / "x.tar.gz").write_bytes(packed)
    road.release(tmp_path / "in", tmp_path / "out")
    with tarfile.open(tmp_path / "out" / "records" / "x.tar.gz", "r:gz") as archive:
        assert archive.getnames() == ["letters/a.txt"]
        stream = archive.extractfile("letters/a.txt")
        assert stream is not None
        assert b"555-0123" not in stream.read()
    assert not list((tmp_path / "out").rglob("*0123*"))


def test_damaged_tars_are_unpacked_or_refused(tmp_path: Path) -> None:
    """Of 120 damaged archives none raises; each yields files that are read or say why not."""
    data, dice = tar([("a.csv", TABLE * 9), ("b/c.csv", TABLE * 50)]), random.Random(5)
    for number in range(120):
        damaged = bytearray(data[: dice.randrange(len(data))] if number % 3 == 0 else data)
        for _ in range(dice.randint(1, 4)):
            if damaged:
                damaged[dice.randrange(min(len(damaged), 2048))] ^= 1 << dice.randrange(8)
        (tmp_path / "x.tar").write_bytes(damaged)
        assert collect([tmp_path / "x.tar"])


@pytest.mark.parametrize(
    ("head", "name", "kind", "words"),
    [
        (b"<html>", "a.csv", "html", "its name ends in .csv (a table), and its content is a web page"),
        (b"%PDF-1.7", "a.txt", "", "its name ends in .txt (plain text), and its content is a PDF document"),
        (b"%PDF-1.7", "a.pdf", "", ""),
        (b"a,b", "a.csv", "delimited", ""),
        (b"a,b", "406-555-0123", "delimited", ""),
        (b"a,b", "a.406-555-0123", "delimited", ""),
        (b"From: x", "a.md", "message", "its name ends in .md (Markdown), and its content is a message"),
    ],
)
def test_a_name_that_does_not_fit_the_content_is_told(head: bytes, name: str, kind: str, words: str) -> None:
    """In words that say nothing of the file itself; an unknown ending says nothing."""
    assert disagreement(head, name, kind) == words


def test_every_format_has_words_and_a_name_that_fits() -> None:
    """No file whose name says what it is gets a note, whichever format reads it."""
    known = yaml.safe_load((packaged_configs() / "file_names.yaml").read_text(encoding="utf-8"))
    formats = {each.name for each in FORMATS}
    assert formats <= set(known["formats"])
    assert formats <= {each for said in known["endings"].values() for each in said["formats"]}
    named = {each for said in known["endings"].values() for each in said["formats"]}
    assert named <= set(known["formats"])


@pytest.mark.models
def test_disagreement_is_in_report_manifest_and_console(road, tmp_path: Path, capsys) -> None:
    """A page called a table, and a PDF called a text: both are told, with their place and without a value."""
    from pipeline.cli.tables import print_release

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes(b"<html><body><p>Water rates are due.</p></body></html>")
    (tmp_path / "in" / "b.txt").write_bytes(b"%PDF-1.7\n1 0 obj")
    done = road.release(tmp_path / "in", tmp_path / "out")
    print_release(done.summary, "out")
    told = [(tmp_path / "out" / name).read_text() for name in ("report.html", "release.json")]
    for text in (*told, capsys.readouterr().out):
        assert "its name ends in .csv (a table), and its content is a web page" in text
        assert "its name ends in .txt (plain text), and its content is a PDF document" in text
