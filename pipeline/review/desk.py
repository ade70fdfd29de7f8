"""The desk itself: the case, its ledger, the texts, who is there, and the work in the background."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from pipeline.case.audit import rows_digest
from pipeline.case.choosing import Which
from pipeline.case.deciding import Masks, Scanner, check_by, check_citation, check_words, decide, undo
from pipeline.case.pinning import Laid, laid_down
from pipeline.case.recording import next_place
from pipeline.case.sampled import Miss
from pipeline.case.store import Case, CaseError
from pipeline.casework.certifying import Pointed
from pipeline.errors import ReleasableError
from pipeline.policy.schema import Policy, Rule
from pipeline.release import Release
from pipeline.results import Progress, Scan
from pipeline.review import accounts
from pipeline.review.columns import Columns, look
from pipeline.review.in_copies import InCopies
from pipeline.review.jobs import Bench, Work
from pipeline.review.ledger import KIND, Filter, Ledger
from pipeline.review.road import PINNED, Road
from pipeline.review.rows import Rows
from pipeline.review.sampling import Sampling
from pipeline.review.sessions import Officer, Sessions, Visit
from pipeline.review.texts import Texts
from pipeline.review.threads import Threads
from pipeline.review.words import MarksToo

SAMPLE: Final = "the opening of the sample"
CERTIFICATE: Final = "the making of the certificate"
MISSED: Final = "the look at what was missed"
_LONGEST_WORK: Final = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person decides: for the findings that belong to one (``way``), seen as of which decision and run."""

    finding: str
    way: str
    action: str
    reason: str
    seen: int
    citation: str = ""
    only: Filter = field(default_factory=Filter)
    run: int = 0
    rule: str = ""


