"""Names as linking sees them: their parts, the forms in which they return, and which can be one person's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.linking.known_people import gather
from pipeline.linking.mentions import find_mentions
from pipeline.linking.people import Name, cluster, fold, handles, initials, local_part_names, parse_name, same_person
from pipeline.linking.roster_names import whole_officials
from pipeline.model import Block, Cell, Header, Match, Role, Segment

WORDS = st.text(alphabet="abcdefgé", min_size=1, max_size=8)


def names_in(text: str, *named: str, header: str = "", part: str = "full") -> list[str]:
    """What linking finds in ``text`` when the recognizers found ``named`` in it, and ``header`` in the From header."""
    segments = {0: (Segment(text, (Block(0),)), [])}
    for name in named:
        start = text.index(name)
        segments[0][1].append(Match(start, start + len(name), "PERSON", 0.8, "made", "for a test", part))
    if header:
        whole = Match(0, len(header), "PERSON", 0.9, "made", "for a test", "full")
        segments[1] = (Segment(header, (Header("From"),), label="From", role=Role.HEADER), [whole])
    taken = [(each.start, each.end) for each in segments[0][1]]
    return [text[each.start : each.end] for each in find_mentions(text, gather(segments), taken)]


@pytest.mark.parametrize(
    ("text", "given_name", "surname"),
    [
        ("Wilma Q. Testperson", ("wilma", "q"), ("testperson",)),
        ("Testperson, Wilma", ("wilma",), ("testperson",)),
        ("Ms. Wilma Testperson Jr.", ("wilma",), ("testperson",)),
        ("Wilma Standing Bear", ("wilma",), ("standing", "bear")),
        ("Mr. Testperson", (), ("testperson",)),
        ("Zoë O\u2019Example", ("zoe",), ("oexample",)),
    ],
)
def test_names_are_cut_into_given_name_and_surname(text, given_name, surname):
    """Titles and suffixes fall away, a comma turns the order, initials stay with the given name."""
    assert parse_name(text) == Name(given_name, surname)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_a_name_is_its_own_person_and_grouping_loses_none(words):
    """Every name that has a word fits itself, and each name given to be grouped is in exactly one group."""
    name = parse_name(" ".join(words))
    names = {name, parse_name(words[0]), parse_name(words[-1], "surname")}
    assert not any(len(token) > 1 for token in name.tokens) or same_person(name, name)
    assert sorted(each.tokens for group in cluster(names) for each in group) == sorted(each.tokens for each in names)


@given(WORDS)
def test_folding_twice_changes_nothing(word):
    """The folded form of a word is its own folded form."""
    assert fold(fold(word)) == fold(word)


def test_initials_fit_names_but_other_given_names_do_not():
    """``W. Testperson`` can be Wilma Testperson; Walter Testperson is somebody else."""
    wilma = parse_name("Wilma Testperson")
    assert same_person(wilma, parse_name("W. Testperson"))
    assert not same_person(wilma, parse_name("Walter Testperson"))
    assert not same_person(wilma, parse_name("W. T."))


def test_log_ins_and_mailboxes_spell_names():
    """``WTESTPERSON`` and ``wilma.testperson@…`` are forms of Wilma Testperson."""
    name = parse_name("Wilma Testperson")
    assert {"wtestperson", "testpersonw", "wilmatestperson"} <= handles(name)
    assert local_part_names("wilma.testperson7@example.com") == {"wilma", "testperson", "wilmatestperson"}
    assert initials(name) == "wt"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Yours, Wilma", ["Wilma"]),
        ("so wilma asked", ["wilma"]),
        ("TESTPERSON, WILMA", ["TESTPERSON, WILMA"]),
        ("Wilma Q. Testperson", ["Wilma Q. Testperson"]),
        ("Ask Wilma. Testperson is out.", ["Wilma", "Testperson"]),
        ("Ms. Testperson\u2019s letter", ["Testperson\u2019s"]),
        ("wilma-testperson", ["wilma-testperson"]),
        ("login wtestperson", ["wtestperson"]),
        ("thanks,\nWT\n", ["WT"]),
        ("the WT-40 form", []),
    ],
)
def test_a_full_name_in_a_header_returns_in_all_its_forms(said, found):
    """Given name alone, surname alone, turned round, in any case, as log-in, as initials that sign."""
    assert names_in(said, header="Wilma Testperson") == found


def test_a_full_name_of_the_lists_returns_in_any_case():
    """Words on the lists of names, found together, spread to lower case and capitals."""
    text = "Maria Hernandez came. Then maria left, and HERNANDEZ stayed."
    assert names_in(text, "Maria Hernandez") == ["maria", "HERNANDEZ"]


def test_a_lone_word_that_only_a_model_named_does_not_spread_in_other_case():
    """``Xylotek`` taken for a name once spreads to ``Xylotek``, not to ``xylotek`` or ``XYLOTEK``."""
    assert names_in("Xylotek wrote. See xylotek.example, XYLOTEK or Xylotek.", "Xylotek", part="given") == ["Xylotek"]


def test_a_word_that_recognizers_mostly_pass_over_does_not_spread():
    """Where one of five ``Draft`` was taken for a name, the other four stay."""
    assert names_in("Draft 1. Draft 2. Draft 3. Draft 4. Draft 5.", "Draft", part="surname") == []


def test_english_words_that_are_names_count_beside_a_name_or_after_a_title():
    """``will`` and the month of May stay; ``Mr. May`` and a line with nothing but ``May`` do not."""
    said = "I will come in May.\nMr. May knows.\nMay"
    assert names_in(said, header="Will May") == ["May", "May"]


def test_a_surname_of_two_letters_goes_with_its_given_name():
    """``Na`` is a name right behind the given name it belongs to, in capitals too; elsewhere it is a word."""
    said = "Opal Na called. It was OPAL NA who wrote. See Opal K. Na for more. The opal ring: n/a, NA. Na Li is new."
    assert names_in(said, header="Opal Na") == ["Opal Na", "OPAL NA", "Opal K. Na"]
    assert names_in("Opal Na called.", "Opal", header="Opal Na") == ["Na"]


def test_cells_hold_no_signed_initials():
    """A country code in a cell is nobody's signature, whoever stands in the row."""
    person = Match(0, 15, "PERSON", 1.0, "column", "stands in a column of its kind", "full")
    people = gather({0: (Segment("Erika Sverdrup", (Cell(0, 0),), role=Role.CELL), [person])})
    assert find_mentions("ES", people, [], signed=False) == []


