"""The certificate's sample at the desk: one draw and one set of marks with the terminal, read before it is called clean."""

from __future__ import annotations

import json
import re
from dataclasses import astuple, replace
from pathlib import Path

import pytest
from casehelp import leaving_after, nothing_wrong, write
from conftest import Inline, everything_in
from reviewhelp import ORIGIN, Browser, browser, desk_of, ended, examined
from sqlalchemy.orm import Session

from pipeline.case.checking import check_case
from pipeline.case.deciding import Which, decide
from pipeline.case.proof import binding_problems
from pipeline.case.recording import latest_run
from pipeline.case.resumed import recorded_since
from pipeline.case.sampled import MARKED, Trail
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import RunRow
from pipeline.casework.certifying import certificate_of, certify, drawn, frame_of, readers, reviewed, sample_of
from pipeline.casework.missed import again_problems
from pipeline.evidence.certificate import Record, certificate_json, certificate_text
from pipeline.evidence.documents import Office
from pipeline.evidence.manifest import MANIFEST, SIGNATURE
from pipeline.model import words
from pipeline.review.desk import Asked, Desk
from pipeline.review.released_texts import without_passwords
from pipeline.review.sessions import ROLES, Officer
from pipeline.review.texts import MASK
from pipeline.state import State

pytestmark = pytest.mark.usefixtures("own_state")

ROWS = 12
HOSTILE = '<script>document.title="owned"</script> [x](javascript:alert(1))'


@pytest.fixture
def desk(tmp_path: Path, by_patterns: State) -> Desk:
    """A desk whose release is made and final."""
    rows = "".join(f"{each},the hedge number {each} of the park,406-555-01{each:02d}\n" for each in range(ROWS))
    files = {
        "letter.txt": f"Call 406-555-0123 about the hedge. {HOSTILE}\n",
        "long.txt": "\n\n".join(f"Paragraph {n} of a long report. " + "The park was quiet. " * 40 for n in range(40)),
        "t.csv": f"id,note,phone\n{rows}",
    }
    made = examined(Case.create(tmp_path / "case", "2026-7"), write(tmp_path / "in", files), by_patterns)
    decide(made.case, Which(undecided=True), "adopt", by="officer", reason="balance", scanner=nothing_wrong)
    released(made)
    return made


def released(desk: Desk) -> None:
    desk.ledger.refresh()
    browser(desk, "approver", "approver").post("/release")
    ended(desk)


def final(desk: Desk) -> int:
    """Release, and again where something was found in the copies and had to be decided; return its number."""
    while True:
        released(desk)
        if desk.sampling.standing().status == "final":
            return desk.sampling.standing().release
        ledger = desk.ledger.refresh()
        waiting = [each for row in range(len(ledger)) if (each := ledger.item(row)).state == "open"]
        assert waiting, "provisional, and nothing to decide: a dead end"
        officer = Officer("", "records officer", frozenset(ROLES))
        asked = Asked(waiting[0].id, "one", "adopt", "balance", ledger.seen)
        desk.decide_these(officer, [each.id for each in waiting], asked)


def drawn_at(desk: Desk, size: int = 5, strata: str = "") -> Browser:
    """A browser that shows values, with a sample drawn."""
    at = browser(desk, "second reader", "reviewer")
    at.post("/sample", size=size, strata=strata)
    ended(desk)
    at.post("/values", show="yes", to="/sample")
    return at


def read(at: Browser, number: int) -> str:
    """Read all parts of a record, and return the first one: chance says which record this is."""
    page = at.get(f"/sample/{number}")
    for part in range(2, int((re.search(r"Part 1 of (\d+)", page) or [0, 1])[1]) + 1):
        at.get(f"/sample/{number}?part={part}")
    return page


def say(at: Browser, number: int, do: str, **where) -> str:
    """Read all parts of a record, and say something of it; ``where`` points it out."""
    page = read(at, number)
    seen, release = (re.search(rf'name="{each}" value="(\d+)"', page) for each in ("seen", "release"))
    assert seen
    assert release
    return at.post(f"/sample/{number}", do=do, seen=seen[1], release=release[1], **where)


def marks(desk: Desk) -> list[dict]:
    told = [json.loads(each.text) for each in desk.case.entries()]
    return [each for each in told if each["action"] == MARKED]


