"""The disclosure ledger: what MCA 61-11-515 asks for, five years, nothing removed before its date."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.disclosures import export_command
from pipeline.cli.keys import show_command
from pipeline.errors import ConfigError, IntegrityError, OutputError, UsageError
from pipeline.evidence.disclosures import Disclosure, Ledger, TooEarly, export, keep_until
from pipeline.evidence.signature import create_keys

AT = "2026-03-02T09:05:00Z"
GIVEN = Disclosure(
    "Acme Towing", "1 Main St, Helena", "406-555-0100", "business licence 1234", "61-11-508(2)", "one owner record",
    "2026-03-01", "2026-17",
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    return Ledger(tmp_path / "state/disclosures.jsonl")


@pytest.mark.parametrize("name", [each.name for each in fields(Disclosure) if each.name not in {"request", "corrects"}])
def test_everything_that_the_statute_asks_for_is_required(ledger: Ledger, name: str) -> None:
    """Name, address, telephone, other identification, permitted use, what, when."""
    with pytest.raises(UsageError) as told:
        ledger.add(replace(GIVEN, **{name: " "}), AT)
    assert name.replace("_", "-") in told.value.where
    assert not ledger.path.exists()


def test_a_disclosure_is_kept_five_years_from_its_day(ledger: Ledger) -> None:
    """Not from the day of recording; and a day that is still to come is refused."""
    assert ledger.add(GIVEN, AT).keep_until == "2031-03-01"
    with pytest.raises(UsageError, match="still to come"):
        ledger.add(replace(GIVEN, disclosed_on="2026-03-03"), AT)


def test_a_file_that_cannot_be_written_is_told_plainly(ledger: Ledger, tmp_path: Path) -> None:
    """The ledger's copy, and the public key that is handed out."""
    ledger.add(GIVEN, AT)
    with pytest.raises(OutputError, match="cannot be written"):
        export_command(tmp_path / "nowhere/x.csv", ledger.path)
    create_keys(tmp_path / "state/keys")
    with pytest.raises(OutputError, match="cannot be written"):
        show_command(tmp_path / "nowhere/office.pem")


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_never_less_than_five_years(day: date) -> None:
    """Leap days too."""
    until = keep_until(day)
    assert until.year == day.year + 5
    assert (until.month, until.day) >= (day.month, day.day)


def test_nothing_is_removed_before_its_date(ledger: Ledger) -> None:
    """A day early is refused; on the day the recipient's data go, and the chain still holds."""
    ledger.add(GIVEN, AT)
    ledger.add(replace(GIVEN, name="Other Insurer", disclosed_on="2026-03-02"), AT)
    with pytest.raises(TooEarly, match="2031-03-01"):
        ledger.dispose(1, date(2031, 2, 28))
    assert ledger.lines()[0].disclosure == GIVEN
    ledger.dispose(1, date(2031, 3, 1))
    assert "Acme" not in ledger.path.read_text()
    first, second = ledger.lines(date(2031, 3, 1))
    assert first.disclosure is None
    assert second.disclosure is not None
    with pytest.raises(TooEarly):
        ledger.dispose(2, date(2031, 3, 1))


def test_an_entry_that_is_emptied_by_hand_before_its_date_is_found(ledger: Ledger) -> None:
    """A line of the form that disposal leaves counts as disposed of from its date on only."""
    ledger.add(GIVEN, AT)
    ledger.add(replace(GIVEN, name="Other Insurer"), AT)
    lines = [json.loads(each) for each in ledger.path.read_text().splitlines()]
    lines[0] |= {"disclosure": None, "salt": ""}
    ledger.path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    with pytest.raises(IntegrityError, match="line 1: this entry was emptied by hand before its date"):
        ledger.lines(date(2031, 2, 28))
    assert ledger.lines(date(2031, 3, 1))[0].disclosure is None


def test_a_correction_is_appended_and_keeps_as_long(ledger: Ledger) -> None:
    """What was written stays; the correction names it and is not disposed of before it."""
    ledger.add(GIVEN, AT)
    line = ledger.add(replace(GIVEN, telephone="406-555-0101", disclosed_on="2025-01-01", corrects=1), AT)
    assert line.number == 2
    assert line.keep_until == "2031-03-01"
    assert ledger.lines()[0].disclosure == GIVEN
    with pytest.raises(UsageError, match="no such entry"):
        ledger.add(replace(GIVEN, corrects=9), AT)


def test_every_changed_byte_of_the_ledger_is_found(ledger: Ledger) -> None:
    """All bytes; a removed or moved line; a cut end; the whole file."""
    for name in ("A", "B", "C"):
        ledger.add(replace(GIVEN, name=name), AT)
    raw = ledger.path.read_bytes()
    before = ledger.lines()
    for at in range(len(raw)):
        ledger.path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        try:
            assert ledger.lines() == before, at  # white space between keys may differ and mean the same
        except (IntegrityError, UnicodeDecodeError):
            continue
    lines = raw.splitlines(keepends=True)
    for changed in (lines[1:], [lines[0], lines[2]], [lines[1], lines[0], lines[2]], lines[:2], []):
        ledger.path.write_bytes(b"".join(changed))
        with pytest.raises(IntegrityError):
            ledger.lines()


def test_a_ledger_is_for_its_owner_alone(ledger: Ledger) -> None:
    """Owner-only, and not read when others can read it."""
    ledger.add(GIVEN, AT)
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    assert ledger.path.parent.stat().st_mode & 0o777 == 0o700
    ledger.path.chmod(0o644)
    with pytest.raises(ConfigError):
        ledger.lines()


def test_a_disposed_entry_cannot_be_guessed_from_its_digest(ledger: Ledger) -> None:
    """The salt goes with it."""
    ledger.add(GIVEN, AT)
    salt = json.loads(ledger.path.read_text())["salt"]
    ledger.dispose(1, date(2031, 3, 1))
    assert salt not in ledger.path.read_text()


def test_the_export_has_every_field_and_no_formula(ledger: Ledger) -> None:
    """CSV for the department."""
    ledger.add(replace(GIVEN, name="=1+1"), AT)
    stream = io.StringIO(newline="")
    export(ledger.lines(), stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert rows[0]["name"] == "'=1+1"
    assert {each.name for each in fields(Disclosure)} <= set(rows[0])
