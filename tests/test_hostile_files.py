"""Files as other programs and hostile senders make them: none of their values is in a release."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Road
from damagedhelp import texts_in
from hostilefiles import document, pdf, workbook

from pipeline.state import State

KEPT = ("536", "90", "4399", "120", "-45", "-1300")
"""Numbers of two tables, side by side, which are no identifiers."""


class Values:
    """Gives every place a Social Security number of its own."""

    def __init__(self, area: int) -> None:
        self.area = area
        self.of: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        number = len(self.of)
        return self.of.setdefault(place, f"{self.area + number // 80}-{11 + number % 80}-{3007 + 13 * number}")

    def survivors(self, folder: Path) -> list[str]:
        """Return the places whose value stands anywhere in a folder, streams unpacked, however its digits are parted."""
        said = [path.name for path in folder.rglob("*")]
        for path in folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                said += texts_in(data)
                for start in re.finditer(rb"stream\r?\n", data):
                    try:
                        said += texts_in(zlib.decompressobj().decompress(data[start.end() :]))
                    except zlib.error:
                        continue
        text = "\n".join(said)
        forms = {place: r"[^\w]{0,4}".join(value.replace("-", "")) for place, value in self.of.items()}
        return [place for place, form in forms.items() if re.search(form, text)]


@pytest.mark.parametrize(
    ("name", "build", "area"), [("a.xlsx", workbook, 312), ("a.docx", document, 318), ("a.pdf", pdf, 324)]
)
def test_no_value_of_a_hostile_file_is_in_its_release(
    name: str, build: Callable[[Values], bytes], area: int, by_patterns: State, tmp_path: Path
) -> None:
    """Whatever is examined is withheld, whatever is not stays behind; the file is released."""
    at = Values(area)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(build(at))
    assert len(at.of) > 30
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    assert [each.status for each in done.summary.files] == ["released"]
    assert at.survivors(tmp_path / "out") == []
    if name == "a.docx":
        text = "\n".join(each for path in (tmp_path / "out/records").iterdir() for each in texts_in(path.read_bytes()))
        assert [each for each in KEPT if each not in text] == []