def test_a_row_in_halves_gives_one_whole_name():
    """Given name and surname columns of one row are one person, in any case, whatever the words are."""
    cells = {
        at: (
            Segment(text, (Cell(0, at),), label=part, role=Role.CELL),
            [Match(0, len(text), "PERSON", 1.0, "column", "stands in a column of its kind", part)],
        )
        for at, (text, part) in enumerate((("Qwerta", "given"), ("Zyxwell", "surname")))
    }
    (person,) = gather(cells)
    text = "call QWERTA or qzyxwell"
    assert [text[each.start : each.end] for each in find_mentions(text, [person], [])] == ["QWERTA", "qzyxwell"]


class OneOfficial:
    """A roster with one official on it."""

    def official(self, name: str) -> str | None:
        return "Clerk" if name == "Wilma Two Testpersons" else None


def test_a_piece_of_an_officials_name_grows_to_the_whole():
    """Where a model saw only ``Wilma`` of an official on the list, the whole name becomes the finding."""
    text = "sent by Wilma Two Testpersons\n"
    pieces = [Match(8, 13, "PERSON", 0.8, "m", "a", "given"), Match(18, 29, "PERSON", 0.8, "m", "a", "surname")]
    (grown,) = whole_officials(text, pieces, OneOfficial())
    assert (text[grown.start : grown.end], grown.part) == ("Wilma Two Testpersons", "full")
    assert whole_officials("by Wilma Two Others", [Match(3, 8, "PERSON", 0.8, "m", "a")], OneOfficial())[0].end == 8
