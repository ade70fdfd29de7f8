"""Where something was missed is found again by the words around it, and is withheld only where markers alone stand there."""

from __future__ import annotations

import pytest

from pipeline.case.spots import END, Reader, Sight, Spot, Watch, spot_in
from pipeline.case.store import CaseError
from pipeline.texts.digest import Keyed

KEYED = Keyed(b"k" * 32)
TEXT = "On Monday Jane Doe asked the clerk about the permit of her neighbour, and the clerk wrote it down for later."


def spot(text: str, missed: str) -> Spot:
    at = text.index(missed)
    return spot_in(KEYED, [text], 0, (at, at + len(missed)), "block 1")


def seen(where: Spot, *texts: str, here: int = 0) -> tuple[Sight, bool]:
    """What is seen in some records, of which one stands where the record stood (-1: none does)."""
    watch, reader = Watch(where), Reader(KEYED)
    for number, text in enumerate(texts):
        watch.take(reader.words(text), is_here=number == here)
    return watch.seen.sight, watch.seen.anywhere


@pytest.mark.parametrize(
    ("now", "sight"),
    [
        (TEXT, Sight.STANDS),
        (TEXT.replace("Jane Doe", "[REDACTED PERSON (c)]"), Sight.WITHHELD),
        (TEXT.replace("Jane Doe", "JANE  DOE"), Sight.STANDS),
        (TEXT.replace("Jane Doe", "Jane [REDACTED PERSON]"), Sight.STANDS),
        (TEXT.replace("Jane Doe", "[REDACTED PERSON] Doe"), Sight.STANDS),
        (TEXT.replace("Monday Jane Doe asked", "[REDACTED PERSON]"), Sight.WITHHELD),
        (TEXT.replace("On Monday", "[REDACTED DATE]"), Sight.STANDS),
        (TEXT.replace("On Monday Jane Doe", "[REDACTED DATE] [REDACTED PERSON]"), Sight.WITHHELD),
        (TEXT.replace("permit", "[REDACTED NUMBER]"), Sight.STANDS),
        (TEXT.replace("Jane Doe ", ""), Sight.CHANGED),
        (TEXT.replace("Jane Doe", "a woman"), Sight.CHANGED),
        ("[REDACTED NOTE]", Sight.WITHHELD),
        ("Another text [REDACTED PERSON] of another day.", Sight.NOT_FOUND),
    ],
)
def test_a_spot_is_seen_as_what_stands_there(now: str, sight: Sight) -> None:
    """Other changes of the record are no difference: it is the place itself that has to be withheld, all of it."""
    assert seen(spot(TEXT, "Jane Doe"), now)[0] is sight


def test_a_record_is_found_wherever_it_stands() -> None:
    """By the words around it; a marker in another record says nothing, the same text in another record stands."""
    where, mended = spot(TEXT, "Jane Doe"), TEXT.replace("Jane Doe", "[REDACTED PERSON]")
    other = "The clerk met [REDACTED PERSON] on Friday."
    assert seen(where, other, other, mended) == (Sight.WITHHELD, False)
    assert seen(where, other, mended, f"> {TEXT}") == (Sight.STANDS, True)
    assert seen(where, other, other) == (Sight.NOT_FOUND, False)
    assert seen(where, other, "Jane Doe went home.", here=-1) == (Sight.NOT_FOUND, True)


def test_short_records_are_told_by_where_they_stand() -> None:
    """Cells with hardly a word around them: another row with a marker is not this one, the whole value elsewhere is."""
    where = spot("Helena\nJane Doe", "Jane Doe")
    assert where.before[-1] == END
    assert where.after == (END,)
    marked, roe = "Helena\n[REDACTED PERSON]", "Helena\nBob Roe"
    assert seen(where, roe, marked, here=1) == (Sight.WITHHELD, False)
    assert seen(where, roe, marked, here=0) == (Sight.CHANGED, False)
    assert seen(where, roe, marked, here=-1) == (Sight.NOT_FOUND, False)
    assert seen(where, marked, "Helena\nJane Doe") == (Sight.STANDS, True)


def test_no_marker_is_pointed_out_as_missed() -> None:
    """Half a marker is no text; with text beside it the text counts."""
    text = "Call [REDACTED PHONE] or 555-0123 today"
    with pytest.raises(CaseError, match="nothing of a record"):
        spot(text, "[REDACTED PHONE]")
    with pytest.raises(CaseError, match="nothing of a record"):
        spot(text, "REDACTED")
    assert list(spot(text, "PHONE] or 555-0123").missed) == Reader(KEYED).words("or 555-0123")


def test_what_is_kept_holds_no_word() -> None:
    """Positions and keyed digests only, and it comes back from the trail as it went in."""
    where = spot(TEXT, "Jane Doe")
    told = where.told()
    assert Spot.of(told) == where
    assert not {"jane", "doe", "monday", "asked"} & set(str(told).lower().replace("'", " ").split())
    assert where.missed != spot_in(Keyed(b"x" * 32), [TEXT], 0, (10, 18), "block 1").missed
