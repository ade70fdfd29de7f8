"""The certificate: its limit holds as often as it says, anyone can draw the sample again, a miss holds the release."""

from __future__ import annotations

import io
import json
import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
from casehelp import Desk, leaving_after, nothing_wrong, write
from conftest import Inline, everything_in
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, hypergeom

from pipeline.case.checking import check_case
from pipeline.case.deciding import Which, decide
from pipeline.case.proof import binding_problems
from pipeline.case.sampled import Trail
from pipeline.case.store import Case, CaseError
from pipeline.casework.certified import certificate_problems
from pipeline.casework.certifying import certify, drawn, frame_of, pointed_in, reviewed, sample_of, write_certificate
from pipeline.cli.certify import answer_misses, certify_command
from pipeline.cli.redacting import held_by_misses
from pipeline.cli.running import Asked
from pipeline.cli.verify import verify_release
from pipeline.errors import IntegrityError, OutputError, ReleasableError, UsageError
from pipeline.evidence.certificate import (
    CERTIFICATE,
    CERTIFICATE_SIGNATURE,
    CERTIFICATE_WORDS,
    Certificate,
    Record,
    Stratum,
    binomial_limit,
    certificate_json,
    certificate_text,
    draw,
    joint_most_bad,
    most_bad,
    shares,
)
from pipeline.evidence.manifest import MANIFEST
from pipeline.evidence.signature import create_keys, private_key, signature_verdict
from pipeline.state import State

RUNS = 1000


# --- the limit --------------------------------------------------------------------------


@pytest.mark.parametrize(("records", "size", "bad"), [(2000, 299, 0), (2000, 299, 9), (2000, 299, 30), (400, 120, 4), (5000, 100, 250), (90, 60, 2)])  # fmt: skip
def test_the_limit_holds_in_95_of_100_samples(records: int, size: int, bad: int) -> None:
    """With misses planted at a known rate, the stated limit covers the truth not significantly less often than 95 %."""
    chance = random.Random(f"{records}/{size}/{bad}")
    covered = 0
    for run in range(RUNS):
        planted = set(chance.sample(range(records), bad))
        found = sum(each in planted for each in draw(records, size, f"{run}", "all"))
        covered += most_bad(records, size, found, 0.05) >= bad
    assert binomtest(covered, RUNS, 0.95, alternative="less").pvalue > 0.001, covered / RUNS


def test_the_joint_limit_over_strata_holds_in_95_of_100_samples() -> None:
    """Misses that all lie in one small stratum do not escape the joint limit."""
    frame, bad = {"mail": 1500, "table": 300, "log": 60}, {"mail": 15, "table": 0, "log": 6}
    sizes = shares(frame, 240)
    chance = random.Random(7)
    covered = 0
    for run in range(RUNS):
        strata = []
        for name, records in frame.items():
            planted = set(chance.sample(range(records), bad[name]))
            found = sum(each in planted for each in draw(records, sizes[name], f"{run}", name))
            strata.append(Stratum(name, records, sizes[name], found))
        covered += joint_most_bad(strata) >= sum(bad.values())
    assert binomtest(covered, RUNS, 0.95, alternative="less").pvalue > 0.001, covered / RUNS


@given(records=st.integers(1, 400), share=st.floats(0.02, 1), data=st.data())
def test_the_limit_is_exact(records: int, share: float, data: st.DataObject) -> None:
    """One more bad record than the limit would make so few misses rarer than the risk; the limit itself would not."""
    size = max(1, math.ceil(records * share))
    misses = data.draw(st.integers(0, size))
    limit = most_bad(records, size, misses, 0.05)
    assert misses <= limit <= records - (size - misses)
    assert limit == misses or hypergeom.cdf(misses, records, limit, size) > 0.05
    if limit < records - (size - misses):
        assert hypergeom.cdf(misses, records, limit + 1, size) <= 0.05


def test_known_values() -> None:
    """Textbook numbers: none in 299 is under 1 %, none in 59 under 5 %; a full count leaves nothing to chance."""
    assert binomial_limit(299, 0, 0.05) == pytest.approx(0.00997, abs=1e-5)
    assert binomial_limit(59, 0, 0.05) == pytest.approx(0.0495, abs=1e-4)
    assert most_bad(10**6, 299, 0, 0.05) / 10**6 == pytest.approx(binomial_limit(299, 0, 0.05), abs=1e-5)
    assert most_bad(100, 100, 3, 0.05) == 3


# --- the draw ---------------------------------------------------------------------------


