"""The certificate's sample at the desk: drawn, shown record by record as it was released, marked, and certified.

Frame, seed, limits and files are those of ``releasable certify``: both call :mod:`pipeline.casework.certifying`, and
both read and write the same marks, which are entries of the audit trail. What is read of the copies came through a
worker before, is shown as text only, and stays in memory within a limit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from pipeline.case.recording import latest_release
from pipeline.case.sampled import Draw, Miss, SampleMark, Trail, certificate_in, mark_record
from pipeline.case.standing import Conflict
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import CertificateRow, ReleaseRow
from pipeline.casework.certifying import (
    STRATA,
    Frame,
    Pointed,
    certifiable,
    certificate_of,
    certify,
    counts_of,
    drawn,
    drawn_before,
    numbered,
    parted,
    readers,
    sample_of,
    where_in,
    write_certificate,
)
from pipeline.casework.mending import check_mended, copy_of, said_mended, unseen
from pipeline.casework.missed import found_again
from pipeline.casework.released import texts_of
from pipeline.errors import IntegrityError
from pipeline.evidence.certificate import Certificate, Record, certificate_json
from pipeline.evidence.manifest import MANIFEST, file_sha256
from pipeline.inputs import InputFile
from pipeline.intake import collect
from pipeline.model import Segment, words
from pipeline.results import Progress
from pipeline.review.parts import Parts
from pipeline.review.released_texts import as_shown
from pipeline.workspace import Runner

MOST_CHARACTERS: Final = 8_000_000
"""Characters of drawn records that stay in memory; others are read again when they are shown."""
MOST_SHOWN: Final = 8
"""Records that stay in memory as pages show them."""
MOST_SIZE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A sample that can be read: its release, its draw, its frame, its records in order, the copies by name."""

    release: Path
    made: Draw
    frame: Frame
    records: tuple[Record, ...]
    files: Mapping[str, InputFile]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the sample of the latest release stands: number (0: no release) and status of the release, its folder.

    ``folder`` is None where the release is not found. ``certificate`` is the certificate that was recorded. ``before``
    is what was missed in releases before it and stands, ``own`` what was missed in its sample.
    """

    release: int = 0
    status: str = ""
    folder: Path | None = None
    draw: Draw | None = None
    opened: Opened | None = None
    marks: Mapping[int, SampleMark] = field(default_factory=dict)
    certificate: CertificateRow | None = None
    before: Sequence[Miss] = ()
    own: Mapping[int, Miss] = field(default_factory=dict)

    @property
    def misses(self) -> int:
        """In how many records something was missed."""
        return sum(each.missed for each in self.marks.values())

    @property
    def left(self) -> int:
        """How many drawn records nobody marked yet."""
        return self.draw.size - len(self.marks) if self.draw is not None else 0

    def next_after(self, number: int = 0) -> int:
        """Return the next record that nobody marked, counted from 1 and round the end; 0 where all are marked."""
        size = self.draw.size if self.draw is not None else 0
        return next((at for at in [*range(number + 1, size + 1), *range(1, number + 1)] if at not in self.marks), 0)


class Sampling:
    """The sample of the latest release of a case, as the desk shows and marks it."""

    def __init__(
        self,
        case: Case,
        folders: Callable[[int], Sequence[Path]],
        workers: Callable[[], AbstractContextManager[Runner]],
        markers: tuple[str, ...] = (),
        sign: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """Take a case.

        Args:
            case: the case.
            folders: says where its release of a number may lie, the usual place last.
            workers: gives workers that ask no model.
            markers: what stands in copies where something was withheld.
            sign: signs a certificate without a miss with the office's key, None: nothing is signed.
        """
        self._case, self._folders, self._workers, self._markers, self._sign = case, folders, workers, markers, sign
        self.trail = Trail(case)
        self.certificate: Certificate | None = None
        self._opened: Opened | None = None
        self._texts: dict[Record, tuple[Segment, ...]] = {}
        self._shown: OrderedDict[Record | tuple[Path, Miss], Parts] = OrderedDict()
        self._held = 0
        self._one = threading.Lock()

    def standing(self) -> Standing:
        """Return where the sample stands now."""
        with Session(self._case.engine) as session:
            last = latest_release(session, self._case.id)
            if last is None:
                return Standing()
            certificate = certificate_in(session, self._case.id, last.sequence)
        opened = self._opened if self._opened is not None and self._opened.made.release == last.sequence else None
        folder = opened.release if opened is not None else self._folder_of(last)
        draw, marks = self.trail.draw(last.sequence), self.trail.marks(last.sequence)
        misses = self.trail.misses()
        before = tuple(each for each in misses if each.release < last.sequence)
        own = {each.number: each for each in misses if each.release == last.sequence}
        return Standing(last.sequence, last.status, folder, draw, opened, marks, certificate, before, own)

    def _folder_of(self, last: ReleaseRow) -> Path | None:
        for folder in self._folders(last.sequence):
            manifest = folder / MANIFEST
            if manifest.is_file() and file_sha256(manifest) == last.manifest_sha256:
                return folder
        return None

    def _folder(self) -> Path:
        folder = self.standing().folder
        if folder is None:
            what = "the latest release is not where this desk looks for it"
            raise CaseError("sample", what, "open the desk with --release and the folder of that release")
        return folder

    # --- in the background --------------------------------------------------------------

    def draw(self, tell: Progress, size: int, strata: str, *, by: str) -> Opened:
        """Draw the sample, where none was drawn yet, and open it (raises CaseError, IntegrityError)."""
        if strata not in STRATA or not 1 <= size <= MOST_SIZE:
            raise CaseError("sample", "no sample can be drawn like that", "give a number of records, and known parts")
        folder = self._folder()
        with self._workers() as runner:
            tell("looking for what was missed before", 0, 1)
            found_again(self._case, folder, runner, self.standing().release)
            tell("counting the released records", 0, 1)
            frame = parted(counts_of(folder, runner), strata)
            made = drawn(self._case, folder, frame, size, by=by, strata=strata)
            return self._open(tell, runner, folder, (made, frame))

    def open(self, tell: Progress) -> Opened:
        """Open the sample that was drawn before (raises CaseError, IntegrityError)."""
        folder = self._folder()
        tell("checking the release", 0, 1)
        sequence = certifiable(self._case, folder, again=True)
        with self._workers() as runner:
            tell("counting the released records", 0, 1)
            known = drawn_before(self._case, counts_of(folder, runner), sequence)
            if known is None:
                raise CaseError("sample", "no sample was drawn yet", "draw one")
            opened = self._open(tell, runner, folder, known)
        row = self.standing().certificate
        if row is not None:
            marks = self._said(opened)
            self.certificate = certificate_of(
                self._case, folder, opened.frame, opened.made, marks, read_by=row.by, at=row.at
            )  # fmt: skip
            self._write()
        return opened

    def _open(self, tell: Progress, runner: Runner, folder: Path, drawn_of: tuple[Draw, Frame]) -> Opened:
        made, frame = drawn_of
        records = tuple(numbered(sample_of(frame, made)))
        files = {each.name: each for each in collect([folder / "records"])}
        by_file: dict[str, list[Record]] = {}
        for each in records:
            by_file.setdefault(each.file, []).append(each)
        wanted = [(files[name], own) for name, own in by_file.items()]
        self._forget()
        for at, ((file, own), answer, failure) in enumerate(runner.map(texts_of, wanted), start=1):
            if failure is not None:
                what = f"its records cannot be read ({failure.what})"
                raise IntegrityError(file.name, what, "make the release again")
            tell("reading the drawn records", at, len(wanted))
            for record, texts in zip(own, answer, strict=True):
                self._keep(record, texts)
        opened = Opened(folder, made, frame, records, files)
        self.certificate, self._opened = None, opened
        return opened

    def certify(self, tell: Progress, *, by: str) -> Certificate:
        """Record the certificate of the sample, all of which is marked, and write its files (raises CaseError)."""
        opened = self._is_open()
        tell("checking the release", 0, 1)
        certifiable(self._case, opened.release)
        marks = self.trail.marks(opened.made.release)
        certificate = certify(
            self._case, opened.release, opened.frame, opened.made, self._said(opened), by=by, read_by=readers(marks)
        )
        self.certificate = certificate
        self._write()
        return certificate

    def _said(self, opened: Opened) -> dict[Record, bool]:
        marks = self.trail.marks(opened.made.release)
        return {each: marks[at].missed for at, each in enumerate(opened.records, start=1) if at in marks}

    def _write(self) -> None:
        assert self.certificate is not None
        made = self.certificate
        signature = self._sign(certificate_json(made)) if self._sign is not None and not made.misses else b""
        write_certificate(self.out(made.release), made, signature)

    def out(self, release: int) -> Path:
        """Return the folder that the files of a certificate are written into: beside the case."""
        folder = self._case.folder.absolute()
        return self._folders(release)[-1].parent / f"{folder.name}-certificate-{release}"

    # --- one record ---------------------------------------------------------------------

    def mark(
        self, number: int, missed: bool | None, *, by: str, seen: int, release: int, pointed: Sequence[Pointed] = ()
    ) -> None:
        """Record what somebody says of a drawn record of a release (raises CaseError, Conflict; see ``mark_record``).

        Records of the samples of two releases have the same numbers: what was read in one says nothing of the other. Of
        an earlier release only what was missed there can be spoken of. ``pointed`` is what was missed in the record.
        """
        standing = self.standing()
        is_before = any((each.release, each.number) == (release, number) for each in standing.before)
        if release != standing.release and not is_before:
            what = f"this was read in release {release}, and the latest is release {standing.release}"
            raise Conflict("sample", what, "read the sample of the latest release; nothing was changed")
        draw = self.trail.draw(release)
        if draw is None:
            raise CaseError("sample", "no sample was drawn yet", "draw one")
        where = None
        is_new = number not in standing.own or pointed
        if missed and not is_before and is_new and number <= draw.size:
            where = where_in(self._case, self.record(number), self._read(number), pointed)
        mark_record(self._case, self.trail, draw, number, missed, by=by, seen=seen, where=where)

    def pointed(self, number: int, place: str, start: int, stop: int) -> Pointed:
        """Return a span of a drawn record as a page shows it, to say that something was missed there.

        Args:
            number: the record, from 1.
            place: its text, as the page names it.
            start: where it begins in that text, in code points.
            stop: where it ends.

        Raises:
            CaseError: the record has no such text.
        """
        places = [words(each.address) for each in self._read(number)]
        if places.count(place) != 1:
            raise CaseError("sample", "there is no such place in this record", "go back to the record")
        return Pointed(places.index(place), start, stop, place)

    # --- what was missed before -----------------------------------------------------------

    def missed_before(self, release: int, number: int) -> Miss:
        """Return what was missed in a record of the sample of an earlier release (raises CaseError)."""
        for each in self.standing().before:
            if (each.release, each.number) == (release, number):
                return each
        what = "nothing that stands was missed there"
        raise CaseError("sample", what, "look at the page of the sample: it may be answered by now")

    def parts_before(self, miss: Miss) -> Parts | None:
        """Return how the place of a miss reads in the latest release, None where no record stands there.

        Raises:
            CaseError: the release is not found.
            IntegrityError: the copy has no known format.
        """
        folder = self._folder()
        with self._one:
            if known := self._shown.get((folder, miss)):
                return known
        file = copy_of(folder, miss)
        if file is None or miss.where is None:
            return None
        with suppress(IndexError):
            texts = texts_of(None, (file, (Record(file.name, miss.where.unit, miss.where.record),)))[0]
            return self._keep_shown((folder, miss), as_shown(texts, self._markers))
        return None

    def mend(self, tell: Progress, miss: Miss, *, by: str) -> str:
        """See that what was missed does not stand as it was, and record that a person says it is withheld.

        Returns:
            What came of it, in words.

        Raises:
            CaseError: it stands as it was, or this person said so already.
            Conflict: somebody else said something of it meanwhile.
            IntegrityError: a copy cannot be read.
        """
        tell("looking for what was missed", 0, 1)
        with self._workers() as runner:
            [mend] = check_mended(self._case, self._folder(), runner, [miss])
        named = f"Record {miss.number} of the sample of release {miss.release}"
        if said_mended(self._case, miss, mend, by=by):
            return f"{named} is answered: what was missed is withheld in release {mend.release}."
        told = f"{named}: you say that it is withheld now. It still holds the release, until another person says so too"
        return f"{told}, for {unseen(miss)}."

    def record(self, number: int) -> Record:
        """Return where a drawn record stands in the release (raises CaseError)."""
        records = self._is_open().records
        if not 1 <= number <= len(records):
            what = "there is no such record in the sample"
            raise CaseError("sample", what, f"it has the records 1 to {len(records)}")
        return records[number - 1]

    def parts(self, number: int) -> Parts:
        """Return the texts of a drawn record in the parts that pages show, passwords masked (raises CaseError)."""
        record = self.record(number)
        with self._one:
            if record in self._shown:
                return self._shown[record]
        return self._keep_shown(record, as_shown(self._read(number), self._markers))

    def _keep_shown(self, key: Record | tuple[Path, Miss], made: Parts) -> Parts:
        with self._one:
            self._shown[key] = made
            while len(self._shown) > MOST_SHOWN:
                self._shown.popitem(last=False)
        return made

    def _read(self, number: int) -> tuple[Segment, ...]:
        """Return the texts of a drawn record as they were released (raises CaseError)."""
        opened, record = self._is_open(), self.record(number)
        with self._one:
            found = self._texts.get(record)
        return found if found is not None else texts_of(None, (opened.files[record.file], (record,)))[0]

    def _is_open(self) -> Opened:
        opened = self.standing().opened
        if opened is None:
            raise CaseError("sample", "the sample is not open", "open it on the page of the sample")
        return opened

    def _keep(self, record: Record, texts: tuple[Segment, ...]) -> None:
        size = sum(len(each.text) for each in texts)
        with self._one:
            if self._held + size <= MOST_CHARACTERS:
                self._texts[record] = texts
                self._held += size

    def _forget(self) -> None:
        with self._one:
            self._texts.clear()
            self._shown.clear()
            self._held = 0
