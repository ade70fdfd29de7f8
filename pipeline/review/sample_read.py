"""What of a sample was shown to a person in this session: who says that nothing is left in a record has read it.

Pages note each part of a record as they show it; pages and the interface for programs ask here before they take it from
somebody that nothing was missed where somebody said so, or that what was missed is withheld now.
"""

from __future__ import annotations

from pipeline.case.sampled import Miss
from pipeline.case.store import CaseError
from pipeline.review.desk import Desk
from pipeline.review.parts import Parts
from pipeline.review.sampling import Standing
from pipeline.review.sessions import Visit


def key(standing: Standing, number: int, part: int) -> str:
    """Return what stands for a part of a drawn record, from 0, among what was shown in a session."""
    return f"sample {standing.release}#{number}@{part}"


def unseen(visit: Visit, standing: Standing, number: int, parts: Parts) -> list[int]:
    """Return the parts of a record, from 1, that were not shown to a person in this session."""
    return [at + 1 for at in range(len(parts.starts)) if key(standing, number, at) not in visit.viewed]


def key_before(standing: Standing, miss: Miss, part: int) -> str:
    """Return what stands for a part of the place of a miss, as it reads in the latest release."""
    return f"missed {miss.release}#{miss.number} in {standing.release}@{part}"


def unseen_before(visit: Visit, standing: Standing, miss: Miss, parts: Parts | None) -> list[int]:
    """Return the parts of the place of a miss, from 1, that were not shown to a person in this session."""
    count = len(parts.starts) if parts is not None else 0
    return [at + 1 for at in range(count) if key_before(standing, miss, at) not in visit.viewed]


def check_read(desk: Desk, visit: Visit, number: int) -> None:
    """See that a record was shown, all of it, before somebody says that nothing was missed in it (raises CaseError)."""
    _check(unseen(visit, desk.sampling.standing(), number, desk.sampling.parts(number)))


def check_read_before(desk: Desk, visit: Visit, miss: Miss) -> None:
    """See that the place of a miss was shown as it reads now (raises CaseError)."""
    _check(unseen_before(visit, desk.sampling.standing(), miss, desk.sampling.parts_before(miss)))


def _check(parts: list[int]) -> None:
    if parts:
        what = f"part {parts[0]} of this record was not shown to you yet"
        raise CaseError("sample", what, "show the values, and read all parts of it")