def test_the_draw_is_fair() -> None:
    """Over many seeds every record is drawn about as often as every other."""
    often = [0] * 50
    for seed in range(2000):
        for each in draw(50, 10, str(seed), "all"):
            often[each] += 1
    assert min(often) > 320  # 400 expected, standard deviation 18
    assert max(often) < 480


def test_anyone_can_draw_again() -> None:
    """The draw depends on seed, stratum and number only, and is written out in the certificate's method."""
    import hashlib

    ranks = sorted((hashlib.sha256(f"ab/mail/{each}".encode()).hexdigest(), each) for each in range(1000))
    assert draw(1000, 20, "ab", "mail") == sorted(each for _, each in ranks[:20])


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 5000), min_size=1, max_size=8), st.integers(1, 600)
)
def test_every_stratum_gets_a_share(records: dict[str, int], size: int) -> None:
    """No stratum is left without a record, none gets more than it has."""
    told = shares(records, size)
    assert all(1 <= told[name] <= count for name, count in records.items())


# --- a release is certified -------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, loaded: State, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("RELEASABLE_STATE", str(tmp_path / "state"))
    desk = Desk(Case.create(tmp_path / "case", "2026-7"), loaded)
    rows = "".join(f"{each},the hedge number {each},406-555-01{each:02d}\n" for each in range(40))
    source = write(
        tmp_path / "in", {"letter.txt": "Wilma Testperson, SSN 536-90-4399\n", "t.csv": f"id,note,phone\n{rows}"}
    )
    desk.redact(source, tmp_path / "one")
    decide(desk.case, Which(undecided=True), "adopt", by="officer", reason="balance", scanner=nothing_wrong)
    assert desk.redact(source, tmp_path / "two").summary.status == "final"
    return desk


@pytest.mark.models
def test_a_clean_sample_gives_a_certificate_without_text(desk: Desk, tmp_path: Path) -> None:
    """The frame has every released record, the draw is recorded first, and no record's text is in the certificate."""
    runner, out = Inline(desk.of_now()), tmp_path / "two"
    frame = frame_of(out, runner, by="format")
    assert {name: len(records) for name, records in frame.items()} == {"plain_text": 1, "delimited": 40}
    made = drawn(desk.case, out, frame, 20, by="reader")
    assert json.loads(desk.case.entries()[-1].text)["action"] == "drawn"
    shown: list[str] = []

    def reader(_record: Record, text: str) -> bool:
        shown.append(text)
        return False

    sample = sample_of(frame, made)
    marks = reviewed(desk.case, out, sample, runner, reader, made, by="reader")
    assert len(shown) == sum(made.sizes.values()) == len(marks)
    told = certify(desk.case, out, frame, made, marks, by="reader")
    text = certificate_json(told).decode() + certificate_text(told)
    assert "hedge" not in text
    assert "95% confidence" in text
    assert made.seed in text
    assert told.frame_sha256 in text
    assert not check_case(desk.case)
    with pytest.raises(CaseError, match="has its certificate"):
        drawn(desk.case, out, frame, 20, by="reader")
    assert b"hedge" not in everything_in(tmp_path / "case")


@pytest.mark.models
def test_a_release_has_one_draw(desk: Desk, tmp_path: Path) -> None:
    """Drawing again until the sample is clean is not possible: the draw stays, whatever size is asked for."""
    runner, out = Inline(desk.of_now()), tmp_path / "two"
    frame = frame_of(out, runner)
    first = drawn(desk.case, out, frame, 10, by="reader")
    assert drawn(desk.case, out, frame, 30, by="reader") == first
    with pytest.raises(CaseError, match="another frame"):
        drawn(desk.case, out, frame_of(out, runner, by="file"), 10, by="reader")


@pytest.mark.models
def test_an_interrupted_review_goes_on(desk: Desk, tmp_path: Path) -> None:
    """Marks are kept as they are made; what was marked is not shown again."""
    runner, out = Inline(desk.of_now()), tmp_path / "two"
    frame = frame_of(out, runner)
    made = drawn(desk.case, out, frame, 10, by="reader")
    sample = sample_of(frame, made)
    seen: list[Record] = []
    with pytest.raises(KeyboardInterrupt):
        reviewed(desk.case, out, sample, runner, leaving_after(4, seen), made, by="reader")
    rest: list[Record] = []
    reviewed(desk.case, out, sample, runner, lambda record, _: bool(rest.append(record)), made, by="reader")
    assert len(rest) == sum(made.sizes.values()) - 4
    assert not set(rest) & set(seen)


