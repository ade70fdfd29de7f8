"""Shared by the tests: models loaded once a session, a runner in this process, markers that skip aloud."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from pipeline.cli.running import describe_run
from pipeline.engine import scan
from pipeline.errors import Failure
from pipeline.intake import collect
from pipeline.policy.load import load
from pipeline.release import Release, release
from pipeline.results import Scan
from pipeline.state import Job, State, prepare

settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")  # the machine may have other work: how long one example takes says nothing

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"
DECIDED_AT = "2026-01-02T03:04:05Z"


def models_installed() -> bool:
    from recognizers.models import status

    return all(each.state == "installed" for each in status())


def ocr_installed() -> bool:
    from pipeline.formats.ocr import has_ocr

    return has_ocr()


def poppler_installed() -> bool:
    import shutil

    return shutil.which("pdftotext") is not None


def spark_starts() -> bool:
    from pipeline.errors import UsageError
    from pipeline.execution.spark_session import ready

    try:
        ready("local")
    except UsageError:
        return False
    return True


def postgres_starts() -> bool:
    from postgres import server_folder

    return server_folder() is not None


def chromium_starts() -> bool:
    from importlib.util import find_spec

    return Path("/usr/bin/chromium").is_file() and find_spec("playwright") is not None


def schemathesis_installed() -> bool:
    from importlib.util import find_spec

    return find_spec("schemathesis") is not None


def tnef_installed() -> bool:
    from importlib.util import find_spec

    return find_spec("tnefparse") is not None


def sevenzip_installed() -> bool:
    from pipeline.archives.sevenzip_archive import is_there

    return is_there()


def libreoffice_installed() -> bool:
    from pipeline.older_documents import program

    return program() is not None


_NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "models": (models_installed, "the models are not installed: run `releasable models install`"),
    "ocr": (ocr_installed, "no OCR is installed: `pip install 'releasable[ocr]'`"),
    "poppler": (poppler_installed, "pdftotext is missing: install poppler-utils"),
    "chromium": (chromium_starts, "Chromium is missing at /usr/bin/chromium, or playwright (`pip install playwright`)"),
    "java": (spark_starts, "PySpark (`pip install 'releasable[spark]'`) or Java 17 or newer is missing"),
    "postgresql": (
        postgres_starts,
        "PostgreSQL's server (`apt-get install postgresql`) or its driver (`pip install 'releasable[postgres]'`) is missing",
    ),
    "schemathesis": (schemathesis_installed, "schemathesis is missing: `pip install 'releasable[contract]'`"),
    "tnef": (tnef_installed, "tnefparse is missing: `pip install 'releasable[tnef]'`"),
    "sevenzip": (sevenzip_installed, "py7zr is missing: `pip install 'releasable[sevenzip]'`"),
    "libreoffice": (libreoffice_installed, "LibreOffice is missing (`apt-get install libreoffice-writer`)"),
    "shared": (SHARED.is_dir, "the shared evaluation data is not beside the checkout"),
}
_known: dict[str, bool] = {}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip aloud what cannot run here; with RELEASABLE_REQUIRE_ALL=1, fail instead."""
    for marker, (there, why) in _NEEDS.items():
        if item.get_closest_marker(marker) is None:
            continue
        if not _known.setdefault(marker, there()):
            if os.environ.get("RELEASABLE_REQUIRE_ALL") == "1":
                pytest.fail(f"RELEASABLE_REQUIRE_ALL=1, and {why}", pytrace=False)
            pytest.skip(why)


class Inline:
    """A runner without worker processes: the same functions, one after another, in this process."""

    def __init__(self, state: State) -> None:
        self.state = state

    def share(self, value: Any) -> None:
        self.state.shared = value

    def map(
        self, function: Callable[[Any, Any], Any], items: Iterable[Any]
    ) -> Iterator[tuple[Any, Any, Failure | None]]:
        for item in items:
            try:
                yield item, function(self.state, item), None
            except Exception as error:  # noqa: BLE001 - as a worker does
                yield item, None, Failure.of(error)