def test_a_sample_is_read_and_certified(desk: Desk, tmp_path: Path) -> None:
    """Each mark is in the trail at once; the certificate is the one of the terminal, byte by byte, without any text."""
    at = drawn_at(desk)
    assert json.loads(desk.case.entries()[-1].text)["action"] == "drawn"
    page = at.get("/sample")
    assert "Begin with record 1" in page
    for number in range(1, 6):
        page = say(at, number, "clean")
        assert marks(desk)[-1]["about"] == {"sample": 1, "record": number, "missed": False}
        assert marks(desk)[-1]["by"] == "second reader"
    assert "All are read" in page
    assert "Make the certificate" in page
    at.post("/sample/certificate")
    ended(desk)
    page = at.get("/sample")
    assert "With 95% confidence at most" in page
    assert "exact binomial" in page
    assert f"5 of {ROWS + 2} released records were drawn by chance" in page
    release = tmp_path / "case-release-1"
    frame = frame_of(release, Inline(desk_state(desk)))
    draw = Trail(desk.case).draw(1)
    assert draw is not None
    said = dict.fromkeys((each for own in sample_of(frame, draw).values() for each in own), False)
    when = json.loads(desk.case.entries()[-1].text)["at"]
    again = certificate_of(desk.case, release, frame, draw, said, read_by="second reader", at=when)
    out = tmp_path / "case-certificate-1"
    assert (out / "certificate.json").read_bytes() == certificate_json(again)
    assert (out / "certificate.txt").read_text() == certificate_text(again)
    assert check_case(desk.case) == []
    assert not binding_problems(desk.case, (release / MANIFEST).read_bytes())
    kept = everything_in(tmp_path / "case") + everything_in(out)
    assert b"hedge" not in kept
    assert b"quiet" not in kept


def desk_state(desk: Desk) -> State:
    with desk.road.lookers(desk.case) as runner:
        assert isinstance(runner, Inline)
        return runner.state


def test_the_terminal_goes_on_with_what_the_desk_began_and_back(desk: Desk, tmp_path: Path) -> None:
    """The same draw, the marks of both; what one has read the other does not show; both names stand in the end."""
    at = drawn_at(desk, 4, "format")
    say(at, 2, "clean")
    runner, release = Inline(desk_state(desk)), tmp_path / "case-release-1"
    frame = frame_of(release, runner, by="format")
    made = drawn(desk.case, release, frame, 299, by="clerk", strata="format")
    with pytest.raises(CaseError) as refused:
        drawn(desk.case, release, frame_of(release, runner), 4, by="clerk")
    assert "--strata format" in refused.value.remedy
    sample = sample_of(frame, made)
    seen: list[Record] = []
    with pytest.raises(KeyboardInterrupt):
        reviewed(desk.case, release, sample, runner, leaving_after(1, seen), made, by="clerk")
    standing = desk.sampling.standing()
    assert sorted(standing.marks) == [1, 2]
    assert {each.by for each in standing.marks.values()} == {"second reader", "clerk"}
    page = at.get("/sample/1")
    assert "Said by clerk" in page
    for number in range(3, made.size):
        say(at, number, "clean")
    rest: list[Record] = []
    told = reviewed(desk.case, release, sample, runner, lambda record, _: bool(rest.append(record)), made, by="clerk")
    assert len(rest) == 1
    assert len(told) == made.size
    by = readers(Trail(desk.case).marks(made.release))
    assert by == "clerk, second reader"
    assert certify(desk.case, release, frame, made, told, by="clerk", read_by=by).reviewed_by == by
    page = at.get("/sample")
    assert "Show what it proves" in page or "With 95% confidence" in page
    at.post("/sample/open")
    ended(desk)
    assert "With 95% confidence" in at.get("/sample")
    assert (tmp_path / "case-certificate-1" / "certificate.json").is_file()
    assert check_case(desk.case) == []


def test_another_desk_goes_on_where_one_was_closed(desk: Desk, tmp_path: Path, by_patterns: State) -> None:
    """Nothing but the case is needed: draw and marks are there after the server was killed."""
    at = drawn_at(desk)
    say(at, 1, "clean")
    say(at, 2, "missed")
    other = desk_of(Case.open(tmp_path / "case"), tmp_path / "in", by_patterns)
    other.ledger.refresh()
    late = browser(other, "third reader", "approver")
    page = late.get("/sample")
    assert "Open the sample" in page
    assert late.client.get("/sample/3").status_code == 400
    late.post("/sample/open")
    ended(other)
    assert "Go on with record 3" in late.get("/sample")
    assert "Said by second reader" in late.get("/sample/2")


