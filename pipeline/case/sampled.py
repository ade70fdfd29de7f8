"""The sample of a certificate in the case: the draw and every mark are entries of the audit trail, and nothing else is.

A mark tells a record by its number in the sample (which follows from draw and frame), and whether something was missed
in it; the last mark of a record counts. So a sample that was begun at the terminal goes on at the review desk, the
other way round, and in both at once.

**A miss is not taken back by one person.** Once somebody said that something was missed in a record, that stands, also
through later releases, until two people say that nothing was, or until it is mended: somebody reads the record in a
later release and says that it is withheld there. One person is enough where the program sees that too
(:mod:`pipeline.casework.mending`): a marker stands at the spot that was pointed out. Else two have to say so.

**A mended miss stays known.** Every later release is looked through for it (:mod:`pipeline.casework.missed`); where it
is not withheld any more, it stands again. Of a miss the trail keeps where it was and keyed digests, never the text.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pipeline.case.spots import Spot
from pipeline.case.standing import Conflict
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import AuditRow, CertificateRow

DRAWN: Final = "drawn"
MARKED: Final = "marked a record of the sample"
MENDED: Final = "found a miss mended"
REOPENED: Final = "found a mended miss again"
CERTIFIED: Final = "certified"
VOICES: Final = 2
"""How many people must say that nothing was missed, once somebody said that something was."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw, as the case recorded it before anything was reviewed: from which frame, with which seed, how many.

    ``strata`` says how the frame was parted ("" not at all), ``records`` how many records each part of it has; both are
    None where the case does not say.
    """

    release: int
    seed: str
    frame_sha256: str
    sizes: Mapping[str, int]
    strata: str | None = None
    records: Mapping[str, int] | None = None

    @property
    def size(self) -> int:
        """How many records were drawn."""
        return sum(self.sizes.values())


@dataclass(frozen=True, slots=True)
class SampleMark:
    """What somebody said of a drawn record: whether something was missed in it, who, when, in which audit entry."""

    missed: bool
    by: str
    at: str
    entry: int


@dataclass(frozen=True, slots=True)
class Where:
    """Where a drawn record stood in its release (unit and record from 0), and how it read: a keyed digest.

    ``spots`` are those that a person pointed out in it.
    """

    file: str
    unit: int
    record: int
    reads: str
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Miss:
    """Something was missed in a record of a release's sample, and that stands.

    ``entry`` is the last audit entry about it, ``where`` is None where the case does not say, ``denied_by`` who says
    that nothing was missed there, ``mended_by`` who says that it is withheld in release ``mended_in``, which the
    program does not see. ``again`` is the release in which it was found again after it had been mended, 0 for none.
    """

    release: int
    number: int
    by: str
    at: str
    entry: int
    where: Where | None = None
    denied_by: tuple[str, ...] = ()
    mended_by: tuple[str, ...] = ()
    mended_in: int = 0
    again: int = 0

    @property
    def spots(self) -> tuple[Spot, ...]:
        """What was pointed out in the record."""
        return self.where.spots if self.where is not None else ()

    def is_denied_by(self, name: str) -> bool:
        """Return whether a person said so already, however the name is written."""
        return _one_name(name) in map(_one_name, self.denied_by)

    def is_mended_by(self, name: str, release: int) -> bool:
        """Return whether a person said already that it is withheld in a release, however the name is written."""
        return self.mended_in == release and _one_name(name) in map(_one_name, self.mended_by)


@dataclass(frozen=True, slots=True)
class Mend:
    """What was seen when somebody said of a miss that it is withheld in a release.

    ``is_seen`` says whether the program sees it too. ``reads`` is the keyed digest of how the record read, "" where
    none stood there. ``elsewhere`` says whether the words stood in other places of the same file.
    """

    release: int
    is_seen: bool
    reads: str = ""
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Mended:
    """A miss that was mended, and what was seen then."""

    miss: Miss
    mend: Mend


def _one_name(name: str) -> str:
    return " ".join(name.casefold().split())


def draw_entry(made: Draw) -> dict[str, Any]:
    """Return what the audit entry of a draw tells."""
    about = {"draw": made.release, "seed": made.seed, "frame_sha256": made.frame_sha256, "sizes": dict(made.sizes)}
    about |= {"strata": made.strata} if made.strata is not None else {}
    return about | ({"records": dict(made.records)} if made.records is not None else {})


class Trail:
    """What the audit trail tells of samples; asked again, it reads on from where it was read to."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._one = threading.Lock()
        self._read = 0
        self._draws: dict[int, Draw] = {}
        self._marks: dict[int, dict[int, SampleMark]] = {}
        self._last: dict[tuple[int, int], int] = {}
        self._misses: dict[tuple[int, int], Miss] = {}
        self._mended: dict[tuple[int, int], Mended] = {}
        self._certified: set[int] = set()

    def draw(self, release: int, session: Session | None = None) -> Draw | None:
        """Return the draw for a release."""
        with self._one:
            self._follow(session)
            return self._draws.get(release)

    def marks(self, release: int, session: Session | None = None) -> Mapping[int, SampleMark]:
        """Return what stands of the marks of a release's sample, by the number of the record in it, from 1."""
        with self._one:
            self._follow(session)
            return dict(self._marks.get(release, {}))

    def last(self, release: int, number: int, session: Session | None = None) -> int:
        """Return the number of the audit entry that was the last one about a drawn record, 0 for none."""
        with self._one:
            self._follow(session)
            return self._last.get((release, number), 0)

    def misses(self, session: Session | None = None) -> list[Miss]:
        """Return what was missed in any release and stands, in order of release and record."""
        with self._one:
            self._follow(session)
            return [self._misses[each] for each in sorted(self._misses)]

    def mended(self, session: Session | None = None) -> list[Mended]:
        """Return what was missed and mended, in order of release and record."""
        with self._one:
            self._follow(session)
            return [self._mended[each] for each in sorted(self._mended)]

    def _follow(self, session: Session | None) -> None:
        if session is None:
            with Session(self._case.engine) as own:
                self._take(own)
        else:
            self._take(session)

    def _take(self, session: Session) -> None:
        mine = AuditRow.case_id == self._case.id
        last = session.scalar(select(func.max(AuditRow.number)).where(mine)) or 0
        if last <= self._read:
            return
        told = or_(*(AuditRow.tells("action", each) for each in (DRAWN, MARKED, MENDED, REOPENED, CERTIFIED)))
        wanted = select(AuditRow.number, AuditRow.entry).where(
            mine, AuditRow.number > self._read, AuditRow.number <= last
        )
        for number, entry in session.execute(wanted.where(told).order_by(AuditRow.number)):
            self._one_more(number, json.loads(entry))
        self._read = last

    def _one_more(self, number: int, entry: Mapping[str, Any]) -> None:
        about = entry["about"]
        if entry["action"] == DRAWN:
            parted = about.get("strata"), about.get("records")
            made = Draw(about["draw"], about["seed"], about["frame_sha256"], about["sizes"], *parted)
            self._draws.setdefault(made.release, made)
        elif entry["action"] == CERTIFIED:
            self._certified.add(about["release"])
        elif entry["action"] == MENDED:
            self._found_mended(number, entry, (about["sample"], about["record"]))
        elif entry["action"] == REOPENED:
            self._found_again(number, entry, (about["sample"], about["record"]))
        elif entry["action"] == MARKED:
            self._said(number, entry, (about["sample"], about["record"]))

    def _found_mended(self, number: int, entry: Mapping[str, Any], which: tuple[int, int]) -> None:
        about, by = entry["about"], entry["by"]
        self._last[which] = number
        miss = self._misses.pop(which, None)
        if miss is None:
            return
        release = about["release"]
        mend = Mend(release, bool(about.get("seen", True)), about.get("reads", ""), bool(about.get("elsewhere", False)))
        said = miss.mended_by if miss.mended_in == release else ()
        if not miss.is_mended_by(by, release):
            said = (*said, by)
        if mend.is_seen or len(said) >= VOICES:
            self._mended[which] = Mended(miss, mend)
        else:
            self._misses[which] = replace(miss, entry=number, mended_by=said, mended_in=release)

    def _found_again(self, number: int, entry: Mapping[str, Any], which: tuple[int, int]) -> None:
        self._last[which] = number
        known = self._mended.pop(which, None)
        if known is not None:
            again = entry["about"]["release"]
            self._misses[which] = replace(
                known.miss, entry=number, denied_by=(), mended_by=(), mended_in=0, again=again
            )  # fmt: skip

    def _said(self, number: int, entry: Mapping[str, Any], which: tuple[int, int]) -> None:
        about, by, at = entry["about"], entry["by"], entry["at"]
        self._last[which] = number
        before = self._misses.pop(which, None)
        if about["missed"]:
            self._mended.pop(which, None)
            self._misses[which] = Miss(*which, by, at, number, _where_told(about, before))
        elif before is not None:
            denied = before.denied_by if before.is_denied_by(by) else (*before.denied_by, by)
            if len(denied) < VOICES:  # one person alone clears no miss
                self._misses[which] = replace(before, entry=number, denied_by=denied)
                return
        if which[0] in self._certified:  # what a certificate was made of stays
            return
        marks = self._marks.setdefault(which[0], {})
        marks.pop(which[1], None)
        if about["missed"] is not None:
            marks[which[1]] = SampleMark(about["missed"], by, at, number)


