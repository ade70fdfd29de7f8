"""The audit trail: whatever is altered, removed, reordered or cut off is found and named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import Desk, nothing_wrong, write
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect

from pipeline.case.audit import Deed, Entry, Head, entry_after, faults, first_hash
from pipeline.case.checking import check_case
from pipeline.case.closing import CaseHeld, close, hold
from pipeline.case.deciding import Which, decide
from pipeline.case.store import Case
from pipeline.review import accounts
from pipeline.state import State

CASE = "ab" * 16


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    head = Head(first_hash(CASE), 0)
    for number in range(length):
        deed = Deed(
            f"2026-01-02T03:04:{number:02d}Z", "records officer", "decided", "releasable 1", "p 1", {"n": number}
        )
        entries.append(entry_after(head, deed))
        head = Head(entries[-1].hash, entries[-1].number)
    return entries


WHOLE = chain(8)
KNOWN = {"the case": Head(WHOLE[-1].hash, 8)}


def test_a_whole_trail_has_no_fault() -> None:
    """What was written is accepted, also by heads that were noted on the way, and the empty trail too."""
    assert not faults(CASE, WHOLE, KNOWN | {"release 1": Head(WHOLE[3].hash, 4)})
    assert not faults(CASE, [], {"the case": Head(first_hash(CASE), 0)})


@given(at=st.integers(0, 7), data=st.data())
def test_any_altered_byte_of_an_entry_is_named(at: int, data: st.DataObject) -> None:
    """Every change of one character of an entry or its hash is found, and the entry is named."""
    entry = WHOLE[at]
    field = data.draw(st.sampled_from(["text", "hash"]))
    content = getattr(entry, field)
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.characters(min_codepoint=1, max_codepoint=0x2FF).filter(lambda each: each != content[place]))
    changed = [*WHOLE]
    changed[at] = replace(entry, **{field: content[:place] + other + content[place + 1 :]})
    told = faults(CASE, changed, KNOWN)
    assert any(f"entry {at + 1}:" in each for each in told)


@pytest.mark.parametrize("at", range(8))
def test_a_removed_entry_is_named(at: int) -> None:
    """The number of the missing entry is told; a missing end is told as cut off."""
    told = " ".join(faults(CASE, WHOLE[:at] + WHOLE[at + 1 :], KNOWN))
    assert f"entry {at + 1}: removed" in told if at < 7 else "cut off after entry 7" in told


def test_a_removed_entry_is_found_when_the_rest_is_renumbered() -> None:
    """Closing the gap in the stored numbers does not hide it: the entries say their own."""
    shifted = WHOLE[:3] + [replace(each, number=each.number - 1) for each in WHOLE[4:]]
    assert any("entry 4: reordered" in each for each in faults(CASE, shifted, KNOWN))


@given(st.permutations(range(8)).filter(lambda order: list(order) != list(range(8))))
def test_reordered_entries_are_named(order: list[int]) -> None:
    """Entries put into another order are found, the first wrong place is named."""
    moved = [replace(WHOLE[each], number=place) for place, each in enumerate(order, start=1)]
    first = next(place for place, each in enumerate(order, start=1) if each != place - 1)
    assert any(f"entry {first}: reordered" in each for each in faults(CASE, moved, KNOWN))


@pytest.mark.parametrize("left", range(8))
def test_a_cut_end_is_found_by_a_head_that_was_noted_elsewhere(left: int) -> None:
    """Even where the case's own head is cut back too, a release or the state folder knows better."""
    cut = WHOLE[:left]
    own = {"the case": Head(cut[-1].hash if cut else first_hash(CASE), left)}
    assert not faults(CASE, cut, own)
    assert any("cut off" in each for each in faults(CASE, cut, own | {"release 2": KNOWN["the case"]}))


def test_a_trail_written_anew_is_found_by_a_noted_head() -> None:
    """Whoever recomputes the whole chain still meets the head in the signed manifest."""
    forged = []
    head = Head(first_hash(CASE), 0)
    for entry in WHOLE:
        told = entry.told | {"by": "somebody else"}
        deed = Deed(told["at"], told["by"], told["action"], told["tool"], told["policy"], told["about"])
        forged.append(entry_after(head, deed))
        head = Head(forged[-1].hash, forged[-1].number)
    own = {"the case": head}
    assert not faults(CASE, forged, own)
    assert faults(CASE, forged, own | {"release 1": Head(WHOLE[3].hash, 4)}) == [
        "audit entry 4: it is not the entry that release 1 knows"
    ]


# --- the rows of a case -----------------------------------------------------------------


