"""The documents tell the truth: every command is documented, every path that they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from pipeline.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
GROUP = typer.main.get_command(app)
COMMANDS = sorted(GROUP.commands)  # type: ignore[attr-defined]


def _all_commands() -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, command in GROUP.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [(f"{name} {each}", one) for each, one in inner.items()] if inner else [(name, command)]
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name: str) -> None:
    """A command that nobody can read about does not exist."""
    assert f"releasable {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "command"), _all_commands())
def test_every_command_and_option_says_what_it_does(name: str, command: object) -> None:
    """Every command has help, every option too."""
    assert command.help  # type: ignore[attr-defined]
    silent = [each.name for each in command.params if not getattr(each, "help", "x") and each.name != "help"]  # type: ignore[attr-defined]
    assert not silent


@pytest.mark.parametrize("document", DOCUMENTS)
def test_paths_named_in_documents_exist(document: str) -> None:
    """A path in code quotes that starts with one of our folders is there."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:pipeline|recognizers|configs|tests|sample_data|docs|benchmarks)/[\w./-]*)`", text)
    made_up = {"recognizers/library_card.py", "tests/cases/library_card.yaml", "pipeline/formats/subtitles.py"}
    made_up |= {"tests/golden/subtitles/", "configs/policies/idaho.yaml", "tests/golden/decisions/idaho.csv"}
    assert not [path for path in named if path not in made_up and not (ROOT / path).exists()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_named_in_documents_exist(document: str) -> None:
    """``releasable x`` in a document is a command."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"`?releasable ([a-z]+)\b", "\n".join(re.findall(r"`[^`]+`|^ {2,}.*$", text, re.MULTILINE))))
    assert named <= {*COMMANDS, "x"}


def test_every_picture_that_a_document_shows_is_there_and_none_lies_unused() -> None:
    """A page with a hole where a picture was meant says nothing; a picture that nobody shows grows old unseen."""
    shown = {
        (ROOT / document).parent / path
        for document in DOCUMENTS
        for path in re.findall(r"!\[[^\]]*\]\(([^)\s:]+)\)", (ROOT / document).read_text(encoding="utf-8"))
    }
    assert not [str(path) for path in shown if not path.is_file()]
    assert set((ROOT / "docs" / "pictures").glob("*.png")) <= shown
