"""``releasable verify``: is a release folder what it was, who vouches for it, and is it clean."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.console import progress_bar
from pipeline.cli.options import Accuracy, AccuracyOption, ConsentsOption, SubjectOption, WorkersOption
from pipeline.cli.running import Asked, make_job, workers
from pipeline.cli.stating import Stated, as_released
from pipeline.errors import IntegrityError

if TYPE_CHECKING:
    from pipeline.case.store import Case
    from pipeline.model import Decision, Gap
    from pipeline.results import Scan, UnitResult

NO_COLUMNS = "this case is older and holds no values of table columns: to search for them, add --against SOURCES"

CASE_COLUMNS = "columns-of-the-case"


def verify_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A release folder, or that of a certificate.", show_default=False)
    ],
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="The sources: every value withheld from them is searched for in the copies."),
    ] = None,
    consents: ConsentsOption = None,
    for_subject: SubjectOption = None,
    case: Annotated[
        Path | None,
        typer.Option("--case", help="The case of the release: every value that it withholds is searched for."),
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="The office's public key, not from the folder: who signed.")
    ] = None,
    accuracy: AccuracyOption = Accuracy.THOROUGH,
    workers_: WorkersOption = 0,
) -> None:
    """Check a release folder against its manifest and scan the copies again.

    Alone it finds accidents, and that a scan finds nothing more to withhold. With --public-key it also proves that the
    office signed this very folder. With --case it also proves that this is the latest release of its case, and searches
    the copies for every withheld value by its digest; with --against, for every value withheld from the sources.

    A certificate is checked likewise: that its numbers fit each other, that the office signed it (--public-key), that
    its case tells the same (--case).

    Examples:
      releasable verify release/
      releasable verify release/ --public-key office.public.pem
      releasable verify release/ --case case/ --against export/
      releasable verify certificate/ --public-key office.public.pem --case case/
    """
    stated = Stated(consents=consents, subject=for_subject)
    asked = Asked(accuracy=accuracy, workers=workers_, stated=stated)
    found = verify_release(folder, asked, against=against or [], case_folder=case, public_key=public_key)
    for line in found.problems:
        typer.echo(line)
    if found.problems:
        if found.advice:
            typer.echo(found.advice)
        count = len(found.problems)
        typer.echo(f"{folder}: {count} problem{'' if count == 1 else 's'}; do not hand it over")
        raise typer.Exit(1)
    for line in found.notes:
        typer.echo(line)
    if found.is_certificate:
        typer.echo(f"{folder}: the certificate is whole ({'as its case tells it' if case else 'case not compared'})")
        return
    searched = "every withheld value searched for" if against or case else "a rescan; sources not compared"
    if NO_COLUMNS in found.notes:
        searched = "every withheld value but those of table columns searched for"
    typer.echo(f"{folder}: whole and clean ({searched})")


_STANDS = " still stands (rule "
LESS_THOROUGH = (
    "the release was made with --accuracy fast, and this scan is thorough and sees more: "
    "redact again with --accuracy thorough"
)
UNREAD_ATTACHMENTS = (
    "{} attachments of pages or pixels were not read again, only their bytes are as written: "
    "to read them, pip install 'releasable[ocr]'"
)
UNREAD_PIXELS = (
    "the pixels of {} units of pages were not read with certainty, only their text layers were: "
    "to read pixels, pip install 'releasable[ocr]'"
)


@dataclass(slots=True)
class Verified:
    """What a check found: problems, what to do about them, and notes on what it proves. No value is in any of them."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_certificate: bool = False
    advice: str = ""


