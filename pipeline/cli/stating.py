"""What a person states of the records on the command line, read and turned into the facts of each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.model import RecordFacts
    from pipeline.policy.consent import Consent
    from pipeline.policy.subject import Subject
    from pipeline.state import Job
    from pipeline.texts.digest import Keyed

CORRECTION = "correction-statement.txt"


@dataclass(frozen=True, slots=True)
class Stated:
    """What was stated: who receives the copy, and the rest, mostly in files."""

    recipient: str = "requester"
    origin: str = ""
    collected_on: str = ""
    flags: tuple[str, ...] = ()
    facts: Path | None = None
    consents: Path | None = None
    subject: Path | None = None

    def told(self) -> list[object]:
        """Return what was stated, so that a change is seen: options, and name, size and time of each file."""
        files = [path for path in (self.facts, self.consents, self.subject) if path is not None and path.exists()]
        seen = [[str(path.absolute()), path.stat().st_size, path.stat().st_mtime_ns] for path in files]
        return [self.recipient, self.origin, self.collected_on, sorted(self.flags), *seen]


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a run: of all files, of single ones, and what is enclosed in the release."""

    of_all: RecordFacts
    of_files: Mapping[str, RecordFacts] = field(default_factory=dict)
    enclosed: Mapping[str, bytes] = field(default_factory=dict)
    identity_check: Mapping[str, object] = field(default_factory=dict)


def read_stated(stated: Stated, names: Sequence[str], keyed: Keyed, released_on: str) -> Facts:
    """Return the facts that rules may ask.

    Args:
        stated: what was stated.
        names: the files, named as inside the input.
        keyed: makes the digests by which owners of mailboxes and telephones are known.
        released_on: the day of the release, ISO 8601.

    Raises:
        UsageError: an option is wrong.
        PolicyError: a file is wrong, or one of its patterns matches no file.
    """
    from pipeline.model import RecordFacts  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.consent import agreed, read_register  # noqa: PLC0415
    from pipeline.policy.facts import FactsFile, facts_of_files, read_facts, with_facts  # noqa: PLC0415

    said = RecordFacts(
        recipient=stated.recipient, origin=stated.origin, collected_on=_day(stated.collected_on),
        flags=frozenset(_flags(stated.flags)), released_on=released_on,
    )  # fmt: skip
    file = read_facts(stated.facts) if stated.facts else FactsFile()
    of_all = with_facts(said, file)
    of_files = dict(facts_of_files(names, file, of_all, stated.facts))
    register: tuple[Consent, ...] = read_register(stated.consents) if stated.consents else ()

    def told(facts: RecordFacts) -> RecordFacts:
        return replace(facts, consents=agreed(register, facts, keyed))

    of_all, of_files = told(of_all), {name: told(facts) for name, facts in of_files.items()}
    if stated.subject is None:
        return Facts(of_all, of_files)
    return _for_subject(stated, Facts(of_all, of_files), names, keyed)


def as_released(job: Job, folder: Path, stated: Stated) -> Job:
    """Return a job under the facts under which a release folder was made (policy/facts.json).

    Args:
        job: the job of the verification.
        folder: the release folder.
        stated: the register and the identity that the release does not hold.

    Raises:
        UsageError: the copy was made with a register or for a person, and that is not given.
    """
    from pipeline.evidence.stated import FACTS, facts_from  # noqa: PLC0415
    from pipeline.policy.consent import agreed, read_register  # noqa: PLC0415
    from pipeline.texts.digest import Keyed  # noqa: PLC0415 - keeps --help quick

    path = folder / "policy" / FACTS
    if not path.is_file():
        return job
    try:
        of_all, of_files, used = facts_from(path.read_bytes())
    except (ValueError, TypeError):
        raise UsageError(
            f"policy/{FACTS}", "this is not what redact writes", "verify the folder as it was made"
        ) from None
    if used and not stated.consents:
        raise UsageError(f"policy/{FACTS}", "consents were used for this release", "give the register: --consents FILE")
    if of_all.subject_access and not stated.subject:
        what = "this release is a person's own record"
        raise UsageError(f"policy/{FACTS}", what, "give who asked, as for redact: --for-subject FILE")
    keyed = Keyed(job.key)
    register = read_register(stated.consents) if stated.consents else ()
    files = {name: replace(each, consents=agreed(register, each, keyed)) for name, each in of_files.items()}
    facts = Facts(replace(of_all, consents=agreed(register, of_all, keyed)), files)
    if of_all.subject_access:
        facts = _for_subject(replace(stated, recipient=of_all.recipient), facts, (), keyed)
    by_column = not any(each.own and each.own_decided for each in (facts.of_all, *facts.of_files.values()))
    return replace(job, facts=facts.of_all, file_facts=facts.of_files, by_column=job.by_column and by_column)


def _for_subject(stated: Stated, facts: Facts, names: Sequence[str], keyed: Keyed) -> Facts:
    """Add what is the subject's; without ``names``, what a person decided stands in the facts already."""
    from pipeline.policy.subject import read_subject  # noqa: PLC0415 - keeps --help quick

    assert stated.subject is not None
    subject, statement = read_subject(stated.subject)
    if stated.recipient != "requester":
        return facts
    of_files = {name: subject.facts(each, keyed) for name, each in facts.of_files.items()}
    of_all = subject.facts(facts.of_all, keyed)
    for name in _decided(subject, names, stated.subject) if names else ():
        of_files[name] = replace(of_files.get(name, of_all), own_decided=True)
    enclosed = {CORRECTION: statement.encode("utf-8")} if statement else {}
    return Facts(of_all, of_files, enclosed, subject.record())


def _decided(subject: Subject, names: Sequence[str], path: Path) -> list[str]:
    for number, each in enumerate(subject.decided):
        if not subject.decided_names(names, [each]):
            where = f"{path}, key decided[{number}].match"
            raise UsageError(where, "no file of the input matches this", "write names as they stand inside the input")
    return subject.decided_names(names)


def _flags(names: Sequence[str]) -> Sequence[str]:
    from pipeline.policy.words import FLAGS  # noqa: PLC0415 - keeps --help quick

    unknown = [name for name in names if name not in FLAGS]
    if unknown:
        raise UsageError("--flag", "there is no such flag", f"known: {', '.join(FLAGS)}")
    return names


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UsageError("--collected-on", "this is no date", "write 2026-11-24") from None
