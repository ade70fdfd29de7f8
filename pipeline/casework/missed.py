"""What was missed in earlier releases, looked for in a release: is it withheld there.

A person may say of a miss that it is mended only where this look does not see it stand; and every later release of the
case is looked through again for what was mended. Records are told by how they read, spots by the words around them:
where a record stands in a later release follows from what else is released.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.case.proof import ANSWER
from pipeline.case.sampled import Mended, Miss, Trail, note_again
from pipeline.case.spots import Reader, Seen, Sight, Watch
from pipeline.case.store import Case
from pipeline.casework.released import joined, reads_as, records_in, units_in
from pipeline.errors import Failure
from pipeline.evidence.manifest import MANIFEST
from pipeline.inputs import InputFile
from pipeline.intake import collect
from pipeline.texts.digest import Keyed
from pipeline.workspace import Runner

UNREAD: Final = "the copy cannot be read, so nobody sees whether it is withheld there"
SUPPLEMENT: Final = "supplements"


@dataclass(frozen=True, slots=True)
class Looked:
    """What is seen of a miss in a release.

    ``as_before`` says whether a record reads as that one did, ``as_mended`` whether one reads as it did when it was
    mended. ``reads`` is how the record at its place reads, "" where none stands there; ``spots`` is what is seen of
    each spot; ``failure`` says that its copy could not be read.
    """

    as_before: bool = False
    as_mended: bool = False
    reads: str = ""
    spots: tuple[Seen, ...] = ()
    failure: Failure | None = None

    @property
    def is_seen_withheld(self) -> bool:
        """Whether a marker stands at every spot that was pointed out, and nothing of it stands at its place."""
        sees = [each.sight for each in self.spots]
        return bool(sees) and not self.as_before and all(each is Sight.WITHHELD for each in sees)

    @property
    def stands(self) -> bool:
        """Whether what was missed stands as it did."""
        return self.as_before or any(each.sight is Sight.STANDS for each in self.spots)

    @property
    def elsewhere(self) -> bool:
        """Whether the words of a spot stand anywhere in its file."""
        return any(each.anywhere for each in self.spots)


_Answer = tuple[frozenset[str], Mapping[int, tuple[str, tuple[Seen, ...]]]]


def look_in(_state: Any, asked: tuple[InputFile, frozenset[str], Mapping[int, Miss], bytes]) -> _Answer:
    """Return which of some keyed digests a record of a copy reads as, and what is seen of the misses of this copy."""
    file, wanted, own, key = asked
    keyed = Keyed(key)
    reader, found, reads = Reader(keyed), set[str](), dict[int, str]()
    watched = {number: [Watch(spot) for spot in miss.spots] for number, miss in own.items() if miss.spots}
    for unit, each in enumerate(units_in(file)[1]):
        for at, texts in enumerate(records_in(file, each)):
            text = joined(texts)
            read = reads_as(keyed, text)
            if read in wanted:
                found.add(read)
            words = reader.words(text) if watched else ()
            for number, miss in own.items():
                is_here = miss.where is not None and (miss.where.unit, miss.where.record) == (unit, at)
                if is_here:
                    reads[number] = read
                for spot in watched.get(number, ()):
                    spot.take(words, is_here=is_here)
    return frozenset(found), {
        number: (reads.get(number, ""), tuple(spot.seen for spot in watched.get(number, ()))) for number in own
    }


def looked_for(case: Case, release: Path, runner: Runner, misses: Sequence[Miss | Mended]) -> list[Looked]:
    """Return what is seen in a release of what was missed in earlier ones, in the order asked.

    Args:
        case: the case, with its key.
        release: a folder of a later release.
        runner: workers; no model is needed.
        misses: each with where it was; one of which the case does not say that is not looked for.
    """
    if not misses:
        return []
    told = [each.miss if isinstance(each, Mended) else each for each in misses]
    after = [each.mend.reads if isinstance(each, Mended) else "" for each in misses]
    wanted = frozenset({each.where.reads for each in told if each.where is not None} | set(after)) - {""}
    own: dict[str, dict[int, Miss]] = defaultdict(dict)
    for number, miss in enumerate(told):
        if miss.where is not None:
            own[miss.where.file][number] = miss
    asked = ((each, wanted, own.get(each.name, {}), case.key) for each in collect([release / "records"]))
    read: set[str] = set()
    seen: dict[int, tuple[str, tuple[Seen, ...]]] = {}
    failed: dict[int, Failure] = {}
    unread: Failure | None = None
    for (file, _, _, _), answer, failure in runner.map(look_in, asked):
        if failure is not None:
            unread = unread or failure
            failed |= dict.fromkeys(own.get(file.name, {}), failure)
        else:
            read |= answer[0]
            seen |= answer[1]
    gone = Seen(Sight.NOT_FOUND, anywhere=False)
    return [
        Looked(
            as_before=miss.where is not None and miss.where.reads in read,
            as_mended=after[number] in read,
            reads=seen[number][0] if number in seen else "",
            spots=seen[number][1] if number in seen else (gone,) * len(miss.spots),
            failure=failed.get(number, unread),
        )
        for number, miss in enumerate(told)
    ]  # fmt: skip


def found_again(case: Case, release: Path, runner: Runner, sequence: int) -> int:
    """Look through a release for what was missed before and had been mended; what is not withheld stands again.

    Args:
        case: the case, with its key.
        release: the folder of a release.
        runner: workers; no model is needed.
        sequence: its number.

    Returns:
        How many stand again: these hold the release, and every later one.
    """
    trail = Trail(case)
    told = standing_again(case, release, runner, sequence)
    return sum(note_again(case, trail, mended, sequence, why) for mended, why in told)


def standing_again(case: Case, release: Path, runner: Runner, sequence: int) -> list[tuple[Mended, str]]:
    """Return what was mended before a release and is not withheld in it, with what is seen; nothing is recorded.

    Takes what :func:`found_again` does.
    """
    known = [each for each in Trail(case).mended() if each.mend.release < sequence]
    if not known:
        return []
    is_part = is_supplement(release)
    seen = zip(known, looked_for(case, release, runner, known), strict=True)
    told = ((mended, _why_again(mended, looked, is_part=is_part)) for mended, looked in seen)
    return [(mended, why) for mended, why in told if why]


def again_problems(case: Case, release: Path, runner: Runner, sequence: int) -> list[str]:
    """Return in plain words how a release is held by what was mended before and is not withheld in it."""
    return [
        f"release {sequence} is held: record {each.miss.number} of the sample of release {each.miss.release} had been"
        f" mended, and {why}; {ANSWER}"
        for each, why in standing_again(case, release, runner, sequence)
    ]


def is_supplement(release: Path) -> bool:
    """Return whether a release has only what changed since another."""
    about = json.loads((release / MANIFEST).read_bytes()).get("case")
    return bool(about and about.get(SUPPLEMENT))


def _why_again(mended: Mended, looked: Looked, *, is_part: bool) -> str:
    """Return why a mended miss stands again in a release, "" where it is withheld there, or nothing of it is there."""
    if looked.failure is not None:
        return UNREAD
    if looked.as_before:
        return "a record reads as it did when it was missed"
    if any(each.sight is Sight.STANDS for each in looked.spots):
        return "it stands where it was missed"
    if any(each.sight is Sight.CHANGED for each in looked.spots) and mended.mend.is_seen:
        return "no marker stands any more where it was missed"
    moved = any(each.sight is not Sight.WITHHELD and each.anywhere for each in looked.spots)
    if moved and not mended.mend.elsewhere:
        return "its words stand in this file again"
    if not mended.mend.is_seen and not looked.as_mended and not (is_part or _is_still_gone(mended, looked)):
        return "the record reads otherwise than when people read it and said that it is withheld"
    return ""


def _is_still_gone(mended: Mended, looked: Looked) -> bool:
    return not mended.mend.reads and not looked.reads