def verify_release(
    folder: Path,
    asked: Asked,
    *,
    against: list[Path] | None = None,
    case_folder: Path | None = None,
    public_key: Path | None = None,
) -> Verified:
    """Return what is wrong with a release folder, in plain words and without values.

    Raises:
        IntegrityError: it is not a release folder.
        UsageError: the key lies in the folder, or a path is wrong.
    """
    from pipeline.evidence.manifest import MANIFEST, SIGNATURE, integrity  # noqa: PLC0415 - keeps --help quick

    if not (folder / MANIFEST).is_file():
        from pipeline.casework.certified import is_certificate  # noqa: PLC0415

        if is_certificate(folder):
            return _verify_certificate(folder, case_folder, public_key)
        raise IntegrityError(str(folder), f"there is no {MANIFEST} in it", "name a folder that redact made")
    from pipeline.evidence.signature import signature_verdict  # noqa: PLC0415

    manifest = (folder / MANIFEST).read_bytes()
    verdict = signature_verdict(folder, manifest, public_key)
    found = Verified([*verdict.problems, *integrity(folder, (SIGNATURE,))], [verdict.told] if verdict.told else [])
    case = None
    if case_folder is not None:
        from pipeline.case.proof import binding_problems  # noqa: PLC0415
        from pipeline.cli.opening import open_case  # noqa: PLC0415

        case = open_case(case_folder)
        found.problems += binding_problems(case, manifest)
    if not found.problems:
        _look_again(folder, asked, against or [], case, found)
    return found


def _verify_certificate(folder: Path, case_folder: Path | None, public_key: Path | None) -> Verified:
    """Return what is wrong with a certificate."""
    from pipeline.casework.certified import certificate_problems  # noqa: PLC0415 - keeps --help quick
    from pipeline.cli.opening import open_case  # noqa: PLC0415
    from pipeline.evidence.certificate import CERTIFICATE, CERTIFICATE_SIGNATURE  # noqa: PLC0415
    from pipeline.evidence.signature import signature_verdict  # noqa: PLC0415

    content = (folder / CERTIFICATE).read_bytes()
    verdict = signature_verdict(folder, content, public_key, CERTIFICATE_SIGNATURE)
    case = open_case(case_folder) if case_folder is not None else None
    problems = [*verdict.problems, *certificate_problems(folder, case)]
    return Verified(problems, [verdict.told] if verdict.told else [], is_certificate=True)


def _look_again(folder: Path, asked: Asked, against: list[Path], case: Case | None, found: Verified) -> None:
    from pipeline.release import CONTACT_FILES  # noqa: PLC0415 - keeps --help quick

    policies = [path for path in sorted((folder / "policy").glob("*.yaml")) if path.name not in CONTACT_FILES]
    if len(policies) != 1:
        found.problems.append("policy: the folder does not hold exactly one policy")
        return
    if not (folder / "records").is_dir():
        return
    told: dict[str, Any] = json.loads((folder / "release.json").read_bytes())
    asked = replace(asked, policy=str(policies[0]), config=folder / "policy")
    if case is not None:
        from pipeline.case.deciding import overrides_of  # noqa: PLC0415 - keeps --help quick

        people = overrides_of(case)
        asked = replace(asked, key=case.key, overrides=replace(people, rulings={}))
    sees_more = _rescan(folder, against, case, asked, Standing(told, asked), found)
    is_fast = (told.get("accuracy"), asked.accuracy) == (Accuracy.FAST.value, Accuracy.THOROUGH)
    if is_fast and sees_more:
        found.advice = LESS_THOROUGH


class Standing:
    """Judges what still stands in a copy: people may have released it, and how many such places the manifest tells."""

    def __init__(self, told: dict[str, Any], asked: Asked) -> None:
        totals = told.get("totals") or {}
        told_of = (totals.get("released_by_people") or {}).items()
        self._left = Counter({str(entity): int(count) for entity, count in told_of})
        self._people = asked.overrides
        self.by_people = 0
        self.sequence = int((told.get("case") or {}).get("sequence") or 0)
        """The number of the release in its case, 0 where it has none."""

    def is_released(self, decision: Decision) -> bool:
        """Return whether a person released this: with the case by its value, without it by the count of its entity."""
        finding, people = decision.finding, self._people
        known = people is not None and finding.digest in people.released
        # The case knows no values of a column that was released as a whole.
        counted = people is None or finding.entity in people.released_in_columns
        if not known and counted and self._left[finding.entity] >= finding.count:
            known = True
            self._left[finding.entity] -= finding.count
        self.by_people += finding.count if known else 0
        return known