def test_a_found_miss_holds_the_release(desk: Desk, tmp_path: Path) -> None:
    """As at the terminal: verify with the case fails at once, it cannot be certified again, and the case says so."""
    at = drawn_at(desk, 3)
    say(at, 1, "missed")
    assert MISSED in at.get("/")
    manifest = (tmp_path / "case-release-1" / MANIFEST).read_bytes()
    assert any("held" in each for each in binding_problems(desk.case, manifest))
    say(at, 2, "clean")
    assert "do not hand this release out" in say(at, 3, "clean")
    at.post("/sample/certificate")
    ended(desk)
    page = at.get("/sample")
    assert "must not go out" in page
    assert any("held" in each for each in binding_problems(desk.case, manifest))
    assert MISSED in at.get("/")
    assert "Not marked: this release has its certificate" in at.post("/sample/2", do="missed", seen=0, release=1)
    at.post("/sample/open")
    ended(desk)
    assert "must not go out" in at.get("/sample")
    assert check_case(desk.case) == []


MISSED = "1 record of a sample has something that was missed: it holds every release"


def missed_in(desk: Desk, at: Browser, text: str, what: str = "") -> int:
    """Say that something was missed in the record that holds a text, pointed out where it is told; return its number."""
    for number in range(1, desk.sampling.standing().draw.size + 1):
        if text in read(at, number):
            where = {}
            if what:
                segment = next(each for each in desk.sampling._read(number) if what in each.text)
                start = segment.text.index(what)
                where = {"place": words(segment.address), "start": start, "end": start + len(what)}
            say(at, number, "missed", **where)
            return number
    raise AssertionError


def reread(desk: Desk, tmp_path: Path, state: State, old: str, new: str) -> Desk:
    """The desk after the table changed: examined anew, all decided, released."""
    table = tmp_path / "in" / "t.csv"
    assert old in table.read_text()
    table.write_text(table.read_text().replace(old, new))
    other = desk_of(Case.open(tmp_path / "case"), tmp_path / "in", state)
    other.behind = other.road.behind(other.case)
    other.examine("records officer")
    ended(other)
    if other.ledger.refresh().progress()["open"]:
        decide(other.case, Which(undecided=True), "adopt", by="officer", reason="balance", scanner=nothing_wrong)
    released(other)
    return other


def mended(desk: Desk, at: Browser, number: int) -> str:
    """Read a miss of release 1 again, say that it is withheld now, and return what came of it."""
    at.post("/values", show="yes", to="/sample")
    at.get(f"/sample/missed/1/{number}")
    at.post(f"/sample/missed/1/{number}", do="mended", seen=desk.sampling.standing().before[0].entry)
    desk.bench.wait()
    assert desk.bench.work is not None
    return desk.bench.work.failure.what if desk.bench.work.failure else desk.bench.work.result


def test_a_miss_is_not_left_behind_by_releasing_unchanged(desk: Desk, tmp_path: Path) -> None:
    """A new release that has it still is held; nothing is drawn of it, and nobody can say that it is mended."""
    at = drawn_at(desk, 299)
    number = missed_in(desk, at, "number 7 of the park")
    at.post("/sample/certificate")
    desk.bench.wait()
    released(desk)
    manifest = (tmp_path / "case-release-2" / MANIFEST).read_bytes()
    assert any("sample of release 1" in each for each in binding_problems(desk.case, manifest))
    page = at.get("/sample")
    assert "Missed in earlier releases" in page
    assert "Draw the sample" not in page
    assert MISSED in at.get("/release")
    at.post("/sample", size=2)
    desk.bench.wait()
    assert "is not answered" in desk.bench.work.failure.what
    here = f"/sample/missed/1/{number}"
    page = at.get(here)
    assert "number 7 of the park" in page
    entry = desk.sampling.standing().before[0].entry
    at.post(here, do="mended", seen=entry)
    desk.bench.wait()
    assert "is released as it was" in desk.bench.work.failure.what
    assert "is released as it was" in at.get("/sample")
    assert "park" not in desk.bench.work.failure.what
    assert "park" not in everything_in(tmp_path / "case").decode(errors="replace")
    assert Trail(desk.case).misses()


