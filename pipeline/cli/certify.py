"""``releasable certify``: how much may still be in a release, proved by a sample that a person reads."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.opening import open_case, see_by
from pipeline.cli.signing import office_signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.case.store import Case
    from pipeline.casework.certifying import Pointed
    from pipeline.evidence.certificate import Certificate, Record
    from pipeline.model import Segment
    from pipeline.workspace import Runner


class Strata(StrEnum):
    """How the records are parted before a sample is drawn of each part."""

    NONE = "none"
    FORMAT = "format"
    FILE = "file"


def certify_command(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="The folder of the case.", show_default=False)],
    release: Annotated[Path, typer.Option("--release", help="The folder of its latest release.")],
    by: Annotated[str, typer.Option("--by", help="Who reads the sample: a role or a name.")],
    out: Annotated[Path, typer.Option("--out", help="The folder for certificate.json and certificate.txt.")],
    sample: Annotated[int, typer.Option("--sample", min=1, help="How many records to read.")] = 299,
    strata: Annotated[Strata, typer.Option("--strata", help="Draw from each format or file.")] = Strata.NONE,
    sign: Annotated[bool, typer.Option("--sign", help="Sign the certificate with the office's key.")] = False,
) -> None:
    """Draw a random sample of the released records, have a person mark what was missed, and state what that proves.

    The draw is recorded in the case before the first record is shown, and a release has one draw: an interrupted review
    goes on with the same records, here or at the review desk, where the same sample is marked in the browser. One miss
    holds the release, and asks what was missed; mend it, release again, and certify the new release: what was missed is
    shown there first, as it reads now.
    With 299 records and no miss: at most 10 records in 1,000 contain a miss, with 95 % confidence.

    Example: releasable certify case-114/ --release release-114-2/ --by "second reader" --out certificate/
    """
    see_folder(out)
    signed = office_signature() if sign else None  # a release has one certificate: this stops before the draw
    certificate = certify_release(case, release, by, sample, "" if strata is Strata.NONE else strata.value)
    from pipeline.casework.certifying import write_certificate  # noqa: PLC0415 - keeps --help quick
    from pipeline.evidence.certificate import certificate_json  # noqa: PLC0415

    signature = signed(certificate_json(certificate)) if signed and not certificate.misses else b""
    write_certificate(out, certificate, signature)
    typer.echo(certificate.statement)
    if certificate.misses:
        typer.echo("held: something was missed. Mend it, release again, and certify the new release")
        raise typer.Exit(1)


def see_folder(out: Path) -> None:
    """See that a folder can be written, which is made later (raises OutputError)."""
    from pipeline.errors import OutputError  # noqa: PLC0415 - keeps --help quick

    there = next(each for each in (out.absolute(), *out.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        what = "no folder can be made here" if there != out.absolute() else "this is no folder that can be written"
        raise OutputError(str(out), what, "name another one with --out")


def certify_release(case_folder: Path, release: Path, by: str, size: int, strata: str) -> Certificate:
    """Draw, have a person read, and return the certificate (raises CaseError, UsageError)."""
    from pipeline.case.sampled import Trail  # noqa: PLC0415 - keeps --help quick
    from pipeline.casework.certifying import certifiable, certify, drawn, frame_of, readers, reviewed, sample_of  # noqa: PLC0415
    from pipeline.casework.missed import found_again  # noqa: PLC0415
    from pipeline.execution.local import Limits, Pool  # noqa: PLC0415

    case = open_case(case_folder)
    see_by(by, case)
    with Pool(1, nothing, (), Limits()) as pool:
        found_again(case, release, pool, certifiable(case, release, again=True))
        answer_misses(case, release, pool, by)
        frame = frame_of(release, pool, by=strata)
        made = drawn(case, release, frame, size, by=by, strata=strata)
        marks = reviewed(case, release, sample_of(frame, made), pool, ask, made, by=by, pointer=ask_where)
    certifiable(case, release)  # reading takes hours: the copies are still what was released
    return certify(case, release, frame, made, marks, by=by, read_by=readers(Trail(case).marks(made.release)))


def answer_misses(case: Case, release: Path, runner: Runner, by: str) -> None:
    """Have a person read again what was missed in earlier releases.

    Raises:
        CaseError: it is not mended, or another person has to say so too.
    """
    from pipeline.case.store import CaseError  # noqa: PLC0415 - keeps --help quick
    from pipeline.casework.certifying import certifiable  # noqa: PLC0415
    from pipeline.casework.mending import MEND, check_mended, misses_before, read_again, said_mended, unseen  # noqa: PLC0415

    misses = misses_before(case, certifiable(case, release, again=True))
    mends = check_mended(case, release, runner, misses) if misses else []
    waiting = ""
    for each, mend in zip(misses, mends, strict=True):
        where = each.where
        assert where is not None  # check_mended says so
        text = read_again(release, runner, each)
        place = f"{where.file}, unit {where.unit + 1}, record {where.record + 1}"
        what = f"Something was missed here, in record {each.number} of the sample of release {each.release}."
        typer.echo(
            f"\n--- {place}\n{_harmless(text) if text is not None else '(no record stands there any more)'}\n---"
        )
        if not _yes(f"{what} Is it withheld now? [y]es, [n]o, [q]uit: "):
            raise CaseError("certify", "what was missed is not mended", MEND)
        if not said_mended(case, each, mend, by=by):
            waiting = (
                f"another person has to say so too of record {each.number} of the sample of release {each.release}"
            )
            typer.echo(f"Noted; {waiting}: {unseen(each)}.")
    if waiting:
        raise CaseError("certify", waiting, "run certify again with --by and the name of that person")


def nothing() -> None:
    """Set up a worker that only reads."""


def ask(record: Record, text: str) -> bool:
    """Show a released record and return whether the person finds something missed in it."""
    typer.echo(f"\n--- {record.file}, unit {record.unit + 1}, record {record.record + 1}\n{_harmless(text)}\n---")
    return _yes("Is something left that should have been withheld? [y]es, [n]o, [q]uit: ")


def ask_where(record: Record, texts: Sequence[Segment]) -> Sequence[Pointed]:
    """Ask a person what was missed in a record, and return where that stands in it; the words are kept nowhere."""
    from pipeline.casework.certifying import pointed_in  # noqa: PLC0415 - keeps --help quick

    while True:
        typer.echo(
            "What was missed? Type it as it stands there, on one line (it is not kept), or nothing where it cannot be"
            " pointed out: then two people will have to say that it is mended. ",
            nl=False,
        )
        said = sys.stdin.readline()
        if not said:
            raise typer.Abort
        if not said.strip():
            return []
        if pointed := pointed_in(texts, said):
            return pointed
        typer.echo(f"That does not stand in record {record.record + 1} as whole words.")


def _yes(question: str) -> bool:
    while True:
        typer.echo(question, nl=False)
        answer = sys.stdin.readline()
        if not answer or answer.strip().lower() in {"q", "quit"}:
            raise typer.Abort
        if answer.strip().lower() in {"y", "yes", "n", "no"}:
            return answer.strip().lower().startswith("y")


def _harmless(text: str) -> str:
    """Return a text without signs that steer a terminal."""
    return "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)