def _rescan(
    folder: Path, against: list[Path], case: Case | None, asked: Asked, standing: Standing, found: Verified
) -> bool:
    """Scan and search the copies again; return whether the scan itself found something in them."""
    from pipeline.copies.rechecking import survivors, survivors_of  # noqa: PLC0415
    from pipeline.engine import scan  # noqa: PLC0415 - keeps --help quick
    from pipeline.intake import collect  # noqa: PLC0415

    if case is not None:
        from pipeline.case.deciding import overrides_of  # noqa: PLC0415

    job, policy = make_job(asked)
    job = as_released(job, folder, asked.stated)
    with workers(job, asked.workers) as pool, progress_bar() as progress:
        done = scan(collect([folder / "records"]), job, policy, pool, progress)
        seen = list(_problems(done, standing))
        found.problems += seen
        pixels = sum(_has_unread_pixels(unit) for unit in done.units)
        if pixels:
            found.notes.append(UNREAD_PIXELS.format(pixels))
        attached = sum(gap.code == "image" for unit in done.units if not unit.held for gap in _unread_parts(unit))
        if attached:
            found.notes.append(UNREAD_ATTACHMENTS.format(attached))
        if case is not None:
            from pipeline.case.column_values import has_columns, take_column_values  # noqa: PLC0415
            from pipeline.case.proof import needles_for, run_of_release  # noqa: PLC0415
            from pipeline.casework.missed import again_problems  # noqa: PLC0415
            from pipeline.verify import WithheldIndex  # noqa: PLC0415

            run = run_of_release(case, (folder / "release.json").read_bytes())
            index = WithheldIndex(case.keyed, needles_for(case, run, _scopes(done)))
            kept = take_column_values(case, index, done.workspace.folder / CASE_COLUMNS, run)
            found.problems += survivors_of(done, index, pool, progress)
            found.problems += again_problems(case, folder, pool, standing.sequence)
            if not kept and not against and has_columns(case, run):
                found.notes.append(NO_COLUMNS)
        if against:
            # what people decided is known by its place in the sources, and by its value in the copies
            decided = replace(job, overrides=overrides_of(case)) if case is not None else job
            found.problems += survivors(done, collect(against), decided, policy, pool, progress)
    found.problems = list(dict.fromkeys(found.problems))
    if standing.by_people:
        how = "" if case is not None else "; give --case to see that it is these very ones"
        found.notes.append(f"{standing.by_people} places stand because a person released them{how}")
    return any(_STANDS in each for each in seen)


def _problems(done: Scan, standing: Standing) -> Iterator[str]:
    from pipeline.model import words  # noqa: PLC0415 - keeps --help quick

    for file in done.files:
        if file.held:
            yield f"{file.file.name}: {file.held}"
        for unit in file.units:
            where = f"{file.file.name}, unit {unit.unit.ordinal + 1}"
            if unit.held and not _has_unread_pixels(unit):
                yield f"{where}: {unit.held}"
            for gap in _unread_parts(unit):
                if gap.code != "image" and not unit.held:
                    yield f"{where}, {words(gap.address)}: {gap.why}"
            for each in unit.decisions:
                if each.withholds and not standing.is_released(each):
                    at = words(each.finding.address)
                    yield f"{where}, {at}: {each.finding.entity}{_STANDS}{each.rule})"


def _has_unread_pixels(unit: UnitResult) -> bool:
    """Return whether pixels are all that was not examined of a unit: its text layer was, its bytes are as written."""
    reasons = {gap.why for gap in unit.gaps if gap.code == "image"}
    pages = unit.unit.source.format in {"pdf", "picture"}
    return pages and unit.held in reasons and all(gap.code == "image" for gap in unit.gaps)


def _unread_parts(unit: UnitResult) -> Iterator[Gap]:
    """Yield what of a copy of mail was not examined (a note stands in it for every part that was withheld)."""
    if unit.unit.source.format in {"message", "mbox"}:
        yield from unit.gaps


def _scopes(done: Scan) -> Iterator[str]:
    for file in done.files:
        yield file.file.name
        for unit in file.units:
            yield unit.unit.key
            for each in unit.decisions:
                yield each.finding.record
                yield each.finding.thread
