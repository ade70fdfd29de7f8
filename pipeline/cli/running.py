"""What scan, redact and verify share: the job, the workers, the run as the evidence names it."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.options import Accuracy, Engine
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.evidence.summary import Run
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
    recipient: str = "requester"
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
    """Return the job of a run and its policy, loaded and checked.

    Raises:
        PolicyError: the policy is unknown or wrong.
        UsageError: an entity is unknown.
    """
    from pipeline.model import RecordFacts  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.load import find, load  # noqa: PLC0415
    from pipeline.state import Job  # noqa: PLC0415

    policy = load(asked.policy, asked.config) if asked.policy else None
    path = str(find(asked.policy, asked.config).absolute()) if asked.policy else ""
    job = Job(
        key=secrets.token_bytes(32),
        decided_at=run_time(),
        policy=path,
        config=asked.config.absolute() if asked.config else None,
        level=asked.accuracy.value,
        entities=entity_list(asked.entities),
        facts=RecordFacts(recipient=asked.recipient),
    )
    return job, policy


def asked_of(
    files: Sequence[InputFile], job: Job, policy: Policy | None, run: Run, *, hold_undecided: bool
) -> dict[str, object]:
    """Return all that the result of a run depends on: a run is taken up again only when none of it has changed."""
    from pipeline.resources import user_config_folder  # noqa: PLC0415 - keeps --help quick
    from pipeline.resuming import digest_of_folder, digest_of_inputs  # noqa: PLC0415

    return {
        "the input": digest_of_inputs(files),
        "the policy": policy.sha256 if policy else "",
        "the configuration": [digest_of_folder(job.config), digest_of_folder(user_config_folder())],
        "an option": [job.level, list(job.entities), repr(job.facts), hold_undecided, run.request_id],
        "the program": run.version,
        "a model": [each.sha256 for each in run.models],
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", ""),
    }


@contextmanager
def workers(job: Job, count: int) -> Iterator[Pool]:
    """Give the worker processes of a run; they are ended however it goes."""
    from pipeline.execution.local import Pool  # noqa: PLC0415 - keeps --help quick
    from pipeline.state import prepare  # noqa: PLC0415

    number = count or min(os.cpu_count() or 1, MOST_WORKERS)
    with Pool(number, prepare, (job,), _limits()) as pool:
        yield pool


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


def prepare_spark(out: Path, asked: Asked) -> None:
    """See that Spark can start, and let what is unpacked lie beside the release, where all machines see it.

    Raises:
        UsageError: PySpark, Java or the name of a cluster is missing.
    """
    from pipeline.execution.spark import ready  # noqa: PLC0415 - an extra

    ready(asked.spark_master)
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(out.absolute().parent)


def describe_run(job: Job, policy: Policy | None, request: str = "", purpose: str = "release") -> Run:
    """Return what the evidence says of this run."""
    from pipeline.cli.app import tool_version  # noqa: PLC0415 - it imports the commands
    from pipeline.evidence.summary import ModelFacts, PolicyFacts, Run  # noqa: PLC0415
    from recognizers.models import catalogue  # noqa: PLC0415

    return Run(
        version=tool_version(),
        started_at=job.decided_at,
        request_id=request,
        accuracy=job.level,
        policy=PolicyFacts(policy.name, policy.version, policy.sha256, policy.title) if policy else None,
        models=tuple(ModelFacts(each.name, each.version, each.archive.sha256) for each in catalogue()),
        purpose=purpose,
    )
