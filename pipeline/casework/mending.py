"""What was missed in an earlier release: is it withheld in the latest one.

The program looks first (:mod:`pipeline.casework.missed`): where a released record still reads as the one did in which
something was missed, or where that stands at the spot that was pointed out, nobody can say that it is mended. Then a
person reads the place as it is now, and says that it is withheld. That is enough where the program sees it too: a
marker stands at the spot. Where it cannot see that (nobody pointed out a spot, or the record is another one now), a
second person has to read it and say so. A record can change for another reason, and a person can look at another place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pipeline.case.sampled import Mend, Miss, Trail, note_mended
from pipeline.case.store import Case, CaseError
from pipeline.casework.certifying import certifiable
from pipeline.casework.missed import is_supplement, looked_for
from pipeline.casework.released import texts_in
from pipeline.errors import IntegrityError
from pipeline.evidence.certificate import Record
from pipeline.inputs import InputFile
from pipeline.intake import collect
from pipeline.workspace import Runner

MEND: Final = "mark it (at the review desk, or releasable marks add), and release again"


def misses_before(case: Case, sequence: int) -> list[Miss]:
    """Return what was missed in releases before one and stands."""
    return [each for each in Trail(case).misses() if each.release < sequence]


def text_at(_state: Any, asked: tuple[InputFile, Record]) -> str | None:
    """Return the text of the record at a place of a copy, None where none stands there."""
    file, record = asked
    return next((text for each, text in texts_in(file) if each == record), None)


def check_mended(case: Case, release: Path, runner: Runner, misses: Sequence[Miss]) -> list[Mend]:
    """See that nothing of what was missed stands in the latest release as it did.

    Args:
        case: the case, with its key.
        release: the folder of its latest release.
        runner: workers; no model is needed.
        misses: of releases before it.

    Returns:
        For each what is seen: whether the program sees that it is withheld there.

    Raises:
        CaseError: one still stands, the case does not say where one was, or the folder is not a whole latest release.
        IntegrityError: a copy cannot be read.
    """
    sequence = certifiable(case, release, again=True)
    if is_supplement(release):
        what = "a supplemental release has only what changed, and does not show that a miss is mended"
        raise CaseError(str(release), what, "make a whole release: redact --case, or at the desk")
    for each in misses:
        if each.where is None:
            what = f"the case does not say where the miss in {_named(each)} was"
            raise CaseError("sample", what, "two people read it and say at the desk that nothing was missed there")
    made = []
    for each, looked in zip(misses, looked_for(case, release, runner, misses), strict=True):
        if looked.failure is not None:
            what = f"its records cannot be read ({looked.failure.what})"
            raise IntegrityError(str(release), what, "make the release again")
        if looked.as_before:
            raise CaseError("sample", f"{_named(each)} is released as it was, with what was missed", MEND)
        if looked.stands:
            what = f"{_named(each)} is not mended: what was pointed out in it still stands at its place"
            raise CaseError("sample", what, MEND)
        made.append(Mend(sequence, looked.is_seen_withheld, looked.reads, looked.elsewhere))
    return made


def unseen(miss: Miss) -> str:
    """Return why the program does not see by itself that a miss is mended, as a person is told."""
    if not miss.spots:
        return "nobody pointed out in the record what was missed, so the program cannot see that it is withheld"
    return "the program finds no marker where it was missed (the record is held back, or reads otherwise now)"


def _named(miss: Miss) -> str:
    return f"record {miss.number} of the sample of release {miss.release}"


def read_again(release: Path, runner: Runner, miss: Miss) -> str | None:
    """Return how the place of a miss reads in a later release, None where no record stands there.

    Raises:
        IntegrityError: the copy cannot be read.
    """
    file = copy_of(release, miss)
    if file is None or miss.where is None:
        return None
    record = Record(file.name, miss.where.unit, miss.where.record)
    for _, text, failure in runner.map(text_at, ((file, record),)):
        if failure is not None:
            raise IntegrityError(file.name, f"its records cannot be read ({failure.what})", "make the release again")
        return str(text) if text is not None else None
    return None


def copy_of(release: Path, miss: Miss) -> InputFile | None:
    """Return the copy in a release that a miss was in, None where there is none any more."""
    name = miss.where.file if miss.where is not None else ""
    return next((each for each in collect([release / "records"]) if each.name == name), None)


def said_mended(case: Case, miss: Miss, mend: Mend, *, by: str) -> bool:
    """Record that a person read it in a later release and says it is withheld there.

    Returns:
        Whether it is answered by that; else another person has to say so too.

    Raises:
        CaseError: this person said so already.
        Conflict: somebody else said something of it meanwhile.
    """
    return note_mended(case, Trail(case), miss, mend, by=by)
