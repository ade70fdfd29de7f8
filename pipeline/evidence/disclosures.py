"""The disclosure ledger: to whom records of motor vehicles were disclosed, for which use, kept at least five years.

MCA 61-11-515: whoever disclosed such information keeps for not less than five years from the disclosure a record of the
recipient's name, address, telephone number and other identification, and of the permitted use. The ledger holds that
on purpose. It is a file for its owner alone, one entry a line, appended only: a correction is another entry. Each line
is chained to the one before it. What is past its date may be disposed of; its line then keeps a digest (salted, so that
nothing can be guessed from it) that the chain needs, and nothing else.
"""

from __future__ import annotations

import csv
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from pipeline.errors import ConfigError, IntegrityError, UsageError
from pipeline.evidence.log import plain_cell
from pipeline.private_files import private_folder, read_private, write_private
from pipeline.resources import state_folder

YEARS: Final = 5
FILE: Final = "disclosures.jsonl"
_START: Final = hashlib.sha256(b"releasable disclosures").hexdigest()


class TooEarly(UsageError):
    """Something must be kept still."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What the statute wants recorded. ``disclosed_on`` is an ISO date; ``corrects`` is the number of another entry."""

    name: str
    address: str
    telephone: str
    identification: str
    permitted_use: str
    disclosed: str
    disclosed_on: str
    request: str = ""
    corrects: int = 0

    def check(self, today: date) -> None:
        """See that everything the statute asks for is there (raises UsageError)."""
        for each in fields(self):
            if each.name not in {"request", "corrects"} and not str(getattr(self, each.name)).strip():
                option = each.name.replace("_", "-")
                raise UsageError(f"--{option}", "this is missing, and MCA 61-11-515 asks for it", "give it")
        try:
            on = date.fromisoformat(self.disclosed_on)
        except ValueError:
            raise UsageError("--disclosed-on", "this is no date", "write it as YYYY-MM-DD") from None
        if on > today:
            raise UsageError("--disclosed-on", "this day is still to come", "record a disclosure when it is made")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger: its number from 1, what was disclosed (None: disposed of), until when it is kept."""

    number: int
    recorded_at: str
    keep_until: str
    disclosure: Disclosure | None
    salt: str
    digest: str
    hash: str

    def is_due(self, today: date) -> bool:
        """Return whether its five years are over and it is not disposed of yet."""
        return self.disclosure is not None and self.is_past(today)

    def is_past(self, today: date) -> bool:
        """Return whether the day until which it is kept has come."""
        return date.fromisoformat(self.keep_until) <= today


class Ledger:
    """A ledger file. Every change writes it anew beside itself and renames it into place."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or state_folder() / FILE

    def lines(self, today: date | None = None) -> list[Line]:
        """Return the lines, checked.

        Args:
            today: the day by which a line may be disposed of; otherwise that of the clock.

        Raises:
            IntegrityError: a line was altered, removed or reordered, or emptied before its date.
            ConfigError: others can read the file.
        """
        if not self.path.is_file():
            self._check_end(())
            return []
        lines = []
        before, today = _START, today or datetime.now(UTC).date()
        for number, raw in enumerate(read_private(self.path).decode("utf-8").splitlines(), start=1):
            line = self._line(number, raw)
            if line.number != number or line.hash != _chained(before, line) or not _fits(line):
                raise IntegrityError(f"{self.path}, line {number}", _BROKEN, "restore the ledger from a backup")
            if line.disclosure is None and not line.is_past(today):
                raise IntegrityError(f"{self.path}, line {number}", _EMPTIED, "restore the ledger from a backup")
            lines.append(line)
            before = line.hash
        self._check_end(lines)
        return lines

    @property
    def _head(self) -> Path:
        name = hashlib.sha256(str(self.path.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return state_folder() / "ledgers" / f"{name}.json"

    def _check_end(self, lines: Sequence[Line]) -> None:
        """See that the ledger has every line that this user wrote."""
        if not self._head.is_file():
            return
        known = json.loads(read_private(self._head))
        length = int(known["length"])
        if length > len(lines) or (length and lines[length - 1].hash != known["hash"]):
            what = f"its end is not the one that was written ({length} entries)"
            raise IntegrityError(str(self.path), what, "restore the ledger from a backup")

    def _line(self, number: int, raw: str) -> Line:
        try:
            told = json.loads(raw)
            disclosure = Disclosure(**told["disclosure"]) if told["disclosure"] else None
            line = Line(**{**told, "disclosure": disclosure})
            is_one = all(isinstance(each, str) for each in (line.recorded_at, line.keep_until, line.salt, line.digest))
            date.fromisoformat(line.keep_until)
        except (ValueError, TypeError, KeyError):
            is_one = False
        if not is_one:
            raise IntegrityError(f"{self.path}, line {number}", _BROKEN, "restore the ledger from a backup")
        return line

    def add(self, disclosure: Disclosure, recorded_at: str) -> Line:
        """Append a disclosure or a correction, and return its line (raises UsageError)."""
        today = date.fromisoformat(recorded_at[:10])
        disclosure.check(today)
        lines = self.lines()
        until = keep_until(date.fromisoformat(disclosure.disclosed_on))
        if disclosure.corrects:
            corrected = next((each for each in lines if each.number == disclosure.corrects), None)
            if corrected is None:
                raise UsageError("--corrects", "there is no such entry", "releasable disclosures list shows them")
            until = max(until, date.fromisoformat(corrected.keep_until))
        salt = secrets.token_hex(16)
        line = Line(len(lines) + 1, recorded_at, until.isoformat(), disclosure, salt, _digest(disclosure, salt), "")
        line = replace(line, hash=_chained(lines[-1].hash if lines else _START, line))
        self._write([*lines, line])
        return line

    def dispose(self, number: int, today: date) -> None:
        """Dispose of an entry whose date is past; its line stays as a mark.

        Raises:
            TooEarly: it must be kept still.
            UsageError: there is no such entry.
        """
        lines = self.lines(today)
        line = next((each for each in lines if each.number == number and each.disclosure is not None), None)
        if line is None:
            raise UsageError(str(number), "there is no such entry, or it is disposed of", "see disclosures due")
        if not line.is_due(today):
            raise TooEarly(
                f"entry {number}", f"it is kept until {line.keep_until} (MCA 61-11-515)", "wait for that day"
            )
        self._write([replace(each, disclosure=None, salt="") if each is line else each for each in lines])

    def _write(self, lines: Sequence[Line]) -> None:
        if not self.path.parent.is_dir():
            private_folder(self.path.parent)
        try:
            content = "".join(json.dumps(_told(each), ensure_ascii=False) + "\n" for each in lines)
            write_private(self.path, content.encode("utf-8", "surrogateescape"))
            private_folder(self._head.parent)
            write_private(self._head, json.dumps({"length": len(lines), "hash": lines[-1].hash}).encode())
        except OSError as error:
            raise ConfigError(str(self.path), f"it cannot be written ({error.strerror})", "check the disk") from None


_BROKEN: Final = "the ledger was changed by hand here"
_EMPTIED: Final = "this entry was emptied by hand before its date (MCA 61-11-515 asks for five years)"


def keep_until(disclosed_on: date) -> date:
    """Return the day from which a disclosure need no longer be kept: five years later (29 February: 1 March)."""
    try:
        return disclosed_on.replace(year=disclosed_on.year + YEARS)
    except ValueError:
        return date(disclosed_on.year + YEARS, 3, 1)


def _told(line: Line) -> dict[str, Any]:
    return asdict(line)


def _digest(disclosure: Disclosure, salt: str) -> str:
    content = json.dumps(asdict(disclosure), sort_keys=True)
    return hashlib.sha256(f"{salt}\n{content}".encode("utf-8", "surrogateescape")).hexdigest()


def _chained(before: str, line: Line) -> str:
    content = "\n".join((before, str(line.number), line.recorded_at, line.keep_until, line.digest))
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def _fits(line: Line) -> bool:
    return line.disclosure is None or _digest(line.disclosure, line.salt) == line.digest


def export(lines: Sequence[Line], stream: TextIO) -> None:
    """Write the ledger as CSV (open ``stream`` with ``newline=""``); no cell starts like a formula."""
    names = [each.name for each in fields(Disclosure)]
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["number", "recorded_at", "keep_until", *names])
    for line in lines:
        told = asdict(line.disclosure) if line.disclosure else dict.fromkeys(names, "disposed of")
        content = [line.number, line.recorded_at, line.keep_until, *(told[name] for name in names)]
        writer.writerow([plain_cell(each) for each in content])
