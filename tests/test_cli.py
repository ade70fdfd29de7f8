"""The command: exit codes, help, examples, plain words for errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from conftest import PROJECT, Command, Inline, Road, command_environment, everything_in, message
from typer.testing import CliRunner

from pipeline.cli import verify
from pipeline.cli.app import EXAMPLES, app
from pipeline.cli.options import Accuracy
from pipeline.cli.running import Asked, describe_run
from pipeline.cli.tables import print_release
from pipeline.engine import scan
from pipeline.errors import Failure
from pipeline.intake import collect
from pipeline.planning import plan
from pipeline.policy.load import packs
from pipeline.release import release
from pipeline.state import State


def _commands() -> Iterator[tuple[str, Any]]:
    waiting = [("", typer.main.get_command(app))]
    while waiting:
        name, each = waiting.pop()
        yield name, each
        for inner, more in getattr(each, "commands", {}).items():
            waiting.append((f"{name} {inner}".strip(), more))


COMMANDS = dict(_commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_has_help(name: str) -> None:
    """Every command says in a sentence what it does, and every option and argument what it is for."""
    each = COMMANDS[name]
    assert each.help
    for parameter in each.params:
        shown = getattr(parameter, "help", None)
        assert shown, f"{name} {parameter.name}"


def test_the_commands_are_those_of_the_plan() -> None:
    """The commands that other programs rely on are there."""
    assert {"scan", "redact", "verify", "detect", "demo", "policy check", "models install"} <= set(COMMANDS)


def test_bare_it_shows_three_examples_to_copy() -> None:
    """Without a command it shows three examples and leaves with 0."""
    done = CliRunner().invoke(app, [])
    assert done.exit_code == 0
    assert done.output == EXAMPLES
    assert sum(line.startswith("  releasable ") for line in EXAMPLES.splitlines()) == 3


@pytest.mark.parametrize("arguments", [("--help",), ("redact", "--help")])
def test_help_is_quick(arguments: tuple[str, ...]) -> None:
    """Help answers within half a second of one core: no model, no recognizer, no presidio is loaded for it."""
    code = (
        "import sys, time; sys.argv = ['releasable', *sys.argv[1:]]\n"
        "from pipeline.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'presidio_analyzer', 'spacy', 'numpy', 'pandas', 'onnxruntime'} & set(sys.modules)\n"
        "sys.stderr.write(f'{time.process_time()} {heavy}')\n"
    )
    spent = []
    for _ in range(2):  # the first may have to compile
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=PROJECT, capture_output=True, text=True, check=True
        )
        seconds, _, heavy = done.stderr.partition(" ")
        spent.append(float(seconds))
    assert heavy == "set()"
    assert min(spent) < 0.5


def test_it_runs_as_a_module_and_tells_its_version(command: Command) -> None:
    """``python -m pipeline`` is the command."""
    done = command("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "releasable")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("redact", "in"), "--out"),
        (("redact", "in", "--out", "out"), f"policies: {', '.join(sorted(packs()))}"),
        (("redact", "in", "--out", "out", "--policy", "montanna"), "did you mean montana?"),
        (("redact", "nowhere", "--out", "out", "--policy", "montana"), "no such file"),
        (("redact", "in", "--out", "in", "--policy", "montana"), "exists already"),
        (("scan", "in", "--entities", "US_SNN"), "US_SSN"),
        (("scan", "in", "--fail-on", "sometimes"), "sometimes"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_a_wrong_call_is_told_with_its_remedy(tmp_path: Path, command: Command, arguments: Any, told: str) -> None:
    """A wrong call leaves with 2, says what is wrong and what would be right, and makes nothing."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("The hedge.\n")
    done = command(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_verify_of_a_folder_that_is_no_release_says_so(tmp_path: Path, command: Command) -> None:
    """Verify of a folder without a manifest leaves with 1 and says what is missing."""
    done = command("verify", tmp_path)
    assert done.returncode == 1
    assert "release.json" in done.stderr


@pytest.mark.models
def test_exit_codes_of_scan_redact_and_verify(tmp_path: Path, command: Command) -> None:
    """Scan, redact and verify leave with 0, 1 or 3 as the plan says, on names with any letters, into a pipe."""
    fast = ("--accuracy", "fast", "--workers", "1")
    clean, found = tmp_path / "Straße - 申請", tmp_path / "found"
    for folder, text in ((clean, "The hedge on the corner.\n"), (found, "My number is 536-90-4399.\n")):
        folder.mkdir()
        (folder / "a.txt").write_text(text, encoding="utf-8")
    assert command("scan", clean, "--policy", "montana", *fast).returncode == 0
    done = command("scan", found, "--policy", "montana", "--json", "-", *fast)
    assert done.returncode == 1
    assert json.loads(done.stdout)
    assert command("scan", found, "--policy", "montana", "--fail-on", "never", *fast).returncode == 0
    done = command("redact", found, clean, "--policy", "montana", "--out", "out", *fast)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "out" / "records" / clean.name / "a.txt").is_file()
    assert "reading: 1 of 2" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert command("verify", "out", "--against", found, *fast).returncode == 0
    path = tmp_path / "out" / "records" / "found" / "a.txt"
    path.write_bytes(path.read_bytes() + b"x")
    done = command("verify", "out", *fast)
    assert done.returncode == 1
    assert "records/found/a.txt: altered after it was written" in done.stdout