def test_a_mended_miss_is_read_again_and_answered(desk: Desk, tmp_path: Path, by_patterns: State) -> None:
    """What was missed is withheld in the next release: a person to whom it was shown says so, and a sample is drawn."""
    at = drawn_at(desk, 299)
    number = missed_in(desk, at, "number 7 of the park", "number 7")
    other = reread(desk, tmp_path, by_patterns, "7,the hedge number 7", "7,the hedge 406-555-0177")
    late = browser(other, "third reader", "reviewer")
    here = f"/sample/missed/1/{number}"
    entry = other.sampling.standing().before[0].entry
    assert "was not shown to you yet" in late.post(here, do="mended", seen=entry)
    late.post("/values", show="yes", to="/sample")
    assert "REDACTED" in late.get(here)
    assert "somebody else said" in late.post(here, do="mended", seen=0)
    late.post(here, do="mended", seen=entry)
    ended(other)
    assert other.sampling.standing().before == ()
    assert late.client.get(here).status_code == 400
    manifest = (tmp_path / "case-release-2" / MANIFEST).read_bytes()
    assert not binding_problems(other.case, manifest)
    late.post("/sample", size=2)
    ended(other)
    assert other.sampling.standing().draw.size == 2
    assert check_case(other.case) == []


def test_another_change_of_the_record_mends_no_miss(desk: Desk, tmp_path: Path, by_patterns: State) -> None:
    """What was pointed out stands at its place though the record reads otherwise now: nobody can say that it is mended."""
    number = missed_in(desk, drawn_at(desk, 299), "number 7 of the park", "number 7")
    other = reread(desk, tmp_path, by_patterns, "7,the hedge number 7", "7,the hedge 406-555-0177 and number 7")
    late = browser(other, "third reader", "reviewer")
    assert "still stands" in mended(other, late, number) or "not mended" in mended(other, late, number)
    assert [each.number for each in Trail(other.case).misses()] == [number]
    other = reread(other, tmp_path, by_patterns, "406-555-0177 and number 7", "and number 7 of 406-555-0177")
    late = browser(other, "third reader", "reviewer")
    assert "what was pointed out in it still stands at its place" in mended(other, late, number)


def test_what_nobody_pointed_out_is_mended_by_two_people(desk: Desk, tmp_path: Path, by_patterns: State) -> None:
    """One voice is not enough, nor is the same one again; later releases are compared with what they read."""
    number = missed_in(desk, drawn_at(desk, 299), "number 7 of the park")
    other = reread(desk, tmp_path, by_patterns, "7,the hedge number 7", "7,the hedge 406-555-0177")
    one, two = browser(other, "third reader", "reviewer"), browser(other, "fourth reader", "approver")
    assert "until another person says so too" in mended(other, one, number)
    assert "you said already" in mended(other, one, number)
    assert "another person has to say so too" in one.get(f"/sample/missed/1/{number}")
    assert "if you say so too, it is answered" in two.get(f"/sample/missed/1/{number}")
    assert "is answered" in mended(other, two, number)
    assert not Trail(other.case).misses()
    released(other)
    assert not Trail(other.case).misses()
    again = reread(other, tmp_path, by_patterns, "7,the hedge 406-555-0177", "7,the hedge 406-555-0177 of number 7")
    [miss] = Trail(again.case).misses()
    assert (miss.number, miss.again) == (number, 4)
    assert check_case(again.case) == []


