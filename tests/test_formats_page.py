"""The page of formats tells the truth: each format has its row, each hiding place a test that is really there."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

from pipeline.formats import FORMATS

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs"
PAGE = (DOCS / "formats.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
PLACES = [row for row in ROWS if len(row) == 3 and row[0] != "place"]


@lru_cache(maxsize=64)
def _tests_in(name: str) -> frozenset[str]:
    tree = ast.parse((TESTS / f"{name}.py").read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("row", PLACES, ids=lambda row: row[0][:40])
def test_every_hiding_place_names_a_test_that_is_there(row: list[str]) -> None:
    """The last column names file and function of at least one test."""
    named = re.findall(r"`(test_\w+)\.py::(test_\w+)`", row[2])
    assert named
    for file, function in named:
        assert function in _tests_in(file), f"{file} has no {function}"


def test_every_test_that_is_named_anywhere_is_there() -> None:
    """Also in the introductions."""
    for file, function in re.findall(r"(test_\w+)\.py::(test_\w+)", PAGE):
        assert function in _tests_in(file)
    assert len(PLACES) > 60


def test_every_format_has_a_row() -> None:
    """A format that is not on the page is a defect of the page; a page of its own is linked where it exists."""
    told = {name for row in ROWS if len(row) == 6 for name in re.findall(r"`(\w+)`", row[0])}
    assert {each.name for each in FORMATS} <= told
    for page in (DOCS / "formats").glob("*.md"):
        assert f"formats/{page.name}" in PAGE
    for page in re.findall(r"\]\((formats/\w+\.md)\)", PAGE):
        assert (DOCS / page).is_file()


@pytest.mark.parametrize("page", sorted((DOCS / "formats").glob("*.md")), ids=lambda page: page.name)
def test_tests_named_on_the_pages_of_formats_exist(page: Path) -> None:
    """``test_…`` in code quotes, on the pages that the first one leads to, is a function or a file of tests."""
    everything = {each for path in TESTS.glob("test_*.py") for each in (*_tests_in(path.stem), path.stem)}
    named = re.findall(r"`(?:tests/)?(test_\w+)(?:\.py)?`", page.read_text(encoding="utf-8"))
    assert not [each for each in named if each not in everything]
