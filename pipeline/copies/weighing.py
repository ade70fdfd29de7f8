"""Tables as a whole: what one gives away together is counted, made coarser, or holds it; rows are shuffled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.copies.anonymity import COUNTED, WrittenTable, generalised, quasi_columns, table_risk
from pipeline.copies.file_copy import RECORDS, Copy, hold_file, remove_empty
from pipeline.copies.shuffling import SHUFFLED, shuffled
from pipeline.errors import IntegrityError
from pipeline.model import Action, Column, Decision, Finding
from pipeline.policy.schema import TableRules
from pipeline.results import Progress, Scan
from pipeline.tables.quasi import Combination, Generalisation
from pipeline.workspace import Runner

USUAL_K = 5
"""What is reported where the policy asks for no k."""


def weigh_tables(done: Scan, copies: Sequence[Copy], partial: Path, runner: Runner, tell: Progress) -> None:
    """Count what the quasi-identifiers of each table give away; make them coarser or hold it where the policy asks."""
    for copy in copies:
        if copy.is_released and _cannot_shuffle(done, copy):
            why = "the policy asks for another order of rows, which this kind of table cannot be given"
            hold_file(copy, why, unscanned=False)
            (partial / RECORDS / copy.name).unlink(missing_ok=True)
    tables = [copy for copy in copies if copy.is_released and quasi_columns(copy.result.planned.columns)]
    for number, copy in enumerate(tables, start=1):
        tell("weighing tables", number, len(tables))
        try:
            why, unscanned = _weighed(done, copy, partial, runner), False
        except IntegrityError as error:
            why, unscanned = error.what, True
        if why:
            hold_file(copy, why, unscanned=unscanned)
            (partial / RECORDS / copy.name).unlink(missing_ok=True)
    remove_empty(partial / RECORDS)


def _weighed(done: Scan, copy: Copy, partial: Path, runner: Runner) -> str:
    """Weigh one table and make it coarser where that is asked; return why it is held ("": it is not)."""
    rules = done.policy.tables if done.policy is not None else TableRules()
    source, columns = copy.result.planned.source, copy.result.planned.columns
    if source is None or source.format not in COUNTED:
        if rules.k is None:
            return ""
        return f"the policy asks for groups of {rules.k} rows, which cannot be counted in this kind of table"
    folder = done.workspace.folder / "quasi"
    k = rules.k or USUAL_K
    table = WrittenTable(partial / RECORDS / copy.name, tuple(copy.units))
    copy.risk = table_risk(table, columns, folder, k, runner)
    whole = copy.risk.whole if copy.risk is not None else None
    if rules.k is None or copy.risk is None or whole is None:
        return ""
    ways = copy.risk.enough(rules.k)
    if ways is None or (ways and not rules.generalise):
        return _too_telling(whole, rules.k)
    if ways:
        coarse, counts = generalised(table, ways, rules.k)
        copy.units, copy.size = list(coarse.units), coarse.units[-1].stop
        copy.result.units[0].decide_more(_generalisations(ways, counts, rules, done.job.decided_at))
        copy.risk = table_risk(coarse, columns, folder, k, runner)
        whole = copy.risk.whole if copy.risk is not None else None
        if whole is not None and whole.k < rules.k:  # empty cells stay, and may be rare by themselves
            return _too_telling(whole, rules.k)
    return ""


def _cannot_shuffle(done: Scan, copy: Copy) -> bool:
    rules = done.policy.tables if done.policy is not None else TableRules()
    source = copy.result.planned.source
    is_table = source is not None and bool(copy.result.planned.columns)
    return rules.shuffle_rows and is_table and source is not None and source.format not in SHUFFLED


def _too_telling(whole: Combination, k: int) -> str:
    columns = ", ".join(str(each + 1) for each in whole.columns)
    return (
        f"its columns {columns} together tell rows apart that have no name: the smallest group has fewer than "
        f"the {k} rows that the policy asks for"
    )


def _generalisations(
    ways: Sequence[Generalisation], counts: Mapping[int, int], rules: TableRules, at: str
) -> Iterator[Decision]:
    for column in sorted({each.column for each in ways}):
        if not counts[column]:
            continue
        words = "; ".join(each.words for each in ways if each.column == column)
        finding = Finding(
            "QUASI_IDENTIFIER", 0, 1, (Column(column),), "", 1.0, "quasi", "tells rows apart with other columns",
            count=counts[column],
        )  # fmt: skip
        yield Decision(
            finding, Action.WITHHOLD, "tables.k", definition=rules.definition, authority=rules.authority,
            exemption="identifying combination", reason=f"made coarser ({words}) so that no row stands alone",
            decided_at=at,
        )  # fmt: skip


def shuffle_tables(done: Scan, copies: Sequence[Copy], partial: Path) -> None:
    """Bring the rows of tables into another order where the policy asks; after the check, which knows their places."""
    if done.policy is None or not done.policy.tables.shuffle_rows:
        return
    for copy in copies:
        source = copy.result.planned.source
        if copy.is_released and source is not None and source.format in SHUFFLED:
            path = partial / RECORDS / copy.name
            seed = hashlib.blake2b(copy.name.encode(), key=done.job.key, digest_size=16).digest()
            folder = done.workspace.folder / "shuffle"
            shuffled(WrittenTable(path, tuple(copy.units)), source.format, seed, folder)
            copy.size = path.stat().st_size