def test_a_mended_miss_is_looked_for_in_every_later_release(desk: Desk, tmp_path: Path) -> None:
    """It is marked and answered; where the mark is taken back, the next release is held, and the trail has no text."""
    at = drawn_at(desk, 299)
    number = missed_in(desk, at, "number 7 of the park", "number 7")
    source = next(key for key, label in desk.ledger.labels.items() if label == "t.csv")
    ordinal, place = next(
        (unit, place)
        for unit in range(9)
        for place, each in desk.texts.plain(source, unit).items()
        if "hedge number 7 " in each.text
    )
    start = len("the hedge ")
    given = {"file": "t.csv", "unit": ordinal + 1, "place": place, "start": start, "end": start + len("number 7")}
    given |= {"entity": "PERSON", "reason": "missed"}
    told = browser(desk).client.post("/api/marks", json=given, headers={"origin": ORIGIN})
    assert told.status_code == 200, told.text
    final(desk)
    assert "is answered" in mended(desk, at, number)
    now, runner = final(desk), Inline(desk_state(desk))
    assert not Trail(desk.case).misses()
    assert not again_problems(desk.case, tmp_path / f"case-release-{now}", runner, now)
    [problem] = again_problems(desk.case, tmp_path / "case-release-1", runner, now + 1)  # as if that were a later one
    assert "had been mended" in problem
    desk.undo(Officer("", "records officer", frozenset(ROLES)), told.json()["decision"])
    begun = desk.case.head
    released(desk)
    with Session(desk.case.engine) as session:
        started = session.get_one(RunRow, latest_run(session, desk.case.id)).at
    assert recorded_since(desk.case, begun, started).place is not None  # a killed run can be taken up behind it too
    last = desk.sampling.standing().release
    [miss] = Trail(desk.case).misses()
    assert (miss.release, miss.number, miss.again) == (1, number, last)
    manifest = (tmp_path / f"case-release-{last}" / MANIFEST).read_bytes()
    assert any("sample of release 1" in each for each in binding_problems(desk.case, manifest))
    assert f"mended once, and found again in release {last}" in at.get("/sample")
    final(desk)
    assert "what was pointed out" in mended(desk, at, number) or "as it was" in mended(desk, at, number)
    assert "hedge" not in everything_in(tmp_path / "case").decode(errors="replace")
    assert check_case(desk.case) == []


def test_words_are_picked_to_point_out_what_was_missed(desk: Desk) -> None:
    """Without a mouse: the words of a text in two lists; a marker, or a place that is not there, is no answer."""
    at = drawn_at(desk, 299)
    order = desk.sampling.standing().opened.records
    number = next(n for n, each in enumerate(order, 1) if each.file == "letter.txt")
    page = at.get(f"/sample/{number}/words")
    assert ">hedge. (" in page
    assert all(f'href="{place}"' in at.get(f"/sample/{number}") for place in ("/", "/queue", "/release"))
    [segment] = desk.sampling._read(number)
    start, place = segment.text.index("hedge"), words(segment.address)
    assert "there is no such place" in say(at, number, "missed", place="block 99", start=0, end=4)
    at_marker = segment.text.index("[REDACTED")
    assert "nothing of a record stands there" in say(
        at, number, "missed", place=place, start=at_marker, end=at_marker + 9
    )
    assert marks(desk) == []
    page = say(at, number, "missed", place=place, start=start, end=start + 3)
    assert f"characters {start + 1}&ndash;{start + len('hedge')}" in page  # whole words
    assert "what you pointed out was missed" in page
    say(at, number, "missed", place=place, start=0, end=4)
    assert [each.start for each in desk.sampling.standing().own[number].spots] == [start, 0]
    at.post("/values", show="", to="/sample")
    assert "hedge" not in at.get(f"/sample/{number}/words")
    auditor = browser(desk, "auditor", "auditor")
    auditor.post("/values", show="yes", to="/sample")
    assert "an auditor looks" in auditor.get(f"/sample/{number}/words")


def test_two_people_can_say_of_an_earlier_miss_that_it_was_none(desk: Desk) -> None:
    """One voice changes nothing, nor does the same voice again; the other way round takes it back."""
    at, two = drawn_at(desk, 299), browser(desk, "third reader", "reviewer")
    two.post("/values", show="yes", to="/sample")
    here = f"/sample/missed/1/{missed_in(desk, at, 'number 7 of the park')}"
    released(desk)

    def says(who: Browser, do: str) -> str:
        who.get(here)
        return who.post(here, do=do, seen=desk.sampling.standing().before[0].entry)

    assert "until another person says so too" in says(at, "clean")
    assert "one person alone clears no miss" in says(at, "clean")
    assert "holds the release" in says(two, "missed")
    assert "until another person says so too" in says(two, "clean")
    assert Trail(desk.case).misses()[0].denied_by == ("third reader",)
    assert "Two people say that nothing was missed" in says(at, "clean")
    assert not Trail(desk.case).misses()
    assert "Draw the sample of release 2" in at.get("/sample")