@pytest.mark.models
def test_a_found_miss_holds_every_release_until_it_is_mended(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verify with the case fails, also for a release that has it still; one where it is withheld is read and certified."""
    runner, out, source = Inline(desk.of_now()), tmp_path / "two", tmp_path / "in"
    frame = frame_of(out, runner)
    made = drawn(desk.case, out, frame, 100, by="reader")
    sample = sample_of(frame, made)
    marks = reviewed(
        desk.case, out, sample, runner, lambda _, text: "number 7" in text, made, by="reader",
        pointer=lambda _, texts: pointed_in(texts, "number 7"),
    )  # fmt: skip
    told = certify(desk.case, out, frame, made, marks, by="reader")
    assert told.misses == 1
    assert told.most_bad >= 1
    assert "held" in certificate_text(told)
    assert any("held" in each for each in binding_problems(desk.case, (out / MANIFEST).read_bytes()))
    desk.redact(source, tmp_path / "three")
    assert any("sample of release" in each for each in binding_problems(desk.case, (tmp_path / "three" / MANIFEST).read_bytes()))  # fmt: skip
    assert held_by_misses(desk.case.folder)
    with pytest.raises(CaseError, match="is not answered"):
        drawn(desk.case, tmp_path / "three", frame_of(tmp_path / "three", runner), 10, by="reader")
    with pytest.raises(CaseError, match="is released as it was"):
        answer_misses(desk.case, tmp_path / "three", runner, "reader")
    write(source, {"t.csv": (source / "t.csv").read_text().replace("number 7,", "536-90-4399,")})
    desk.redact(source, tmp_path / "provisional")
    decide(desk.case, Which(undecided=True), "adopt", by="officer", reason="balance", scanner=nothing_wrong)
    desk.redact(source, tmp_path / "four")
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    with pytest.raises(CaseError, match="not mended"):
        answer_misses(desk.case, tmp_path / "four", runner, "reader")
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    answer_misses(desk.case, tmp_path / "four", runner, "reader")
    assert "t.csv, unit 1, record 8\n7\nthe hedge [REDACTED" in capsys.readouterr().out
    assert not held_by_misses(desk.case.folder)
    fresh = drawn(desk.case, tmp_path / "four", frame_of(tmp_path / "four", runner), 10, by="reader")
    assert fresh.seed != made.seed
    assert not check_case(desk.case)


@pytest.mark.models
def test_only_what_the_trail_has_is_certified(desk: Desk, tmp_path: Path) -> None:
    """Marks that nobody recorded are no marks."""
    out, runner = tmp_path / "two", Inline(desk.of_now())
    frame = frame_of(out, runner)
    made = drawn(desk.case, out, frame, 10, by="reader")
    marks = dict.fromkeys(sample_of(frame, made)["all records"], False)
    with pytest.raises(CaseError, match="marked anew meanwhile"):
        certify(desk.case, out, frame, made, marks, by="reader")


@pytest.mark.models
def test_a_provisional_release_is_not_certified(desk: Desk, tmp_path: Path) -> None:
    """Only what could be handed over is certified."""
    write(tmp_path / "in", {"more.txt": "Berta Beispiel, 406-555-0177\n"})
    desk.redact(tmp_path / "in", tmp_path / "three")
    with pytest.raises(CaseError, match="provisional"):
        drawn(desk.case, tmp_path / "three", frame_of(tmp_path / "three", Inline(desk.of_now())), 5, by="reader")


@pytest.mark.models
def test_a_changed_certificate_is_found(desk: Desk, tmp_path: Path) -> None:
    """Bytes by signature and words; one that was made anew in all its numbers by the case and by the signature."""
    runner, out, folder = Inline(desk.of_now()), tmp_path / "two", tmp_path / "certificate"
    frame = frame_of(out, runner)
    made = drawn(desk.case, out, frame, 10, by="reader")
    marks = reviewed(desk.case, out, sample_of(frame, made), runner, lambda *_: False, made, by="reader")
    told = certify(desk.case, out, frame, made, marks, by="reader")
    public = create_keys(tmp_path / "keys")
    write_certificate(folder, told, private_key(tmp_path / "keys").sign(certificate_json(told)))
    checked = verify_release(folder, Asked(), case_folder=desk.case.folder, public_key=public)
    assert checked.is_certificate
    assert not checked.problems
    assert "signed with the key" in checked.notes[0]
    assert not certificate_problems(folder)

    for name in (CERTIFICATE, CERTIFICATE_WORDS):
        raw = (folder / name).read_bytes()
        for at in range(0, len(raw), 1 if name == CERTIFICATE_WORDS else 7):
            (folder / name).write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
            assert _problems(folder, public), (name, at)
        (folder / name).write_bytes(raw)

    signed = (folder / CERTIFICATE).read_bytes()
    for at in range(len(signed)):  # the signature alone, which is quick, finds every byte
        flipped = signed[:at] + bytes([signed[at] ^ 1 << at % 8]) + signed[at + 1 :]
        assert signature_verdict(folder, flipped, public, CERTIFICATE_SIGNATURE).problems, at
    signature = (folder / CERTIFICATE_SIGNATURE).read_bytes()
    for at in range(len(signature)):
        (folder / CERTIFICATE_SIGNATURE).write_bytes(signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :])
        assert signature_verdict(folder, signed, public, CERTIFICATE_SIGNATURE).problems, at
    (folder / CERTIFICATE_SIGNATURE).write_bytes(signature)

    better = replace(told, strata=(replace(told.strata[0], drawn=41, records=41),), most_bad=0)
    write_certificate(folder, better)
    assert not certificate_problems(folder)  # its numbers fit each other
    found = certificate_problems(folder, desk.case)
    assert {each.rpartition(" ")[2] for each in found} >= {"limit", "sample"}
    assert verify_release(folder, Asked(), public_key=public).problems
    (folder / "more.txt").write_text("x", encoding="utf-8")
    assert any("no part" in each or "not part" in each for each in certificate_problems(folder))
    with pytest.raises(UsageError):
        verify_release(folder, Asked(), public_key=folder / "more.txt")


@pytest.mark.models
def test_the_strata_of_a_certificate_are_compared_with_every_mark(desk: Desk, tmp_path: Path) -> None:
    """Records moved from one stratum to another, and a miss moved, are found although all totals and limits fit."""
    runner, out, folder = Inline(desk.of_now()), tmp_path / "two", tmp_path / "certificate"
    frame = frame_of(out, runner, by="format")
    made = drawn(desk.case, out, frame, 20, by="reader", strata="format")
    assert made.records == {"delimited": 40, "plain_text": 1}
    sample = sample_of(frame, made)
    marks = reviewed(
        desk.case, out, sample, runner, lambda record, _: record == sample["delimited"][0], made, by="reader"
    )
    told = certify(desk.case, out, frame, made, marks, by="reader")
    assert {each.name: each.misses for each in told.strata} == {"delimited": 1, "plain_text": 0}
    write_certificate(folder, told)
    assert not certificate_problems(folder, desk.case)

    table, letter = sorted(told.strata, key=lambda each: each.name)
    moved = (replace(table, misses=0), replace(letter, misses=1))
    other = replace(told, strata=moved)
    write_certificate(folder, replace(other, most_bad=joint_most_bad(moved)))
    found = certificate_problems(folder, desk.case)
    assert any("misses in the stratum delimited" in each for each in found)
    assert any("misses in the stratum plain_text" in each for each in found)

    fewer = (replace(table, records=table.drawn + 1), letter)
    write_certificate(folder, replace(told, strata=fewer, most_bad=joint_most_bad(fewer)))
    assert any("numbers of records in its strata" in each for each in certificate_problems(folder, desk.case))


@pytest.mark.models
def test_what_stops_a_certificate_is_told_before_the_draw(desk: Desk, tmp_path: Path) -> None:
    """A release has one certificate: a folder that cannot be written, or a key that is not there, draws nothing."""
    out = tmp_path / "two"
    for wrong in (out / "letter.txt", out / "letter.txt/certificate"):
        with pytest.raises(OutputError):
            certify_command(desk.case.folder, out, "reader", wrong)
    with pytest.raises(ReleasableError, match="key"):
        certify_command(desk.case.folder, out, "reader", tmp_path / "certificate", sign=True)
    assert Trail(desk.case).draw(2) is None
    assert not (tmp_path / "certificate").exists()


def test_a_certificate_of_another_confidence_is_none(tmp_path: Path) -> None:
    """A limit that is right for less confidence is not the limit that certificates state."""
    strata = (Stratum("all records", 1000, 299),)
    told = Certificate("2026-7", "c", 1, "m", "f", "s", strata, "reader", "2026-01-02", joint_most_bad(strata))
    write_certificate(tmp_path, told)
    assert not certificate_problems(tmp_path)
    write_certificate(tmp_path, replace(told, confidence=0.9, most_bad=joint_most_bad(strata, 0.9)))
    assert certificate_problems(tmp_path)


def _problems(folder: Path, public: Path) -> list[str]:
    try:
        return verify_release(folder, Asked(), public_key=public).problems
    except IntegrityError as error:
        return [str(error)]