def _where_told(about: Mapping[str, Any], before: Miss | None) -> Where | None:
    """Return where something was missed: as it is told now, with what was pointed out before."""
    known = before.where if before is not None else None
    where = Where(*about["where"]) if about.get("where") else known
    if where is None:
        return None
    spots = [*(known.spots if known is not None else ()), *(Spot.of(each) for each in about.get("spots", ()))]
    return replace(where, spots=tuple(dict.fromkeys(spots)))


def mark_record(
    case: Case, trail: Trail, made: Draw, number: int, missed: bool | None, *, by: str, seen: int = 0,
    where: Where | None = None,
) -> None:  # fmt: skip
    """Record what somebody says of a drawn record.

    Args:
        case: the case.
        trail: what its trail tells.
        made: the draw.
        number: the record, counted in the sample from 1.
        missed: whether something was missed in it; None takes the mark back. Of a miss "nothing" is one voice of two.
        by: who read it.
        seen: the audit entry that was the last one about it when it was shown, 0 for none.
        where: where the record stands and how it reads, of one in which something was missed.

    Raises:
        CaseError: there is no such record, the release has its certificate, or a miss would be taken back by one alone.
        Conflict: somebody else marked it meanwhile.
    """
    if not 1 <= number <= made.size:
        raise CaseError("sample", "there is no such record in the sample", f"it has the records 1 to {made.size}")
    with case.action(by, MARKED) as action:
        stands = {(each.release, each.number): each for each in trail.misses(action.session)}
        miss = stands.get((made.release, number))
        if miss is None and certificate_in(action.session, case.id, made.release) is not None:
            raise CaseError("sample", "this release has its certificate", "a fresh sample needs a fresh release")
        if trail.last(made.release, number, action.session) != seen:
            what = f"somebody else marked record {number} of the sample meanwhile"
            raise Conflict("sample", what, "look at it again; nothing was changed")
        if miss is not None and not missed:
            _check_denial(miss, missed, by)
        action.about |= {"sample": made.release, "record": number, "missed": missed}
        if missed and where is not None:
            action.about["where"] = [where.file, where.unit, where.record, where.reads]
            if where.spots:
                action.about["spots"] = [each.told() for each in where.spots]