@dataclass
class Road:
    """The whole road in this process, under one policy, with models that are loaded already."""

    state: State

    def under(self, policy: str | Path) -> Road:
        """Return the road under another policy."""
        job = replace(self.state.job, policy=str(policy))
        return Road(replace(self.state, job=job, policy=load(policy), shared=None))

    def with_recognizers(self, *more: Any) -> Road:
        """Return the road with more recognizers."""
        return Road(replace(self.state, recognizers=[*self.state.recognizers, *more], shared=None))

    def scan(self, *paths: Path) -> Scan:
        return scan(collect(list(paths)), self.state.job, self.state.policy, Inline(self._fresh()))

    def release(self, paths: Path | Sequence[Path], out: Path, *, hold: bool = False) -> Release:
        runner = Inline(self._fresh())
        job, policy = self.state.job, self.state.policy
        done = scan(collect([paths] if isinstance(paths, Path) else list(paths)), job, policy, runner)
        return release(done, out, describe_run(job, policy, "2026-7"), runner, hold_undecided=hold)

    def _fresh(self) -> State:
        return replace(self.state, shared=None)


@pytest.fixture(scope="session")
def loaded() -> State:
    """The state of a worker under the shipped Montana policy; models load once a session."""
    from pipeline.policy.load import find

    return prepare(Job(b"k" * 32, DECIDED_AT, policy=str(find("montana"))))


@pytest.fixture(scope="session")
def by_patterns() -> State:
    """The state of a worker that asks no model: for what does not depend on one."""
    from pipeline.policy.load import find

    return prepare(Job(b"k" * 32, DECIDED_AT, policy=str(find("montana")), level="patterns"))


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test has its own state, and no configuration of the person who runs it."""
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("RELEASABLE_CONFIG", str(tmp_path / "no-config"))


@pytest.fixture
def road(loaded: State) -> Road:
    return Road(loaded)


@pytest.fixture(scope="session")
def hold_policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the Montana policy that holds a record with a part that cannot be examined."""
    text = (PROJECT / "configs/policies/montana.yaml").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("policy") / "strict.yaml"
    text = text.replace("unscannable: withhold_part", "unscannable: hold_record").replace(
        "name: montana", "name: strict"
    )
    path.write_text(text, encoding="utf-8")
    return path


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Run ``python -m pipeline`` in a process of its own, in an empty folder, its temporary folder a test's own."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "state").mkdir()

    def run(
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
        timeout: float = 120,
        **more: Any,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*before, sys.executable, "-m", "pipeline", *map(str, arguments)],
            cwd=tmp_path,
            env=command_environment(tmp_path, env),
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            **more,
        )

    return run


def command_environment(tmp_path: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a command under test: its own temporary, state and config folders."""
    own = {
        "PYTHONPATH": os.pathsep.join([*(more or {}).get("PYTHONPATH", "").split(os.pathsep), str(PROJECT)]).lstrip(os.pathsep),
        "TMPDIR": str(tmp_path / "tmp"),
        "RELEASABLE_STATE": str(tmp_path / "state"),
        "RELEASABLE_CONFIG": str(tmp_path / "no-config"),
        "COLUMNS": "200",
    }  # fmt: skip
    rest = {name: value for name, value in (more or {}).items() if name != "PYTHONPATH"}
    return {**os.environ, **own, **rest}


def message(
    body: str, *, subject: str = "Water rates", extra: str = "", kind: str = "text/plain; charset=utf-8"
) -> str:
    """Return a made-up message with a body of one part."""
    return (
        f"From: Wilma Testperson <wilma.testperson@example.com>\nTo: Clerk <clerk@example.gov>\n"
        f"Subject: {subject}\nDate: Mon, 3 Mar 2025 10:00:00 -0700\nMIME-Version: 1.0\n"
        f"{extra}Content-Type: {kind}\n\n{body}\n"
    )


def multipart(*parts: tuple[str, str], subject: str = "Papers") -> str:
    """Return a made-up message of several parts, each given as its headers and its body."""
    body = "".join(f"--=cut\n{head}\n\n{text}\n" for head, text in parts) + "--=cut--"
    return message(body, subject=subject, kind='multipart/mixed; boundary="=cut"')


def everything_in(folder: Path) -> bytes:
    """Return the bytes and the names of all files in a folder, joined."""
    pieces = []
    for path in sorted(folder.rglob("*")):
        pieces.append(str(path.relative_to(folder)).encode("utf-8", "surrogateescape"))
        if path.is_file() and not path.is_symlink():
            pieces.append(path.read_bytes())
    return b"\n".join(pieces)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Call bytes by their length: an archive holds the time at which it was made, and workers must agree on the names."""
    return f"{argname}-{len(val)}" if isinstance(val, bytes) else None
