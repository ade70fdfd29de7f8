"""Which findings of the last run are meant: by number, rule, entity, file, place, value, person, or what is open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from pipeline.case.marking import shown
from pipeline.case.recording import latest_run
from pipeline.case.standing import decided_ids, named_ids
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import FindingRow, SourceRow


@dataclass(frozen=True, slots=True)
class Which:
    """Which findings of the last run are meant; what is given must hold, all of it.

    ``same_value``, ``same_subject`` and ``same_column`` name a finding: all with its value, of its person, or in its
    column. ``undecided``: what waits for a person and was not decided since the last run either.
    """

    ids: tuple[str, ...] = ()
    rule: str = ""
    entity: str = ""
    file: str = ""
    place: str = ""
    same_value: str = ""
    same_subject: str = ""
    undecided: bool = False
    same_column: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Which()


def findings(case: Case, which: Which | None = None) -> list[FindingRow]:
    """Return findings of the last run, in the order of files and places."""
    with Session(case.engine, expire_on_commit=False) as session:
        order = (FindingRow.source, FindingRow.ordinal, FindingRow.place, FindingRow.start, FindingRow.id)
        wanted = select(FindingRow).where(*conditions(case, session, which or Which())).order_by(*order)
        return list(session.scalars(wanted))


def labels(case: Case) -> dict[str, str]:
    """Return the label of each source of a case by its key."""
    with Session(case.engine) as session:
        rows = session.scalars(select(SourceRow).where(SourceRow.case_id == case.id).order_by(SourceRow.seen_at))
        return {each.key: each.label for each in rows}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a decision has to know of the findings that it is for: their numbers, and what the rules say of them."""

    ids: tuple[str, ...]
    mandatory: frozenset[str]
    without_law: bool


def chosen(case: Case, session: Session, which: Which) -> Chosen:
    """Return the findings that are meant (raises CaseError where one that is named is not in the last run)."""
    # One row for each thing that the rules say, with how many findings it says it of: there may be fifty thousand.
    said = (FindingRow.mandatory, FindingRow.rule, FindingRow.authority)
    must = conditions(case, session, which)
    kinds = session.execute(select(*said, func.count()).where(*must).group_by(*said)).all()
    named = tuple(dict.fromkeys(which.ids))
    ids = named
    if not named or _narrows(which) or sum(each[3] for each in kinds) < len(named):
        ids = tuple(session.scalars(select(FindingRow.id).where(*must)))
    if len(ids) < len(named) and not _narrows(which):
        gone = next(iter(set(named) - set(ids)))
        raise CaseError("case", f"no finding {gone} in the last run", "releasable case findings lists them")
    return Chosen(ids, frozenset(each[1] for each in kinds if each[0]), any(not each[2] for each in kinds))


def _narrows(which: Which) -> bool:
    return which != Which(ids=which.ids)


def conditions(case: Case, session: Session, which: Which) -> list[Any]:
    """Return what must hold of a finding, as conditions of a query."""
    run = latest_run(session, case.id)
    must: list[Any] = [FindingRow.run_id == run]
    _, there = shown(session, case.id)
    if there is not None:
        must.append(there)
    if which.ids:
        among = text(f"findings.id IN (SELECT id FROM {named_ids(session)} AS named)")  # noqa: S608 - no input in it
        must.append(among.bindparams(ids=json.dumps(which.ids)))
    if which.file:
        must.append(FindingRow.source.in_(_keys_of(case, session, which.file)))
    for name, column in (("rule", FindingRow.rule), ("entity", FindingRow.entity), ("place", FindingRow.place)):
        if given := getattr(which, name):
            must.append(column == given)
    if which.same_value:
        must.append(_of_value(_named(session, run, which.same_value)))
    if which.same_subject:
        must.append(_of_subject(_named(session, run, which.same_subject)))
    if which.same_column:
        must.append(_of_column(_named(session, run, which.same_column)))
    if which.undecided:
        must += [FindingRow.action == "review", FindingRow.id.not_in(decided_ids(case.id))]
    return must


def _keys_of(case: Case, session: Session, file: str) -> Sequence[str]:
    wanted: Select[Any] = select(SourceRow.key).where(SourceRow.case_id == case.id, SourceRow.label == file)
    keys = list(session.scalars(wanted))
    if not keys:
        raise CaseError("--file", "the case knows no such file", "releasable case show lists them")
    return keys


def _named(session: Session, run: int, finding: str) -> FindingRow:
    row = session.get(FindingRow, (run, finding))
    if row is None:
        raise CaseError("case", "no such finding in the last run", "releasable case findings lists them")
    return row


def _of_value(row: FindingRow) -> Any:
    """A finding without a digest (a whole column) has no value that another could share."""
    return FindingRow.digest == row.digest if row.digest else FindingRow.id == row.id


def _of_subject(row: FindingRow) -> Any:
    if not row.subject:
        raise CaseError("--same-subject", "this finding belongs to no person", "name another")
    return FindingRow.subject == row.subject


def _of_column(row: FindingRow) -> Any:
    column = column_of_place(row.place)
    if not column:
        raise CaseError("--same-column", "this finding stands in no column of a table", "name another")
    before, _, last = column.rpartition("column ")
    cells = f"{before.replace('%', '')}row %, column {last}"
    return and_(FindingRow.source == row.source, or_(FindingRow.place == column, FindingRow.place.like(cells)))


def column_of_place(place: str) -> str:
    """Return the words of the column that a place stands in (``part 2, column 3``), "" where it is no table's."""
    steps = place.split(", ")
    if not steps[-1].startswith("column "):
        return ""
    if len(steps) > 1 and steps[-2].startswith(("row ", "header row")):
        steps.pop(-2)
    return ", ".join(steps)
