"""The register of consents: who agreed to what, when, and what they had been told. Read from CSV.

A person is known by a mailbox or a telephone number, never by a name. A consent counts for the purpose that it
names, after notice, and only when it was given before the information was collected: MCA 2-17-552(3) asks for
notice, the types of third parties and an affirmative act before that. What is agreed to later cures nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from pipeline.errors import PolicyError
from pipeline.model import RecordFacts
from pipeline.policy.words import PURPOSES
from pipeline.texts.digest import Keyed

__all__ = ["COLUMNS", "Consent", "agreed", "read_register"]

COLUMNS: Final = ("person", "purpose", "agreed_on", "notice", "third_parties", "withdrawn_on")
_TO_THIRD_PARTIES: Final = frozenset({"third_party_use", "marketing", "sale"})
_LEAST_DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent. ``notice`` and ``third_parties`` are what the person was told; dates are ISO 8601."""

    entity: str
    person: str = field(repr=False)
    purpose: str
    agreed_on: str
    notice: str
    third_parties: str
    withdrawn_on: str = ""

    def counts(self, facts: RecordFacts) -> bool:
        """Return whether it opens a record to the purpose of this release."""
        told = bool(self.notice) and (bool(self.third_parties) or self.purpose not in _TO_THIRD_PARTIES)
        in_time = "" < self.agreed_on <= facts.collected_on  # a day of collection that nobody stated cures nothing
        stands = not self.withdrawn_on or facts.released_on < self.withdrawn_on
        return self.purpose == facts.purpose and told and in_time and stands


def agreed(register: Iterable[Consent], facts: RecordFacts, keyed: Keyed) -> frozenset[str]:
    """Return the keyed digests of the mailboxes and telephones whose consent counts for a record."""
    return frozenset(keyed.digest(each.entity, each.person) for each in register if each.counts(facts))


def read_register(path: Path) -> tuple[Consent, ...]:
    """Return the consents in a register.

    Raises:
        PolicyError: it cannot be read, or a row is wrong; the error names the line, never the person.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [name for name in COLUMNS[:5] if name not in (reader.fieldnames or ())]
            if missing:
                raise PolicyError(f"{path}:1", f"no column {', '.join(missing)}", f"columns: {', '.join(COLUMNS)}")
            return tuple(_consent(row, f"{path}:{reader.line_num}") for row in reader)
    except OSError as problem:
        raise PolicyError(str(path), f"the register cannot be read: {problem.strerror}", "check the path") from None
    except (UnicodeDecodeError, csv.Error):
        raise PolicyError(str(path), "the register is no CSV in UTF-8", "save it as CSV UTF-8") from None


def _consent(row: Mapping[str | None, str | None], where: str) -> Consent:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if None in row:
        raise PolicyError(where, "the row has more cells than the header", "put quotes around a cell with a comma")
    for name in ("agreed_on", "withdrawn_on"):
        if cells[name] or name == "agreed_on":
            cells[name] = _day(cells[name], f"{where}, column {name}")
    if cells["purpose"] not in PURPOSES:
        raise PolicyError(f"{where}, column purpose", "unknown purpose", f"known: {', '.join(PURPOSES)}")
    return Consent(_entity(cells["person"], where), **cells)


def _entity(person: str, where: str) -> str:
    if "@" in person:
        return "EMAIL_ADDRESS"
    if sum(each.isdigit() for each in person) >= _LEAST_DIGITS:
        return "PHONE_NUMBER"
    remedy = "give a mailbox or a telephone number with its area code; several people bear one name"
    raise PolicyError(f"{where}, column person", "this tells nobody apart", remedy)


def _day(cell: str, where: str) -> str:
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise PolicyError(where, "this is no date", "write 2026-11-24") from None