def test_programs_are_told_of_misses_and_answer_them(desk: Desk) -> None:
    """Positions only; what is not mended is not taken for it."""
    at = drawn_at(desk, 299)
    number = missed_in(desk, at, "number 7 of the park")
    assert at.client.get("/api/sample").json()["held"]
    released(desk)
    told = at.client.get("/api/sample").json()
    assert not told["held"]
    [miss] = told["missed_before"]
    assert (miss["release"], miss["record"], miss["file"], miss["denied_by"]) == (1, number, "t.csv", [])
    given = {"release": 1, "record": number, "seen": miss["seen"]}
    late = at.client.post("/api/sample/mended", json=given | {"seen": 0}, headers={"origin": ORIGIN})
    assert late.status_code == 409
    for path, more in (("mended", {}), ("marks", {"missed": False})):
        unread = at.client.post(f"/api/sample/{path}", json=given | more, headers={"origin": ORIGIN})
        assert unread.status_code == 400
        assert "was not shown to you yet" in unread.json()["what"]
    at.get(f"/sample/missed/1/{number}")
    assert at.client.post("/api/sample/mended", json=given, headers={"origin": ORIGIN}).status_code == 200
    desk.bench.wait()
    assert "is released as it was" in at.client.get("/api/work").json()["failure"]["what"]
    denied = at.client.post("/api/sample/marks", json=given | {"missed": False}, headers={"origin": ORIGIN})
    assert denied.json()["missed_before"][0]["denied_by"] == ["second reader"]
    auditor = browser(desk, "auditor", "auditor")
    assert auditor.client.post("/api/sample/mended", json=given, headers={"origin": ORIGIN}).status_code == 403


def test_certificates_and_releases_are_signed_where_the_desk_may(desk: Desk, tmp_path: Path) -> None:
    """With the office's key, as at the terminal; one with a miss never is."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    assert not (tmp_path / "case-release-1" / SIGNATURE).exists()
    assert "It will not be signed" in browser(desk).get("/release")
    signing = desk_signing(desk, key.sign)
    released(signing)
    assert "signed with the office" in browser(signing).get("/release")
    folder = tmp_path / "case-release-2"
    key.public_key().verify((folder / SIGNATURE).read_bytes(), (folder / MANIFEST).read_bytes())
    at = drawn_at(signing, 2)
    say(at, 1, "clean")
    assert "signed with the office" in say(at, 2, "clean")
    at.post("/sample/certificate")
    ended(signing)
    out = tmp_path / "case-certificate-2"
    key.public_key().verify((out / "certificate.json.sig").read_bytes(), (out / "certificate.json").read_bytes())
    assert "certificate.json.sig" in at.get("/sample")
    released(signing)
    say(at := drawn_at(signing, 1), 1, "missed")
    at.post("/sample/certificate")
    ended(signing)
    assert not (tmp_path / "case-certificate-3" / "certificate.json.sig").exists()


def desk_signing(desk: Desk, sign) -> Desk:
    return Desk(desk.case, replace(desk.road, office=Office(sign=sign)), nothing_wrong)


def test_an_auditor_looks_and_nobody_marks_from_elsewhere(desk: Desk) -> None:
    """The role is asked for on the server; another site's form is refused as everywhere."""
    drawn_at(desk)
    auditor = browser(desk, "auditor", "auditor")
    for path, form in (
        ("/sample", {"size": 3}), ("/sample/1", {"do": "missed", "seen": 0}), ("/sample/certificate", {}),
    ):  # fmt: skip
        assert auditor.client.post(path, data=form, headers={"origin": ORIGIN}).status_code == 403
        other = auditor.client.post(path, data=form, headers={"origin": "http://elsewhere.example"})
        assert other.status_code == 403
    assert 'value="missed"' not in auditor.get("/sample/1")
    assert "a reviewer or an approver" in auditor.get("/sample/1").lower()
    assert marks(desk) == []
    assert browser(desk, "approver", "approver").post("/sample/1", do="missed", seen=0, release=1)
    assert len(marks(desk)) == 1


def test_a_record_is_read_before_it_is_called_clean(desk: Desk) -> None:
    """Text is hidden until it is asked for, which is noted once; a long record is read to its end."""
    at = drawn_at(desk, 299)
    at.post("/values", show="", to="/sample")
    order = desk.sampling.standing().opened.records
    long = next(n for n, each in enumerate(order, 1) if each.file.endswith("long.txt"))
    page = at.get(f"/sample/{long}")
    assert "quiet" not in page
    assert "was not shown to you yet" in at.post(f"/sample/{long}", do="clean", seen=0, release=1)
    at.post("/values", show="yes", to="/sample")
    page = at.get(f"/sample/{long}")
    assert "quiet" in page
    parts = re.search(r"Part 1 of (\d+)", page)
    assert parts
    assert "part 2 of this record was not shown" in at.post(f"/sample/{long}", do="clean", seen=0, release=1)
    assert marks(desk) == []
    before = len(desk.case.entries())
    at.get(f"/sample/{long}")
    assert len(desk.case.entries()) == before
    say(at, long, "clean")
    assert len(marks(desk)) == 1


