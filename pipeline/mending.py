"""What was missed in an earlier release: is it withheld in the latest one.

The program sees whether any released record still reads as the one did in which something was missed; then a person
reads it where it stands now, and says whether what was missed is withheld. Neither alone is an answer: a record can
change for another reason, and a person can look at another place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pipeline.case.sampled import Miss, Trail, note_mended
from pipeline.case.store import Case, CaseError
from pipeline.certifying import certifiable, reads_as, texts_in
from pipeline.digest import Keyed
from pipeline.errors import IntegrityError
from pipeline.evidence.certificate import Record
from pipeline.evidence.manifest import MANIFEST
from pipeline.inputs import InputFile
from pipeline.intake import collect
from pipeline.workspace import Runner

MEND: Final = "mark it (at the review desk, or releasable marks add), and release again"


def misses_before(case: Case, sequence: int) -> list[Miss]:
    """Return what was missed in releases before one and stands."""
    return [each for each in Trail(case).misses() if each.release < sequence]


def still_read(_state: Any, asked: tuple[InputFile, frozenset[str], bytes]) -> frozenset[str]:
    """Return which of some keyed digests a record of a copy reads as."""
    file, wanted, key = asked
    keyed = Keyed(key)
    return wanted.intersection(reads_as(keyed, text) for _, text in texts_in(file))


def text_at(_state: Any, asked: tuple[InputFile, Record]) -> str | None:
    """Return the text of the record at a place of a copy, None where none stands there."""
    file, record = asked
    return next((text for each, text in texts_in(file) if each == record), None)


def check_mended(case: Case, release: Path, runner: Runner, misses: Sequence[Miss]) -> int:
    """See that no record of the latest release reads as one did in which something was missed.

    Args:
        case: the case, with its key.
        release: the folder of its latest release.
        runner: workers; no model is needed.
        misses: of releases before it.

    Returns:
        The number of the release.

    Raises:
        CaseError: one still reads so, the case does not say how one read, or the folder is not a whole latest release.
        IntegrityError: a copy cannot be read.
    """
    sequence = certifiable(case, release, again=True)
    if json.loads((release / MANIFEST).read_bytes()).get("case", {}).get("supplements"):
        what = "a supplemental release has only what changed, and does not show that a miss is mended"
        raise CaseError(str(release), what, "make a whole release: redact --case, or at the desk")
    for each in misses:
        if each.where is None:
            what = f"the case does not say where the miss in {_named(each)} was"
            raise CaseError("sample", what, "two people read it and say at the desk that nothing was missed there")
    wanted = frozenset(each.where.reads for each in misses if each.where is not None)
    asked = ((file, wanted, case.key) for file in collect([release / "records"]))
    for (file, _, _), found, failure in runner.map(still_read, asked):
        if failure is not None:
            raise IntegrityError(file.name, f"its records cannot be read ({failure.what})", "make the release again")
        for each in misses:
            if each.where is not None and each.where.reads in found:
                raise CaseError("sample", f"{_named(each)} is released as it was, with what was missed", MEND)
    return sequence


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


def said_mended(case: Case, misses: Sequence[Miss], sequence: int, *, by: str) -> None:
    """Record for each that a person read it in a later release and says it is withheld there (raises Conflict)."""
    trail = Trail(case)
    for each in misses:
        note_mended(case, trail, each, sequence, by=by)