@pytest.fixture
def case(tmp_path: Path, loaded: State, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    desk = Desk(Case.create(tmp_path / "case", "2026-7"), loaded)
    source = write(tmp_path / "in", {"letter.txt": "Wilma Testperson, 406-555-0123, SSN 536-90-4399\n"})
    desk.redact(source, tmp_path / "one")
    decide(desk.case, Which(undecided=True), "adopt", by="records officer", reason="balance", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "two")
    assert not check_case(desk.case)
    return desk.case


BOUND = {
    "decisions": ["at", "by", "action", "reason", "citation", "undoes"],
    "decision_findings": ["finding_id", "stood", "stands"],
    "standing": ["finding_id", "decision_id"],
    "officers": ["login", "name", "roles", "password", "made_at", "ended_at"],
    "findings": [
        "place",
        "start",
        "stop",
        "entity",
        "digest",
        "action",
        "rule",
        "decided_by",
        "score",
        "why",
        "count",
    ],
    "releases": ["at", "status", "recipient", "previous", "manifest_sha256", "audit_head", "audit_length", "run_id"],
    "runs": ["at", "tool", "policy", "policy_version", "accuracy", "recipient"],
    "sources": ["label", "size", "content", "format"],
    "units": ["start", "stop", "cover"],
    "needles": ["digest", "length", "scope"],
    "audit": ["entry", "hash"],
}


@pytest.mark.models
def test_every_row_that_is_changed_behind_the_case_is_found(case: Case) -> None:
    """A changed or removed row of any table that says who decided what is found, though no audit entry was touched."""
    for login, roles in (("clerk", {"reviewer", "auditor"}), ("gone", {"auditor"}), ("counsel", {"auditor"})):
        accounts.add(case, login, f"the {login}", frozenset(roles), "a long blue harbor", by="records officer")
    accounts.end(case, "gone", by="records officer")
    accounts.change_roles(case, "counsel", frozenset({"approver", "auditor"}), by="records officer")
    columns = {each: inspect(case.engine).get_columns(each) for each in BOUND}
    for table, names in BOUND.items():
        numeric = {each["name"] for each in columns[table] if "INT" in str(each["type"])}
        for name in names:
            change = f'"{name}" + 1' if name in numeric else f"'x' || substr(\"{name}\", 2)"
            changed = f'UPDATE {table} SET "{name}" = {change} WHERE rowid = (SELECT max(rowid) FROM {table})'
            assert _is_found(case, changed), f"{table}.{name}"
        removed = f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})"
        assert _is_found(case, removed), f"{table} removed"


@pytest.mark.models
def test_a_case_that_is_changed_in_itself_is_found_and_a_hold_holds(case: Case) -> None:
    """Its request, its end, its retention hold: what the trail tells counts, also where the hold was taken out by hand."""
    for column in ("request", "closed_at", "hold"):
        assert _is_found(case, f"UPDATE cases SET \"{column}\" = 'x'"), column
    hold(case, by="counsel", reason="litigation", scanner=nothing_wrong)
    assert not check_case(case)
    with closing(sqlite3.connect(case.folder / "case.sqlite")) as connection:
        connection.execute("UPDATE cases SET hold = ''")
        connection.commit()
    assert check_case(case) == ["the case: its retention hold is not what its entries tell"]
    with pytest.raises(CaseHeld):
        close(case, by="records officer")
    case.close_database()


def _is_found(case: Case, statement: str) -> bool:
    """Return whether a change of the database is found; it is undone, and then nothing may be."""
    file = case.folder / "case.sqlite"
    before = file.read_bytes()
    with closing(sqlite3.connect(file)) as connection:  # whoever does this leaves foreign keys aside
        connection.execute(statement)
        connection.commit()
    told = check_case(case)
    case.close_database()
    file.write_bytes(before)
    return bool(told) and not check_case(case)


@pytest.mark.models
def test_every_byte_of_the_stored_trail_counts(case: Case) -> None:
    """One flipped bit anywhere in an entry or a hash, as stored, is found and its entry named."""
    entries = case.entries()
    known = {"the case": case.head}
    for at, entry in enumerate(entries):
        for field in ("text", "hash"):
            raw = getattr(entry, field).encode()
            for place in range(len(raw)):
                flipped = (raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]).decode()
                told = faults(case.id, [*entries[:at], replace(entry, **{field: flipped}), *entries[at + 1 :]], known)
                assert any(f"entry {entry.number}:" in each for each in told)


@pytest.mark.models
def test_an_entry_says_who_what_when_with_what(case: Case) -> None:
    """One entry an action: opened, examined, released, decided, examined, released; the policy version is in it."""
    told = [json.loads(each.text) for each in case.entries()]
    assert [each["action"] for each in told] == ["opened", "examined", "released", "decided", "examined", "released"]
    assert told[3]["by"] == "records officer"
    assert told[1]["policy"].startswith("montana ")
    assert all(each["tool"].startswith("releasable ") and each["at"] for each in told)
    assert [each["number"] for each in told] == [1, 2, 3, 4, 5, 6]
