"""What scan, redact and verify share: the job, the workers, the run as the evidence names it."""

from __future__ import annotations

import gc
import hashlib
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.options import Accuracy, Engine
from pipeline.cli.stating import Stated, read_stated
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.case.overrides import Overrides
    from pipeline.evidence.summary import PolicyFacts, Run
    from pipeline.execution.local import Limits, Pool
    from pipeline.inputs import InputFile
    from pipeline.policy.schema import Policy
    from pipeline.state import Job
    from pipeline.workspace import Runner

MOST_WORKERS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for on the command line."""

    policy: str = ""
    config: Path | None = None
    accuracy: Accuracy = Accuracy.THOROUGH
    entities: str = ""
    workers: int = 0
    stated: Stated = field(default_factory=Stated)
    key: bytes = field(default=b"", repr=False)
    overrides: Overrides | None = None
    engine: Engine = Engine.LOCAL
    spark_master: str = ""


def entity_list(text: str) -> tuple[str, ...]:
    """Return the entities named in ``A,B``.

    Raises:
        UsageError: one of them is unknown.
    """
    from recognizers.entities import ENTITIES  # noqa: PLC0415 - keeps --help quick

    names = tuple(each.strip().upper() for each in text.split(",") if each.strip())
    unknown = [each for each in names if each not in ENTITIES]
    if unknown:
        raise UsageError("--entities", f"{unknown[0]} is not an entity", f"known: {', '.join(ENTITIES)}")
    return names


def run_time() -> str:
    """Return the fixed time of this run: ``SOURCE_DATE_EPOCH`` where it is set, else now, UTC, to the second."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return now.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def make_job(asked: Asked) -> tuple[Job, Policy | None]:
    """Return the job of a run and its policy, loaded and checked; what was stated comes with :func:`state_facts`.

    Raises:
        PolicyError: the policy is unknown or wrong.
        UsageError: an entity is unknown.
    """
    from pipeline.policy.load import find, load  # noqa: PLC0415 - keeps --help quick
    from pipeline.state import Job  # noqa: PLC0415

    policy = load(asked.policy, asked.config) if asked.policy else None
    path = str(find(asked.policy, asked.config).absolute()) if asked.policy else ""
    job = Job(
        key=asked.key or secrets.token_bytes(32),
        decided_at=run_time(),
        policy=path,
        config=asked.config.absolute() if asked.config else None,
        level=asked.accuracy.value,
        entities=entity_list(asked.entities),
        overrides=asked.overrides,
    )
    return job, policy


def make_release_job(asked: Asked) -> tuple[Job, Policy]:
    """Return the job of a run that makes releases, and its policy, under which nobody may let out what is mandatory.

    Raises:
        PolicyError: the policy is unknown or wrong, or leaves to people what is mandatory under every policy.
        UsageError: an entity is unknown.
    """
    from pipeline.policy.mandatory import see_mandatory  # noqa: PLC0415 - keeps --help quick

    job, policy = make_job(asked)
    assert policy is not None
    see_mandatory(policy, asked.policy, date.fromisoformat(job.decided_at[:10]))
    return job, policy


def state_facts(job: Job, stated: Stated, names: Sequence[str], policy: Policy | None) -> Job:
    """Return a job with what was stated of the records. Call it when the job has the key of the run.

    Raises:
        PolicyError: a file that states something is wrong, or one of its patterns matches no file.
        UsageError: an option is wrong, or a word that was stated is one that no rule asks for.
    """
    from pipeline.policy.facts import see_known  # noqa: PLC0415
    from pipeline.texts.digest import Keyed  # noqa: PLC0415 - keeps --help quick

    facts = read_stated(stated, names, Keyed(job.key), job.decided_at[:10])
    told = (facts.of_all, *facts.of_files.values())
    if policy is not None:
        see_known(policy, told)
    # What stands of a cell differs from row to row, and in a record that a person gave to its owner whose each is.
    by_row = any(each.own and each.own_decided for each in told)
    by_row = by_row or (policy is not None and any(rule.effective.is_partial for rule in policy.rules))
    return replace(
        job,
        facts=facts.of_all,
        file_facts=facts.of_files,
        enclosed=facts.enclosed,
        identity_check=facts.identity_check,
        by_column=job.by_column and not by_row,
    )