def test_what_is_shown_is_inert_and_says_nothing_in_its_address(desk: Desk) -> None:
    """A script is text, a link leads nowhere, the title is always the same, and a look-alike of a password is masked."""
    at = drawn_at(desk, 299)
    order = desk.sampling.standing().opened.records
    letter = next(n for n, each in enumerate(order, 1) if each.file.endswith("letter.txt"))
    page = at.get(f"/sample/{letter}")
    assert "<script>document" not in page
    assert "&lt;script&gt;document" in page
    assert 'href="javascript' not in page
    assert "<title>Record of the sample</title>" in page
    assert "406-555-0123" not in page
    row = next(n for n, each in enumerate(order, 1) if each.file.endswith("t.csv"))
    assert "hedge number" in at.get(f"/sample/{row}")
    assert "phone" in at.get(f"/sample/{row}")


def test_passwords_are_masked_even_here(desk: Desk) -> None:
    """What looks like a password is not shown; a marker that stands for one is."""
    from pipeline.model import Block, Segment

    texts = [
        Segment("Password: hunter2horse9 for the portal", (Block(0),)),
        Segment("Password: [REDACTED PASSWORD] for the portal", (Block(1),)),
    ]
    told = without_passwords(texts, desk.policy.markers)
    assert "hunter2horse9" not in told[0].text
    assert MASK in told[0].text
    assert told[1].text == texts[1].text


def test_two_readers_lose_no_mark(desk: Desk) -> None:
    """Whoever says something of a record that another marked meanwhile is told, and nothing is changed."""
    one, two = drawn_at(desk), browser(desk, "third reader", "reviewer")
    two.post("/values", show="yes", to="/sample")
    read(two, 1)
    say(one, 1, "missed")
    page = two.post("/sample/1", do="clean", seen=0, release=1)
    assert "somebody else marked record 1" in page
    assert desk.sampling.standing().marks[1].missed
    entry = desk.sampling.standing().marks[1].entry
    assert "no one person takes that back" in one.post("/sample/1", do="back", seen=entry, release=1)
    assert desk.sampling.standing().marks[1].missed
    assert [each["about"]["missed"] for each in marks(desk)] == [True]


def test_no_one_reader_undoes_a_miss(desk: Desk) -> None:
    """Neither who found it nor another alone: two people say that nothing was missed, or it stands."""
    one, two = drawn_at(desk, 2), browser(desk, "third reader", "reviewer")
    two.post("/values", show="yes", to="/sample")
    assert "Are you sure?" in one.get("/sample/1?sure=1")
    say(one, 1, "missed")
    assert "until another person says so too" in say(one, 1, "clean")
    assert desk.sampling.standing().marks[1].missed
    assert "one person alone clears no miss" in say(one, 1, "clean")
    assert "if you say so too" in two.get("/sample/1")
    assert "nothing was missed" in say(two, 1, "clean")
    assert not desk.sampling.standing().marks[1].missed
    assert not desk.sampling.standing().own
    assert [each["about"]["missed"] for each in marks(desk)] == [True, False, False]
    where = marks(desk)[0]["about"]["where"]
    assert where[:3] == [*astuple(desk.sampling.record(1))]
    assert re.fullmatch(r"[0-9a-f]{32}", where[3])


def test_a_page_of_an_older_release_marks_nothing_of_the_latest(desk: Desk) -> None:
    """The samples of two releases number their records alike; what was read in one says nothing of the other."""
    at = drawn_at(desk, 2)
    at.get("/sample/1")
    released(desk)
    at.post("/sample", size=2)
    ended(desk)
    for do in ("missed", "clean"):
        assert "Not marked" in at.post("/sample/1", do=do, seen=0, release=1)
    given = {"release": 1, "record": 1, "missed": False}
    assert at.client.post("/api/sample/marks", json=given, headers={"origin": ORIGIN}).status_code == 409
    assert "Not marked" in at.post("/sample/1", do="missed", seen=0)
    assert marks(desk) == []
    say(at, 1, "clean")
    assert marks(desk)[-1]["about"] == {"sample": 2, "record": 1, "missed": False}