class Desk:
    """Everything that the pages and the interface for programs call.

    ``behind`` says why what is shown is not what an examination would find now, "" where it is.
    """

    def __init__(
        self, case: Case, road: Road, scanner: Scanner, *, out: Path | None = None, released: Path | None = None
    ) -> None:
        """Take the case, its files and how they are handled, and what examines typed words.

        Args:
            case: the case.
            road: its files, and what examines and releases them.
            scanner: examines what people type.
            out: the folder that releases are written into, that of the case for None.
            released: where the latest release lies, if not there.
        """
        self.case, self.road, self.scanner = case, road, MarksToo(case, scanner)
        self.texts = Texts(case, road.files)
        self.ledger = Ledger(case, InCopies(case, self.texts))
        self.sessions = Sessions(is_current=lambda officer: accounts.is_current(case, officer))
        self.bench = Bench()
        self.behind = ""
        self._pinned = ""
        self.columns, self.rows, self.threads = Columns(case), Rows(self.texts), Threads(case, self.texts)
        self._out, self._released = out, released
        markers = road.policy.markers
        self.sampling = Sampling(case, self._release_folders, lambda: road.lookers(case), markers, road.office.sign)

    @property
    def policy(self) -> Policy:
        return self.road.policy

    # --- what is decided ----------------------------------------------------------------

    def decide(self, officer: Officer, asked: Asked) -> int:
        """Record a decision, and return for how many findings (raises CaseError, Conflict).

        Of a kind only those that are open are meant, unless the decided ones are asked for: each of these was decided
        by itself.
        """
        ledger = self.ledger.refresh()
        only = replace(asked.only, state="open") if (asked.way, asked.only.state) == (KIND, "all") else asked.only
        ids = tuple(ledger.ids[row] for row in ledger.members(asked.way, asked.finding, only))
        if not ids:
            raise CaseError("desk", "no finding is left there", "look again: others may have decided them")
        return self.decide_these(officer, ids, asked)

    def decide_these(self, officer: Officer, ids: Collection[str], asked: Asked) -> int:
        """Record a decision for findings that are named, and return for how many (raises CaseError, Conflict)."""
        self.check_current()
        check_citation(asked.citation, self.policy)
        which = Which(ids=tuple(ids))
        return decide(
            self.case, which, asked.action, by=officer.name, reason=asked.reason, scanner=self.scanner,
            citation=asked.citation, seen=asked.seen, run=asked.run, rule=self.cited_rule(asked.rule),
        )  # fmt: skip

    def check_current(self) -> None:
        """See that what is shown is what an examination would find now (raises CaseError)."""
        if self.behind:
            what = f"{self.behind}: what is shown is of before"
            raise CaseError("desk", what, "wait until the examination has ended, or examine the files again")

    def masked(self, text: str) -> str:
        """Return typed words with ``[PERSON]`` and the like for what identifies somebody; examine what comes back."""
        return self.scanner.masked(text) if isinstance(self.scanner, Masks) else text

    def cited_rule(self, name: str) -> Rule | None:
        """Return the rule whose law a person cites, None for none (raises CaseError)."""
        rule = self.policy.rule(name) if name else None
        if name and (rule is None or not rule.withholds):
            what = "the policy has no such rule that withholds"
            raise CaseError("--rule", what, "choose one that the policy names, or none")
        return rule

    def undo(self, officer: Officer, number: int, reason: str = "") -> int:
        """Take a decision back, and return for how many findings (raises CaseError)."""
        self.check_current()
        return undo(self.case, number, by=officer.name, reason=reason, scanner=self.scanner)

    # --- what is shown ------------------------------------------------------------------

    def note_view(self, visit: Visit, ids: Sequence[str], what: str) -> None:
        """Write into the audit trail that values are shown to a person; once for each in a session."""
        fresh = [each for each in ids if each not in visit.viewed]
        if not fresh:
            return
        with self.case.action(visit.officer.name, "viewed values", on_closed=True) as action:
            action.about |= {"what": what, "findings": len(fresh), "sha256": rows_digest([[each] for each in fresh])}
        visit.viewed.update(fresh)

    def prepare(self) -> None:
        """Read what pages need of the case and its files, once nothing else goes on; without it they read it then."""
        self.bench.wait(_LONGEST_WORK)
        with suppress(ReleasableError, SQLAlchemyError):
            self.ledger.refresh()
            self.texts.prepare()
            self.threads.prepare()

    # --- what goes on in the background ---------------------------------------------------

    def examine(self, by: str) -> Work:
        """Begin to examine the files."""

        def does(tell: Progress) -> Any:
            self._pinned = ""  # what is pinned from here on may come too late for this run
            self.road.examine(self.case, tell, self.take_columns)
            self.behind = self._pinned
            self.forget_texts()
            self.ledger.refresh()

        return self.bench.start("the examination", by, does)

    def forget_texts(self) -> None:
        """Forget what was read: another run follows."""
        self.texts.forget()
        self.rows.forget()
        self.threads.forget()

    def take_columns(self, done: Scan) -> None:
        """Take in what an examination said of the columns of tables."""
        self.columns.take((each.file, each.planned) for each in done.files)

    def look_at_columns(self, by: str) -> Work:
        """Begin to look at the columns of the tables."""
        return self.bench.start(
            "the look at the columns", by, lambda tell: self.columns.take(look(self, tell))
        )  # fmt: skip

    def pin(self, officer: Officer, laid: Laid) -> bool:
        """Lay down the class of a column, or lift it, and begin to examine anew.

        Returns:
            Whether that began: False while other work goes on, and then somebody begins it later.

        Raises:
            CaseError: it is no class, its reason holds a value, or the case is closed.
        """
        check_words({"--by": officer.name, "--reason": laid.reason, "--citation": ""}, self.scanner)
        self.columns.pin(laid, officer.name)
        self.behind = self._pinned = PINNED  # until an examination that began after this has ended
        if self.bench.is_busy:
            return False
        self.examine(officer.name)
        return True

    def release(self, officer: Officer, then: Callable[[Release], Any] | None = None) -> Work:
        """Begin a release as the case decides now.

        Raises:
            CaseError: this person decided, and the policy asks for another; or other work goes on.
        """
        self.check_current()
        deciders = self.ledger.refresh().deciders() | {each.by for each in laid_down(self.case)}
        if self.policy.second_review and officer.name in deciders:
            what = "nobody makes the release of their own decisions under this policy (second_review)"
            raise CaseError("desk", what, "another approver looks and makes it")
        out = self.next_folder()

        def does(tell: Progress) -> Any:
            self._pinned = ""
            done = self.road.release(self.case, out, tell)
            self.behind = self._pinned
            self.forget_texts()
            self.ledger.refresh()
            return then(done) if then is not None else done

        return self.bench.start("the release", officer.name, does)

    def next_folder(self) -> Path:
        """Return the folder that the next release will be written into: beside the case, numbered."""
        return self._release_folders(next_place(self.case).sequence)[-1]

    def _release_folders(self, number: int) -> list[Path]:
        """Return where a release may lie, its usual place last."""
        folder = self.case.folder.absolute()
        usual = (self._out or folder.parent) / f"{folder.name}-release-{number}"
        return [usual] if self._released is None else [self._released, usual]

    # --- the sample of the certificate ------------------------------------------------------

    def open_sample(self, officer: Officer) -> Work:
        """Begin to open the sample that was drawn before (raises CaseError while other work goes on)."""
        return self.bench.start(SAMPLE, officer.name, self.sampling.open)

    def draw_sample(self, officer: Officer, size: int, strata: str) -> Work:
        """Begin to draw a sample of the latest release, or to open the one that was drawn (raises CaseError)."""
        check_by(officer.name, self.scanner)
        return self.bench.start(
            SAMPLE, officer.name, lambda tell: self.sampling.draw(tell, size, strata, by=officer.name)
        )  # fmt: skip

    def mark_sample(
        self, officer: Officer, number: int, missed: bool | None, seen: int, release: int,
        pointed: Sequence[Pointed] = (),
    ) -> None:  # fmt: skip
        """Record whether something was missed in a drawn record, and where (raises CaseError, Conflict)."""
        check_by(officer.name, self.scanner)
        self.sampling.mark(number, missed, by=officer.name, seen=seen, release=release, pointed=pointed)

    def mend_missed(self, officer: Officer, miss: Miss) -> Work:
        """Begin to see whether what was missed before is withheld now, as a person says (raises CaseError)."""
        check_by(officer.name, self.scanner)
        return self.bench.start(MISSED, officer.name, lambda tell: self.sampling.mend(tell, miss, by=officer.name))

    def certify_sample(self, officer: Officer) -> Work:
        """Begin to make the certificate of the sample (raises CaseError while other work goes on)."""
        check_by(officer.name, self.scanner)
        return self.bench.start(CERTIFICATE, officer.name, lambda tell: self.sampling.certify(tell, by=officer.name))
