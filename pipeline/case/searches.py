"""Searches of people in a case: what was looked for stands in the audit trail as a keyed digest, and nowhere else.

A search tells whether a value occurs, even where no text is shown. So it can be asked later, with the key of the case,
whether somebody searched for a certain value; without that value the digest says nothing, and once the case is closed
nothing can be asked any more. Who only looks (an auditor) may search so often in an hour and no oftener: guesses are
confirmed one by one, in the open, or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.store import Case, CaseError
from pipeline.case.tables import AuditRow
from pipeline.texts.digest import Keyed, fold

SEARCHED: Final = "searched"
MOST_AN_HOUR: Final = 60
_HOUR: Final = timedelta(hours=1)
_SEPARATORS: Final = re.compile(r"(?<=\d)[\s\-./()+\u2010-\u2015]+(?=\d)")
_ONLY_DIGITS: Final = re.compile(r"[\s\-./()+\u2010-\u2015]*(?:\d[\s\-./()+\u2010-\u2015]*)+")


@dataclass(frozen=True, slots=True)
class Searched:
    """A search: who, when, in how many records, with how many results."""

    by: str
    at: str
    records: int
    results: int


def search_form(text: str) -> str:
    """Return what somebody looks for as it is compared: folded, single blanks, nothing between digits."""
    plain = fold(" ".join(text.split()))
    if _ONLY_DIGITS.fullmatch(plain):
        return "".join(each for each in plain if each.isdigit())
    return _SEPARATORS.sub("", plain)


def search_digest(keyed: Keyed, text: str) -> str:
    """Return the keyed digest of what somebody looks for, as the audit trail has it."""
    return keyed.form_digest(f"search {search_form(text)}").hex()


def check_pace(case: Case, name: str, at: datetime | None = None) -> None:
    """See that a person who only looks did not search too often (raises CaseError); the audit trail counts."""
    now = at or datetime.now(UTC)
    mine = (
        AuditRow.case_id == case.id,
        AuditRow.tells("action", SEARCHED),
        AuditRow.tells("by", name),
    )
    with Session(case.engine) as session:
        wanted = select(AuditRow.entry).where(*mine).order_by(AuditRow.number.desc()).limit(MOST_AN_HOUR)
        told = [json.loads(each) for each in session.scalars(wanted)]
    if len(told) < MOST_AN_HOUR:
        return
    again = datetime.fromisoformat(told[-1]["at"]) + _HOUR
    if again > now:
        what = f"who only looks searches {MOST_AN_HOUR} times an hour at most"
        raise CaseError("search", what, f"search again after {again.astimezone(UTC):%H:%M} UTC")


def searches_for(case: Case, text: str) -> Iterator[Searched]:
    """Yield the searches for a text that people made, in order (raises KeyGone where the case is closed)."""
    digest = search_digest(case.keyed, text)
    for entry in case.entries():
        told = entry.told
        if told["action"] == SEARCHED and told["about"].get("wanted") == digest:
            yield Searched(told["by"], told["at"], int(told["about"]["records"]), int(told["about"]["results"]))
