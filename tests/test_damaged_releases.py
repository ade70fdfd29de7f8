"""Damaged files of every kind go through whole releases: what comes out says no planted value, the rest is held."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Road
from damagedhelp import BUILDERS, Planted, binary_workbook, damaged, surviving, texts_in, write_variants

from pipeline.state import State

VARIANTS = int(os.environ.get("RELEASABLE_VARIANTS", "6"))
"""How many of each kind; ``benchmarks/damaged.py`` tries more, by the command itself."""
IN_BENCHMARK = {
    *("doc", "xlsx", "docx", "pdf", "png", "jpg", "tif", "mbox", "csv", "txt", "json", "jsonl", "parquet"),
    *("html", "md", "ics", "vcf", "tgz"),
}
"""Kinds that ``benchmarks/damaged.py`` sends through releases: a DOC takes a process of LibreOffice each, the others are
damaged by ``test_formats.py`` too."""
KINDS = [
    pytest.param(kind, marks=[getattr(pytest.mark, need)] if need else [])
    for kind in BUILDERS
    if kind not in IN_BENCHMARK
    for need in [{"winmail": "tnef", "7z": "sevenzip", "gif": "ocr", "bmp": "ocr", "webp": "ocr"}.get(kind, "")]
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_comes_out_clean_or_is_held(kind: str, by_patterns: State, tmp_path: Path) -> None:
    """Each file is told of; a copy has no value of its file, and what is held has a reason."""
    (tmp_path / "in").mkdir()
    known = write_variants(kind, VARIANTS, 7, tmp_path / "in")
    whole = Planted.of(70_000)
    ending, build = BUILDERS[kind]
    (tmp_path / f"in/{kind}-whole{ending}").write_bytes(build(whole))
    known[f"{kind}-whole"] = whole
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    told = {each.label: each for each in done.summary.files}
    assert all(any(name in label for label in told) for name in known)
    assert not [label for label, each in told.items() if each.status != "released" and not each.reasons]
    assert [each.status for label, each in told.items() if "whole" in label] == ["released"] * (
        2 if kind in {"7z", "zip"} else 1
    )
    assert surviving(tmp_path / "out/records", known) == []


def test_a_copy_that_cannot_be_made_holds_its_file_alone(by_patterns: State, tmp_path: Path) -> None:
    """A text that no cell of an XLSX can hold, as damage or another program makes it, ends no release."""
    (tmp_path / "in").mkdir()
    planted = Planted.of(5)
    (tmp_path / "in/a.xlsb").write_bytes(binary_workbook([("Remark", "Phone"), ("x" * 40_000, planted.phone)]))
    (tmp_path / "in/b.xlsb").write_bytes(binary_workbook([("Remark", "Phone"), ("seen", planted.phone)]))
    done = Road(by_patterns).release(tmp_path / "in", tmp_path / "out")
    told = {each.label: each for each in done.summary.files}
    assert [(name, each.status) for name, each in sorted(told.items())] == [
        ("a.xlsx", "not_scanned"),
        ("b.xlsx", "released"),
    ]
    assert "longer than the 32767 characters" in told["a.xlsx"].reasons[0]
    assert [path.name for path in (tmp_path / "out/records").iterdir()] == ["b.xlsx"]


def test_what_is_searched_for_is_there_before() -> None:
    """The search finds the values in every kind of file that has them as text; damage changes bytes."""
    planted = Planted.of(4_711)
    for kind in ("emlx", "msg", "odt", "rtf", "xlsb", "ods", "eml", "docx", "pdf", "parquet", "zip", "tgz"):
        data = BUILDERS[kind][1](planted)
        assert {each for text in texts_in(data) for each in planted.found_in(text)} == {"ssn", "phone", "mail"}, kind
    import random

    assert damaged(b"abc" * 100, random.Random(1)) != b"abc" * 100
