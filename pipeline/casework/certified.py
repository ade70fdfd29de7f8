"""Is a certificate what was written: its numbers fit each other, the office signed it, and the case tells the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.checking import check_case
from pipeline.case.sampled import Draw, SampleMark, Trail, certificate_in
from pipeline.case.store import Case
from pipeline.case.tables import ReleaseRow
from pipeline.errors import IntegrityError
from pipeline.evidence.certificate import (
    CERTIFICATE,
    CERTIFICATE_SIGNATURE,
    CERTIFICATE_WORDS,
    CONFIDENCE,
    Certificate,
    Stratum,
    certificate_json,
    certificate_text,
    joint_most_bad,
)

_FIELDS: Final = tuple(Certificate.__dataclass_fields__)


def is_certificate(folder: Path) -> bool:
    """Return whether a folder is that of a certificate."""
    return (folder / CERTIFICATE).is_file()


def certificate_problems(folder: Path, case: Case | None = None) -> list[str]:
    """Return what is wrong with a certificate, in plain words; nothing when it is what was written.

    Without a case a change is found where numbers, statement and words do not fit each other any more; whoever changes
    all of them is found by the signature (:func:`pipeline.evidence.signature.signature_verdict`) or by the case.

    Args:
        folder: that of the certificate.
        case: its case; no key is needed.

    Raises:
        IntegrityError: the certificate cannot be read.
    """
    content = (folder / CERTIFICATE).read_bytes()
    made = _certificate(content, folder / CERTIFICATE)
    known = {CERTIFICATE, CERTIFICATE_WORDS, CERTIFICATE_SIGNATURE}
    problems = [f"{name}: it is not part of a certificate" for name in sorted(_names(folder) - known)]
    if made.confidence != CONFIDENCE or made.most_bad != joint_most_bad(made.strata):
        problems.append(f"{CERTIFICATE}: its limit does not follow from its sample")
    elif certificate_json(made) != content:
        problems.append(f"{CERTIFICATE}: it was changed: what it says does not follow from its numbers")
    words = folder / CERTIFICATE_WORDS
    if not words.is_file() or words.read_bytes() != certificate_text(made).encode("utf-8"):
        problems.append(f"{CERTIFICATE_WORDS}: it does not say what {CERTIFICATE} says")
    return problems + (_against_case(made, case) if case is not None else [])


def _names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def _certificate(content: bytes, path: Path) -> Certificate:
    try:
        told = json.loads(content)
        strata = tuple(Stratum(each["name"], each["records"], each["drawn"], each["misses"]) for each in told["strata"])
        made = Certificate(**{**{name: told[name] for name in _FIELDS}, "strata": strata})
        is_one = _is_possible(made)
    except (ValueError, TypeError, KeyError, RecursionError):
        is_one = False
    if not is_one:
        raise IntegrityError(str(path), "this is no certificate that was written here", "get it anew")
    return made


def _is_possible(made: Certificate) -> bool:
    numbers = [(each.misses, each.drawn, each.records) for each in made.strata]
    whole = all(type(each) is int for row in numbers for each in row) and type(made.most_bad) is int
    whole = whole and type(made.confidence) is float
    return whole and all(0 <= misses <= drawn <= records for misses, drawn, records in numbers) and made.drawn > 0


def _against_case(made: Certificate, case: Case) -> list[str]:
    """Return where a certificate and its case tell different things."""
    if made.case != case.id:
        return [f"{CERTIFICATE}: it belongs to another case"]
    with Session(case.engine) as session:
        row = certificate_in(session, case.id, made.release)
        release = session.scalars(
            select(ReleaseRow).where(ReleaseRow.case_id == case.id, ReleaseRow.sequence == made.release)
        ).first()
        trail = Trail(case)
        draw, marks = trail.draw(made.release, session), trail.marks(made.release, session)
    if row is None or release is None or draw is None:
        return [f"{CERTIFICATE}: the case knows no certificate of release {made.release}"]
    sizes = {each.name: each.drawn for each in made.strata}
    compared: dict[str, tuple[Any, Any]] = {
        "request": (made.request, case.row.request),
        "reader": (made.reviewed_by, row.by),
        "time": (made.reviewed_at, row.at),
        "misses": (made.misses, row.misses),
        "limit": ({"most_bad": made.most_bad, "drawn": made.drawn}, json.loads(row.result)),
        "seed": (made.seed, draw.seed),
        "frame": (made.frame_sha256, draw.frame_sha256),
        "sample": (sizes, dict(draw.sizes)),
        "release": (made.manifest_sha256, release.manifest_sha256),
    }
    wrong = [
        f"{CERTIFICATE}: the case tells another {name}" for name, (here, there) in compared.items() if here != there
    ]
    return wrong + _strata_problems(made, draw, marks) + check_case(case)


def _strata_problems(made: Certificate, draw: Draw, marks: Mapping[int, SampleMark]) -> list[str]:
    """Return where the strata of a certificate are not those of the frame, or not what people said of each record.

    Drawn records are numbered from 1, stratum by stratum; a record that nobody marked is named.
    """
    problems = []
    if draw.records is not None and {each.name: each.records for each in made.strata} != dict(draw.records):
        problems.append(f"{CERTIFICATE}: the case tells other numbers of records in its strata")
    numbers = count(1)
    told = {each.name: each.misses for each in made.strata}
    for name, drawn in sorted(draw.sizes.items()):
        own = list(islice(numbers, drawn))
        problems += [f"record {each} of the sample: nobody marked it in the case" for each in own if each not in marks]
        missed = sum(each in marks and marks[each].missed for each in own)
        if told.get(name) != missed:
            problems.append(f"{CERTIFICATE}: the case tells another number of misses in the stratum {name}")
    return problems