@pytest.mark.models
def test_verify_tells_where_it_is_more_thorough_than_the_release(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only the second scan sees is told as that: the release is no worse than it was made."""
    (tmp_path / "a.txt").write_text("The hedge on the corner.\n", encoding="utf-8")
    made = command("redact", "a.txt", "--policy", "montana", "--out", "out", "--accuracy", "fast", "--workers", "1")
    assert made.returncode == 0, made.stdout + made.stderr

    def in_scan(*asked: object) -> bool:
        found = asked[-1]
        assert isinstance(found, verify.Verified)
        found.problems.append("a.txt: PERSON still stands (rule people)")
        return True

    def in_search(*asked: object) -> bool:
        found = asked[-1]
        assert isinstance(found, verify.Verified)
        found.problems.append("a.txt: a withheld PERSON stands here")
        return False

    monkeypatch.setattr(verify, "_rescan", in_scan)
    for accuracy, advice in ((Accuracy.THOROUGH, verify.LESS_THOROUGH), (Accuracy.FAST, "")):
        assert verify.verify_release(tmp_path / "out", Asked(accuracy=accuracy)).advice == advice
    monkeypatch.setattr(verify, "_rescan", in_search)  # a value that was withheld and survives is no matter of accuracy
    assert verify.verify_release(tmp_path / "out", Asked(accuracy=Accuracy.THOROUGH)).advice == ""


@pytest.mark.models
@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    """``releasable … | head -1`` ends without a traceback."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "one.eml").write_text(message("My number is 536-90-4399."))
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "policy", "show", "montana"],
        cwd=tmp_path, env=command_environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.wait(60)
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors


@pytest.mark.models
def test_spans_are_written_over_no_device_and_no_link(tmp_path: Path, command: Command) -> None:
    """``detect --out`` makes a file or writes an older one anew; what is anything else stays what it is."""
    (tmp_path / "texts.jsonl").write_text('{"id": "1", "text": "My number is 536-90-4399."}\n')
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("elsewhere")
    for name in ("pipe", "link"):
        done = command("detect", tmp_path / "texts.jsonl", "--out", name, "--accuracy", "fast")
        assert done.returncode == 2
        assert "no plain file" in done.stderr
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.models
@pytest.mark.skipif(os.name != "posix", reason="limits of a process are those of POSIX")
def test_a_full_disk_is_told_in_plain_words(tmp_path: Path) -> None:
    """A run that finds no room for its working files says so and what to do, whichever command it is."""
    import resource

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("a,b\nJane Doe,406-555-0123\n")
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "scan", "in", "--policy", "montana", "--accuracy", "fast"],
        cwd=tmp_path, env=command_environment(tmp_path), capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512)),
    )  # fmt: skip
    assert done.returncode == 3
    assert "no room left on a disk" in done.stderr
    assert "unexpected" not in done.stderr


def test_lines_of_a_scan_that_look_alike_are_one_line_with_a_count() -> None:
    """What differs only in what a line does not show is counted, and so is the limit of lines."""
    from pipeline.cli.tables import counted_lines
    from pipeline.evidence.sarif import Result

    found = [
        (Result("a.txt", f"line {line}", "PERSON", "review", reason, rule="full_name", score=score), 2)
        for line in (1, 2)
        for reason in ("one reason", "another")
        for score in (0.8, 0.9)
    ]
    judged = counted_lines(found, judged=True)
    assert judged == {
        ("a.txt", "line 1", "PERSON", "withhold (proposed)", "full_name"): 8,
        ("a.txt", "line 2", "PERSON", "withhold (proposed)", "full_name"): 8,
    }
    assert sum(counted_lines(found, judged=False).values()) == 16
    assert len(counted_lines(found, judged=False)) == 4


class Stopping(Inline):
    """A runner whose worker ends over some files before it came to their names."""

    def map(
        self, function: Callable[[Any, Any], Any], items: Iterable[Any]
    ) -> Iterator[tuple[Any, Any, Failure | None]]:
        is_plan = getattr(function, "function", function) is plan
        for item, answer, failure in super().map(function, items):
            if is_plan and "17" in item.item.name:
                yield item, None, Failure("WorkerStopped", "", "it took too long")
            else:
                yield item, answer, failure


def test_a_file_that_ends_its_worker_is_told_by_its_own_name_and_in_no_evidence(
    by_patterns: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who gave it has to know which it was; what is handed over has the neutral name that it always had."""
    source = tmp_path / "in"
    (source / "deep").mkdir(parents=True)
    for name in ("a.txt", "deep/scan 17 [b].txt", "scan 17\x1b.txt"):
        (source / name).write_text("Dear clerk, the meter is wrong.\n")
    runner = Stopping(Road(by_patterns)._fresh())
    done = scan(collect([source]), by_patterns.job, by_patterns.policy, runner)
    made = release(done, tmp_path / "out", describe_run(by_patterns.job, by_patterns.policy, "2026-7"), runner)
    print_release(made.summary, "out", made.inputs)
    told = capsys.readouterr().out
    assert "file-0002.txt (deep/scan 17 [b].txt in the input)" in told
    assert "file-0003.txt ('scan 17\\x1b.txt' in the input)" in told
    assert "a.txt (" not in told
    assert {each.label: each.status for each in made.summary.files} == {
        "a.txt": "released", "file-0002.txt": "not_scanned", "file-0003.txt": "not_scanned",
    }  # fmt: skip
    assert b"scan 17" not in everything_in(tmp_path / "out")