def test_a_miss_found_in_the_last_moment_is_certified(desk: Desk, tmp_path: Path) -> None:
    """The certificate is of the marks that the trail has when it is recorded, or it is not made."""
    at = drawn_at(desk, 2)
    say(at, 1, "clean")
    say(at, 2, "clean")
    opened = desk.sampling.standing().opened
    read = desk.sampling._said(opened)
    say(at, 2, "missed")
    with pytest.raises(CaseError, match="marked anew meanwhile"):
        certify(desk.case, opened.release, opened.frame, opened.made, read, by="second reader")
    say(at, 1, "back")
    with pytest.raises(CaseError, match="marked anew meanwhile"):
        certify(desk.case, opened.release, opened.frame, opened.made, read, by="second reader")
    assert desk.sampling.standing().certificate is None


def test_a_copy_that_changed_meanwhile_is_not_certified(desk: Desk, tmp_path: Path) -> None:
    """What was read is what was released, or there is no certificate."""
    at = drawn_at(desk, 1)
    say(at, 1, "clean")
    copy = tmp_path / "case-release-1" / "records" / "letter.txt"
    copy.write_bytes(copy.read_bytes() + b" ")
    at.post("/sample/certificate")
    desk.bench.wait()
    assert desk.bench.work is not None
    assert desk.bench.work.failure is not None
    assert desk.sampling.standing().certificate is None


def test_programs_mark_the_same_sample(desk: Desk) -> None:
    """Positions and counts, never a text; what is stale is a conflict."""
    at = browser(desk, "program", "reviewer").client
    head = {"origin": ORIGIN}
    assert at.get("/api/sample").json()["drawn"] == 0
    assert at.post("/api/sample", json={"size": 2}, headers=head).status_code == 200
    ended(desk)
    told = at.get("/api/sample").json()
    assert (told["drawn"], told["marked"], told["opened"], told["certified"]) == (2, 0, True, False)
    assert {each["file"] for each in told["records"]} <= {"letter.txt", "long.txt", "t.csv"}
    for number in (1, 2):
        answer = at.post("/api/sample/marks", json={"release": 1, "record": number, "missed": False}, headers=head)
        assert answer.status_code == 200
    assert (
        at.post("/api/sample/marks", json={"release": 1, "record": 1, "missed": True}, headers=head).status_code == 409
    )
    assert (
        at.post("/api/sample/marks", json={"release": 1, "record": 9, "missed": True}, headers=head).status_code == 400
    )
    assert at.post("/api/sample/certificate", headers=head).status_code == 200
    ended(desk)
    told = at.get("/api/sample").json()
    assert told["certified"]
    assert not told["held"]
    assert "With 95% confidence" in told["certificate"]["statement"]
    assert "hedge" not in json.dumps(told)
    described = at.get("/api/openapi.json").json()["paths"]
    assert {"/api/sample", "/api/sample/open", "/api/sample/marks", "/api/sample/certificate"} <= set(described)
    assert "/api/sample/marks" in at.get("/api").text


def test_there_are_no_dead_ends(tmp_path: Path, by_patterns: State) -> None:
    """No release, a provisional one, one that lies elsewhere: each is told with what to do."""
    source = write(tmp_path / "in", {"letter.txt": "Call 406-555-0123.\n"})
    desk = examined(Case.create(tmp_path / "case", "2026-7"), source, by_patterns)
    at = browser(desk)
    assert "There is no release yet" in at.get("/sample")
    released(desk)
    assert "is provisional" in at.get("/sample")
    at.post("/sample", size=3)
    desk.bench.wait()
    assert "It is provisional" in at.get("/sample") or "it is provisional" in at.get("/sample")
    decide(desk.case, Which(undecided=True), "adopt", by="officer", reason="balance", scanner=nothing_wrong)
    released(desk)
    (tmp_path / "case-release-2").rename(tmp_path / "elsewhere")
    assert "--release" in at.get("/sample")
    road = desk.road
    other = browser(Desk(desk.case, road, nothing_wrong, released=tmp_path / "elsewhere"))
    assert "Draw the sample of release 2" in other.get("/sample")