def _check_denial(miss: Miss, missed: bool | None, by: str) -> None:
    """See that a miss is not taken back by one person (raises CaseError)."""
    if missed is None:
        what = f"a miss in record {miss.number} was told, and no one person takes that back"
        raise CaseError(
            "sample", what, f'say "no, nothing was missed": it counts once {VOICES} people say so; or mend it'
        )
    if miss.is_denied_by(by):
        what = "you said already that nothing was missed in it, and one person alone clears no miss"
        raise CaseError("sample", what, "another person reads it and says so too; or mend it, and release again")


def note_mended(case: Case, trail: Trail, miss: Miss, mend: Mend, *, by: str) -> bool:
    """Record that somebody read in a later release that what was missed is withheld now.

    Returns:
        Whether it is answered by that: where the program does not see it, another person has to say so too.

    Raises:
        CaseError: it does not stand any more, this is no later release, or this person said so already.
        Conflict: somebody else said something of it meanwhile.
    """
    with case.action(by, MENDED) as action:
        if mend.release <= miss.release:
            raise CaseError("sample", "this release has the miss itself", "mend it, and release again")
        if miss not in trail.misses(action.session):
            what = f"something else was said meanwhile of record {miss.number} of the sample of release {miss.release}"
            raise Conflict("sample", what, "look at it again; nothing was changed")
        if not mend.is_seen and miss.is_mended_by(by, mend.release):
            what = "you said already that it is withheld now, and the program does not see that"
            raise CaseError("sample", what, "another person reads it and says so too; or mark it in its record")
        action.about |= {"sample": miss.release, "record": miss.number, "release": mend.release, "seen": mend.is_seen}
        action.about |= {"reads": mend.reads, "elsewhere": mend.elsewhere}
    return all((each.release, each.number) != (miss.release, miss.number) for each in trail.misses())


def note_again(case: Case, trail: Trail, mended: Mended, release: int, why: str) -> bool:
    """Record that a release does not withhold what was missed before and had been mended: it stands again.

    Args:
        case: the case.
        trail: what its trail tells.
        mended: the miss.
        release: the release, later than the one in which it was mended.
        why: what was seen, in words without any value.

    Returns:
        Whether it was recorded: False where somebody said something else of it meanwhile.
    """
    if mended not in trail.mended():
        return False
    with case.action("releasable", REOPENED) as action:
        miss = mended.miss
        action.about |= {"sample": miss.release, "record": miss.number, "release": release, "why": why}
    return True


def certificate_in(session: Session, case_id: str, release: int) -> CertificateRow | None:
    """Return the certificate of a release, None where it has none."""
    wanted = select(CertificateRow).where(CertificateRow.case_id == case_id, CertificateRow.sequence == release)
    return session.scalars(wanted.order_by(CertificateRow.id)).first()
