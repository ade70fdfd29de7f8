"""Compressed input: what is unpacked, what is refused, what is packed again, and what is left behind."""

from __future__ import annotations

import gc
import gzip
import io
import json
import os
import pickle
import random
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest
from conftest import message

from pipeline.archives import own_process, unpacking
from pipeline.errors import UnreadableSource
from pipeline.evidence.manifest import integrity
from pipeline.intake import collect

TABLE = b"case,work,fee,approved,name,email\r\n" + b"".join(
    b"BP-2025-%04d,fence,%d.50,yes,Bruno Testperson,bruno.made.up%d@example.org\r\n" % (at, at + 40, at)
    for at in range(9)
)


@pytest.fixture(autouse=True)
def own_temporary(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def archive(path: Path, members: dict[str, bytes], **more) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            about = zipfile.ZipInfo(name)
            about.filename = name  # as it is: ZipInfo would tidy it
            about.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(about, data)
        made.comment = more.get("comment", b"")
    return path


def refusals(files) -> dict[str, str]:
    return {each.name: each.refused for each in files}


def test_gzip_and_zip_are_unpacked_by_their_content(tmp_path, own_temporary):
    """What a file is, its first bytes tell; its unpacked bytes are read in any order, by any process."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.csv.gz").write_bytes(gzip.compress(TABLE[:40]) + gzip.compress(TABLE[40:]))
    (source / "not-called-so").write_bytes(gzip.compress(b'{"a": 1}\n{"a": 2}\n'))
    archive(source / "b.zip", {"in/c.csv": TABLE, "d.jsonl.gz": gzip.compress(b'{"a": 1}\n')})
    (source / "plain.gz").write_bytes(b"a text that is only called so")
    files = collect([source])
    assert [each.name for each in files] == [
        "a.csv.gz",
        "b.zip/d.jsonl.gz",
        "b.zip/in/c.csv",
        "not-called-so",
        "plain.gz",
    ]
    assert [each.wrapping for each in files] == ["gzip", "gzip", "", "gzip", ""]
    assert files[0].inner_name == "a.csv"
    assert pickle.loads(pickle.dumps(files[0])).read(5, 20) == TABLE[5:20]
    (folder,) = own_temporary.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    again = collect([source])
    assert [(each.size, each.modified) for each in again] == [(each.size, each.modified) for each in files]
    del files, again, folder
    gc.collect()
    assert list(own_temporary.iterdir()) == []


def test_what_a_killed_run_left_is_removed(tmp_path, own_temporary):
    """The folder of a process that is gone goes with the next run; that of a running one stays."""
    (own_temporary / "releasable-unpacked-999999999-x").mkdir()
    (own_temporary / "releasable-unpacked-1-x").mkdir()
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x"))
    files = collect([tmp_path / "a.gz"])
    assert not (own_temporary / "releasable-unpacked-999999999-x").exists()
    assert (own_temporary / "releasable-unpacked-1-x").exists()
    assert files


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../escape.csv", "leads outside"),
        ("/etc/escape.csv", "leads outside"),
        ("a/../../escape.csv", "leads outside"),
        ("C:\\escape.csv", "leads outside"),
        ("a//b.csv", "none that a file can have"),
        ("bell\x07.csv", "none that a file can have"),
        ("GOOD.csv", "two files of this name"),
        ("good.csv/inside.csv", "two files of this name"),
        ("folder", "two files of this name"),
    ],
)
def test_a_member_with_an_unsafe_name_holds_only_itself(tmp_path, name, why):
    """It stands under a number, is not unpacked, and its siblings are."""
    path = archive(tmp_path / "x.zip", {"good.csv": TABLE, "folder/in.csv": TABLE, name: TABLE})
    found = refusals(collect([path]))
    assert found["x.zip/good.csv"] == found["x.zip/folder/in.csv"] == ""
    assert why in found["x.zip/member-0003"]


def test_archives_that_are_broken_encrypted_or_too_much_are_refused(tmp_path, monkeypatch):
    """Each is there as a file that cannot be read, with its reason."""
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 3)
    good = archive(tmp_path / "good.zip", {"a.csv": TABLE, "b.csv": TABLE}).read_bytes()
    encrypted = bytearray(good)
    for at in (encrypted.index(b"PK\x03\x04") + 6, encrypted.index(b"PK\x01\x02") + 8):
        encrypted[at] |= 1
    cases = {
        "cut.zip": (good[:-30], "cannot be opened"),
        "many.zip": (archive(tmp_path / "m", {str(n): b"x" for n in range(4)}).read_bytes(), "more than 3 files"),
        "none.zip": (archive(tmp_path / "n", {}).read_bytes(), "without files"),
        "cut.csv.gz": (gzip.compress(TABLE)[:-12], "cut short or damaged"),
        "twice.csv.gz": (gzip.compress(gzip.compress(TABLE)), "time and again"),
        "trailing.csv.gz": (gzip.compress(TABLE) + b"canary", "cut short or damaged"),
    }
    for name, (data, why) in cases.items():
        (tmp_path / name).write_bytes(data)
        (file,) = collect([tmp_path / name])
        assert why in file.refused, name
        with pytest.raises(UnreadableSource):
            file.read()
    (tmp_path / "locked.zip").write_bytes(encrypted)
    assert refusals(collect([tmp_path / "locked.zip"])) == {
        "locked.zip/a.csv": "it is encrypted",
        "locked.zip/b.csv": "",
    }


def test_bombs_are_refused_before_they_grow(tmp_path, own_temporary, monkeypatch):
    """By ratio, by total size, by depth; what was unpacked of them is gone."""
    (tmp_path / "ratio.gz").write_bytes(gzip.compress(b"\0" * (40 << 20)))
    archive(tmp_path / "ratio.zip", {"bomb": b"\0" * (40 << 20), "a.csv": TABLE})
    inner = TABLE
    for _ in range(5):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as made:
            made.writestr("inner.zip", inner)
        inner = stream.getvalue()
    (tmp_path / "deep.zip").write_bytes(inner)
    found = refusals(collect([tmp_path / "ratio.gz", tmp_path / "ratio.zip", tmp_path / "deep.zip"]))
    assert "far more than its size" in found["ratio.gz"]
    assert "far more than its size" in found["ratio.zip/bomb"]
    assert found["ratio.zip/a.csv"] == ""
    assert [why for name, why in found.items() if name.startswith("deep")] == [
        "it is an archive more than 3 levels deep"
    ]
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1000)
    (tmp_path / "big.gz").write_bytes(gzip.compress(bytes(random.Random(1).randbytes(2000))))
    assert "far more than its size" in refusals(collect([tmp_path / "big.gz"]))["big.gz"]


def test_documents_that_are_archives_stay_what_they_are(tmp_path):
    """A word processor's file is no archive of records; no format reads it, and it is held as before."""
    path = archive(tmp_path / "letter.docx", {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    assert refusals(collect([path])) == {"letter.docx": ""}


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_flipped_bits_and_truncations_are_unpacked_or_refused(tmp_path, kind):
    """Of 200 damaged files none raises; each yields files that are read or say why not."""
    if kind == "gzip":
        data = gzip.compress(TABLE * 20)
    else:
        data = archive(tmp_path / "good", {"a.csv": TABLE * 9, "b/c.jsonl": b'{"a": 1}\n' * 50}).read_bytes()
    dice, path = random.Random(3), tmp_path / "damaged"
    for number in range(200):
        damaged = bytearray(data)
        if number % 2:
            del damaged[dice.randrange(1, len(damaged)) :]
        else:
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        files = collect([path])
        assert files
        for each in files:
            try:
                each.read()
            except UnreadableSource as error:
                assert error.what == each.refused  # noqa: PT017 - either is an answer


@pytest.mark.models
def test_a_release_packs_again_and_holds_only_what_is_held(road, tmp_path):
    """gzip in, gzip out; zip in, zip out, without what is held; no time, name, comment or value of the original."""
    source = tmp_path / "in"
    source.mkdir()
    with (
        (source / "people.csv.gz").open("wb") as raw,
        gzip.GzipFile("canary-name.csv", "wb", fileobj=raw, mtime=99) as stream,
    ):
        stream.write(TABLE)
    members = {
        "tables/people.csv": TABLE,
        "mail/one.eml": message("My number is 406-555-0143.").encode(),
        "rows.jsonl": b"".join(json.dumps({"n": n, "email": f"w{n}@example.com"}).encode() + b"\n" for n in range(8)),
        "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9,
        "../out.csv": TABLE,
    }
    archive(source / "all.zip", members, comment=b"canary@example.com")
    done = road.release(source, tmp_path / "out")
    out = tmp_path / "out"
    assert done.unscanned
    assert integrity(out) == []
    assert sorted(each.relative_to(out / "records").as_posix() for each in (out / "records").rglob("*")) == [
        "all.zip",
        "people.csv.gz",
    ]
    packed = (out / "records/people.csv.gz").read_bytes()
    assert packed[3] == 0  # no name, no comment
    assert packed[4:8] == bytes(4)  # no time
    assert gzip.decompress(packed).startswith(b"case,work,fee,")
    with zipfile.ZipFile(out / "records/all.zip") as made:
        assert made.namelist() == ["mail/one.eml", "rows.jsonl", "tables/people.csv"]
        assert made.comment == b""
        assert {each.date_time for each in made.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        everything = b"".join(made.read(each) for each in made.namelist()) + gzip.decompress(packed)
    for planted in (b"@example.com", b"@example.org", b"406-555", b"Testperson", b"canary"):
        assert planted not in everything
    told = json.loads((out / "release.json").read_text())
    status = {each["name"]: (each["status"], *each["reasons"]) for each in told["records"]}
    assert status["all.zip/tables/people.csv"][0] == "released"
    assert status["all.zip/member-0005"] == ("not_scanned", "its name in the archive leads outside")
    assert status["all.zip/picture.png"][0] == "not_scanned"
    again = road.scan(out / "records")
    assert not [each for each in again.decisions if each.withholds]


def test_limits_that_may_not_be_set_hold_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the office allows a program less than our own limit, no module runs, and the run goes on."""

    def refused() -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(own_process, "limited", refused)
    assert not own_process.is_done("pipeline.archives.sevenzip_archive", [], 5)


@pytest.mark.parametrize("path", [None, "", "/nowhere" + os.pathsep])
def test_a_process_of_its_own_takes_no_module_from_the_folder_it_stands_in(path, monkeypatch, tmp_path: Path):
    """Whoever works in a folder of records runs nothing that lies there, whatever it is called."""
    for name in ("struct.py", "olefile.py", "json.py"):
        (tmp_path / name).write_text("open('was-run', 'w').close()", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    if path is None:
        monkeypatch.delenv("PYTHONPATH", raising=False)
    else:
        monkeypatch.setenv("PYTHONPATH", path)
    own_process.said_by("pipeline.archives.older_workbook", ["9", str(own_process.MEMORY), "30"], b"no workbook", 30)
    assert not (tmp_path / "was-run").exists()
