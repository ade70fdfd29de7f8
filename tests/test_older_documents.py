"""Documents of Word 6 to 2003: read by way of LibreOffice where it is installed, else held."""

from __future__ import annotations

import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from conftest import Road, everything_in
from documenthelp import hiding
from hiding import readings

from pipeline import older_documents
from pipeline.errors import UnreadableSource
from pipeline.formats.document_older import WORD_97, OlderWord, older_word
from pipeline.formats.workbook_container import OLE
from pipeline.intake import collect

SSN = "536-90-4399"


RTF = (
    r"{\rtf1\ansi{\*\revtbl{Unknown;}{Quimby;}}Dear clerk,\par my number is "
    + SSN
    + r".\par The meter was wrong by 400 gallons."
    r"\par {\v Hidden " + SSN + r"}\par {\deleted\revauthdel1 Deleted " + SSN + r"}\par}"
)


@pytest.fixture(scope="module")
def letter(tmp_path_factory) -> bytes:
    """A letter as LibreOffice writes it for Word 97: a number in plain sight, hidden, and deleted with its change kept."""
    folder, office = tmp_path_factory.mktemp("office"), older_documents.program()
    assert office is not None  # the marker sees to it
    (folder / "made.rtf").write_text(RTF)
    subprocess.run(
        [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
         "doc:MS Word 97", "--outdir", str(folder), str(folder / "made.rtf")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return (folder / "made.doc").read_bytes()


@pytest.mark.libreoffice
def test_a_doc_is_saved_anew_and_says_so(letter: bytes, tmp_path: Path) -> None:
    """It keeps its name and its time; what is read is a DOCX, and the report has a note."""
    (tmp_path / "a.doc").write_bytes(letter)
    (file,) = collect([tmp_path / "a.doc"])
    assert (file.name, file.refused, file.notes) == ("a.doc", "", (older_documents.NOTE,))
    assert file.modified == (tmp_path / "a.doc").stat().st_mtime_ns
    assert file.read(0, 4) == b"PK\x03\x04"
    assert (tmp_path / "a.doc").read_bytes() == letter
    time.sleep(2)  # a ZIP tells times by two seconds
    (again,) = collect([tmp_path / "a.doc"])
    assert again.read() == file.read()  # a case knows a file by its bytes


@pytest.mark.libreoffice
@pytest.mark.models
def test_a_release_of_a_doc_is_whole_and_clean(letter: bytes, road: Road, tmp_path: Path) -> None:
    """Its number is in no file of the release; what stays is in the copy."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.doc").write_bytes(letter)
    done = road.release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"]
    with zipfile.ZipFile(tmp_path / "out/records/a.docx") as copy:
        text = copy.read("word/document.xml").decode()
    assert "wrong by 400 gallons" in text
    assert text.count("REDACTED SSN") >= 3
    assert SSN.encode() not in everything_in(tmp_path / "out")
    assert "LibreOffice" in (tmp_path / "out/report.html").read_text(encoding="utf-8")


def test_without_libreoffice_a_doc_is_left_to_its_format(tmp_path: Path, monkeypatch) -> None:
    """Which holds it, with what to do."""
    monkeypatch.setattr(older_documents, "program", lambda: None)
    data = OLE + bytes(600) + older_documents._STREAM + bytes(600)
    (tmp_path / "a.doc").write_bytes(data)
    (file,) = collect([tmp_path / "a.doc"])
    assert (file.read(), file.notes) == (data, ())
    with pytest.raises(UnreadableSource, match="Word"):
        readings(data, "a.doc")


@pytest.mark.libreoffice
def test_what_libreoffice_cannot_read_stays_as_it_was(letter: bytes, tmp_path: Path, monkeypatch) -> None:
    """Damaged, or beyond its time: the file goes on unread to the format that holds it; nothing runs on."""
    (tmp_path / "a.doc").write_bytes(letter[:1500] + older_documents._STREAM)
    (file,) = collect([tmp_path / "a.doc"])
    assert file.notes == ()
    (tmp_path / "a.doc").write_bytes(letter)
    monkeypatch.setattr(older_documents, "SECONDS", 0.2)
    (file,) = collect([tmp_path / "a.doc"])
    assert file.notes == ()
    assert file.read() == letter


@pytest.mark.parametrize(
    ("version", "named"),
    [
        (0, "MS WinWord 6.0"),
        (0x65, "MS WinWord 6.0"),
        (0x68, "MS Word 95"),
        (0xC1, "MS Word 97"),
        (0x10C, "MS Word 97"),
    ],
)
def test_libreoffice_is_told_which_word_wrote_a_doc(tmp_path: Path, monkeypatch, version: int, named: str) -> None:
    """Its reader for Word 97 gives nothing for what Word 6 and 95 wrote."""
    commands: list[str] = []
    monkeypatch.setattr(older_documents, "program", lambda: "soffice")
    monkeypatch.setattr(older_documents, "older_word", lambda _: OlderWord(version, is_encrypted=False))
    monkeypatch.setattr(older_documents, "_is_done", lambda command, _: bool(commands.extend(command)))
    (tmp_path / "a.doc").write_bytes(OLE + bytes(600) + older_documents._STREAM + bytes(600))
    collect([tmp_path / "a.doc"])
    assert f"--infilter={named}" in commands


@pytest.mark.libreoffice
def test_an_encrypted_doc_is_held_as_such(letter: bytes, tmp_path: Path) -> None:
    """What it says of itself is believed: its reason is the password."""
    at = letter.index(b"\xec\xa5")
    version, is_encrypted = older_word(letter)
    assert (version >= WORD_97, is_encrypted) == (True, False)
    data = letter[: at + 11] + bytes([letter[at + 11] | 1]) + letter[at + 12 :]
    assert older_word(data) == (version, True)
    with pytest.raises(UnreadableSource, match="it is encrypted"):
        readings(data, "a.doc")
    assert older_word(letter[:700]) == (0, False)


def test_other_files_are_left_alone(tmp_path: Path, monkeypatch) -> None:
    """Nothing but a compound file with a document of Word in it is handed to a program."""
    monkeypatch.setattr(older_documents, "program", lambda: pytest.fail("asked for a program"))
    (tmp_path / "a.doc").write_bytes(b"just text, called so\n")
    (tmp_path / "b.xls").write_bytes(OLE + bytes(600))
    (tmp_path / "c.docx").write_bytes(hiding(lambda place: place))
    assert [each.notes for each in collect([tmp_path])] == [(), (), ()]