def asked_of(
    files: Sequence[InputFile], job: Job, policy: Policy | None, run: Run, *, hold_undecided: bool
) -> dict[str, object]:
    """Return all that the result of a run depends on: a run is taken up again only when none of it has changed."""
    from pipeline.policy.column_pins import pins_file  # noqa: PLC0415 - keeps --help quick
    from pipeline.resources import user_config_folder  # noqa: PLC0415
    from pipeline.resuming import digest_of_folder, digest_of_inputs  # noqa: PLC0415

    pins = pins_file(job.config, job.policy)
    return {
        "the input": digest_of_inputs(files),
        "the policy": policy.sha256 if policy else "",
        "the configuration": [digest_of_folder(job.config), digest_of_folder(user_config_folder()), _sha256(pins)],
        "an option": [job.level, list(job.entities), hold_undecided, run.request_id],
        "the program": run.version,
        "a model": [each.sha256 for each in run.models],
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", ""),
    }


def _sha256(path: Path | None) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None else ""


@contextmanager
def workers(job: Job, count: int) -> Iterator[Pool]:
    """Give the worker processes of a run; they are ended however it goes."""
    from pipeline.execution.local import Pool  # noqa: PLC0415 - keeps --help quick
    from pipeline.state import prepare  # noqa: PLC0415

    number = count or min(os.cpu_count() or 1, MOST_WORKERS)
    gc.freeze()  # what is loaded stays: it need not be looked through for garbage with every unit
    try:
        with Pool(number, prepare, (job,), _limits()) as pool:
            yield pool
    finally:
        gc.unfreeze()  # DuckDB tells of everything that is not collected when the program ends


def _limits() -> Limits:
    from pipeline.execution.local import Limits  # noqa: PLC0415 - keeps --help quick

    return Limits(seconds=float(os.environ.get("RELEASABLE_SECONDS_A_UNIT", "120")))


@contextmanager
def engine(job: Job, asked: Asked, folder: Path) -> Iterator[Runner]:
    """Give what runs the units of a run: processes of this machine, or a Spark cluster that sees its working folder."""
    if asked.engine is Engine.LOCAL:
        with workers(job, asked.workers) as pool:
            yield pool
        return
    from pipeline.execution.spark import spark_runner  # noqa: PLC0415 - an extra

    with spark_runner(job, asked.spark_master, folder, _limits()) as runner:
        yield runner
        if runner.done_again:
            sys.stderr.write(
                f"{runner.done_again} units were lost with a machine or process that ended, and done again\n"
            )


@contextmanager
def beside(out: Path, asked: Asked) -> Iterator[None]:
    """Let what is unpacked or brought here lie beside the release where Spark runs: there all machines see it.

    Raises:
        UsageError: PySpark, Java or the name of a cluster is missing.
    """
    if asked.engine is Engine.LOCAL:
        yield
        return
    from pipeline.execution.spark_session import ready  # noqa: PLC0415 - an extra

    ready(asked.spark_master)
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    before, tempfile.tempdir = tempfile.tempdir, str(out.absolute().parent)
    try:
        yield
    finally:
        tempfile.tempdir = before


def describe_run(job: Job, policy: Policy | None, request: str = "", purpose: str = "release") -> Run:
    """Return what the evidence says of this run."""
    from pipeline.cli.app import tool_version  # noqa: PLC0415 - it imports the commands
    from pipeline.evidence.summary import ModelFacts, Run  # noqa: PLC0415
    from recognizers.models import catalogue  # noqa: PLC0415

    return Run(
        version=tool_version(),
        started_at=job.decided_at,
        request_id=request,
        accuracy=job.level,
        policy=_policy_facts(policy) if policy else None,
        models=tuple(ModelFacts(each.name, each.version, each.archive.sha256) for each in catalogue()),
        purpose=purpose,
        recipient=job.facts.recipient,
    )


def _policy_facts(policy: Policy) -> PolicyFacts:
    from pipeline.evidence.summary import PolicyFacts  # noqa: PLC0415 - keeps --help quick

    return PolicyFacts(policy.name, policy.version, policy.sha256, policy.title, policy.jurisdiction, policy.cell_size)
