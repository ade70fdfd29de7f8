"""The wheel holds what the program needs to run without the checkout, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"config", "desktop", "documents", "exports", "letters", "logs", "mailbox", "messages", "web_form"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built from this checkout without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build as b; print(b.build_wheel(sys.argv[1]))"
    told = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:]
    with zipfile.ZipFile(folder / told.stdout.strip().splitlines()[-1]) as opened:
        yield opened


def _files(folder: str) -> set[str]:
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode == 0:
        return set(found.stdout.splitlines())
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_exactly_the_packages_their_data_and_the_sample_case(wheel: zipfile.ZipFile) -> None:
    """Nothing that the program reads is missing, nothing else is there."""
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = {name for folder in ("pipeline", "recognizers") for name in _files(folder)}
    expected |= {f"recognizers/{name}" for name in _files("configs")}
    expected |= {f"pipeline/{name}" for name in _files("sample_data") if name.split("/")[1] in KINDS | {"planted.json"}}
    assert inside == expected


def test_the_program_runs_from_the_wheel_alone(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Outside a checkout the packaged policies and the sample case are found."""
    wheel.extractall(tmp_path / "site")
    code = (
        "import sys; from pipeline.cli.demo import sample_folder; from pipeline.policy.load import packs;"
        "here = sys.argv[1];"
        "print(sample_folder().is_relative_to(here), all(str(p).startswith(here) for p in packs().values()), *packs())"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "RELEASABLE_CONFIG": str(tmp_path / "none")}
    told = subprocess.run(
        [sys.executable, "-P", "-c", code, str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.split()[:2] == ["True", "True"], told.stderr[-2000:]
    assert "montana" in told.stdout
    assert "massachusetts" in told.stdout
