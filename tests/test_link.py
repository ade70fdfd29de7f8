"""Linking: who is who in a record, whose a finding is, and which identifiers stand with a private person."""

from __future__ import annotations

import pytest

from pipeline.detect import detect, label_words
from pipeline.errors import RecognizerFailed
from pipeline.link import LinkRules, link, linked_if_known
from pipeline.model import Block, Cell, ColumnClass, Finding, Header, Kind, Match, Role, Segment
from pipeline.state import needles_of
from pipeline.texts.digest import Keyed
from recognizers.presidio import Recognizer

KEYED = Keyed(b"k" * 32)


class Rosters:
    """One office: its clerk, its telephone, its mail domain."""

    def agency_contact(self, entity: str, value: str) -> str | None:
        return "City" if (entity, value) == ("PHONE_NUMBER", "406-555-0100") else None

    def official(self, name: str) -> str | None:
        return "Clerk" if name == "Olga Officeholder" else None

    def business_contact(self, entity: str, value: str) -> str | None:
        return "Listed LLC" if (entity, value) == ("PHONE_NUMBER", "406-555-0160") else None

    def business(self, name: str) -> bool:
        return name == "Dora Fields Plumbing"

    def government_domain(self, email: str) -> bool:
        return email.endswith("@city.example.gov")

    def title_near(self, text: str, start: int, end: int) -> bool:
        return text[end:].startswith(", City Manager")


def linked_record(*pieces: tuple[str, ...], case_numbers_link: bool = False) -> list[tuple[str, Finding]]:
    """Link one record: each piece is a text and then ``ENTITY:part:value`` for what was found in it."""
    segments, matches = [], []
    for number, (text, *found) in enumerate(pieces):
        segments.append(Segment(text, (Block(number),), record="r", thread="t"))
        matches.append([])
        for told in found:
            entity, part, value = told.split(":", 2)
            start = text.index(value)
            matches[-1].append(Match(start, start + len(value), entity, 0.8, "made", "for a test", part))
    findings = link(segments, matches, Rosters(), KEYED, LinkRules(case_numbers_link))
    texts = {segment.address: segment.text for segment in segments}
    return [(texts[each.address][each.start : each.end], each) for each in findings]


def kinds(found: list[tuple[str, Finding]]) -> dict[str, Kind]:
    return {value: finding.kind for value, finding in found}


def test_findings_of_one_person_share_a_subject():
    """Full name, surname, mailbox and log-in of one person are one subject, another person is another."""
    found = linked_record(
        (
            "Maria Hernandez, maria.hernandez@example.com, mhernandez, Hernandez; Peter Novak",
            "PERSON:full:Maria Hernandez",
            "EMAIL_ADDRESS:full:maria.hernandez@example.com",
            "USERNAME:full:mhernandez,",
            "PERSON:full:Peter Novak",
        )
    )
    subjects = {value.strip(","): finding.subject for value, finding in found}
    assert len({subjects[each] for each in ("Maria Hernandez", "maria.hernandez@example.com", "Hernandez")}) == 1
    assert subjects["mhernandez"] == subjects["Maria Hernandez"] != subjects["Peter Novak"]


def test_parts_of_a_name_whose_whole_is_known_say_so():
    """``Maria`` and ``hernandez`` elsewhere in the record carry the signal that their whole name is known."""
    found = linked_record(("Maria Hernandez", "PERSON:full:Maria Hernandez"), ("Thanks Maria. hernandez paid.",))
    assert [value for value, _ in found] == ["Maria Hernandez", "Maria", "hernandez"]
    assert ["propagated" in finding.signals for _, finding in found] == [False, True, True]


def test_contacts_and_names_of_the_office_are_told_apart():
    """A listed telephone is the agency's, a listed name an official's, in all of its mentions."""
    found = linked_record(
        (
            "Olga Officeholder 406-555-0100. Ms. Officeholder asked.",
            "PERSON:full:Olga Officeholder",
            "PHONE_NUMBER:full:406-555-0100",
            "PERSON:surname:Ms. Officeholder",
        )
    )
    assert kinds(found) == {
        "Olga Officeholder": Kind.OFFICIAL,
        "406-555-0100": Kind.AGENCY,
        "Ms. Officeholder": Kind.OFFICIAL,
    }


def test_a_given_name_that_a_private_person_shares_with_an_official_stays_private():
    """Links work only to withhold: ``Olga`` can be Olga Private too, so it is not released as the official's."""
    found = linked_record(
        ("Olga Officeholder", "PERSON:full:Olga Officeholder"),
        ("Olga Privatus", "PERSON:full:Olga Privatus"),
        ("Thank you, Olga", "PERSON:given:Olga"),
    )
    assert kinds(found) == {"Olga Officeholder": Kind.OFFICIAL, "Olga Privatus": Kind.PRIVATE, "Olga": Kind.PRIVATE}


def test_a_title_beside_one_mention_holds_for_the_others():
    """Who is named with a public title once is a likely official in the whole record."""
    found = linked_record(
        ("Peter Novak, City Manager", "PERSON:full:Peter Novak"), ("Peter Novak wrote", "PERSON:full:Peter Novak")
    )
    assert all("official_title" in finding.signals for _, finding in found)


def test_an_identifier_links_to_a_private_person_and_not_to_an_office():
    """An account number beside a private name is linked; beside an official and an office telephone it is not."""
    private = linked_record(("Peter Novak acct A-100", "PERSON:full:Peter Novak", "UNIQUE_IDENTIFIER:account:A-100"))
    public = linked_record(
        ("Olga Officeholder acct A-100", "PERSON:full:Olga Officeholder", "UNIQUE_IDENTIFIER:account:A-100")
    )
    assert [(finding.entity, finding.linked) for _, finding in private][1] == ("LINKED_IDENTIFIER", True)
    assert [(finding.entity, finding.linked) for _, finding in public][1] == ("UNIQUE_IDENTIFIER", False)


@pytest.mark.parametrize(("linking", "entity"), [(False, "UNIQUE"), (True, "LINKED")])
def test_case_numbers_link_only_where_the_policy_says_so(linking, entity):
    """A case number beside a private person numbers the public's business unless the office decides otherwise."""
    found = linked_record(
        ("Peter Novak CR-2025-1", "PERSON:full:Peter Novak", "UNIQUE_IDENTIFIER:case:CR-2025-1"),
        case_numbers_link=linking,
    )
    assert found[1][1].entity == f"{entity}_IDENTIFIER"


def test_an_identifier_linked_in_one_record_is_linked_in_all():
    """The same account number in a record without a person is linked through the record that has one."""
    first = linked_record(("Peter Novak A-100", "PERSON:full:Peter Novak", "UNIQUE_IDENTIFIER:account:A-100"))
    other = linked_record(("only a-100 here", "UNIQUE_IDENTIFIER:account:a-100"))
    stranger = linked_record(("only B-200 here", "UNIQUE_IDENTIFIER:account:B-200"))
    findings = [finding for _, finding in (*first, *other, *stranger)]
    known = {each.digest for each in findings if each.linked}
    joined = [linked_if_known(each, known.__contains__, LinkRules()) for each in findings]
    assert [each.linked for each in joined] == [False, True, True, False]


def test_a_lone_word_that_may_be_no_name_is_not_searched_for():
    """What linking does not spread is no needle either, so that it cannot hold a record."""
    found = linked_record(("Xylotek wrote; Maria Hernandez too", "PERSON:given:Xylotek", "PERSON:full:Maria Hernandez"))
    texts = {(Block(0),): "Xylotek wrote; Maria Hernandez too"}
    state = type("State", (), {"keyed": KEYED, "marks": None})
    needles = [len(needles_of(state, texts, [finding])) for _, finding in found]
    assert needles[0] == 0 < needles[1]


def test_records_do_not_mix():
    """A person of one record is not looked for in another record of the same unit."""
    segments = [
        Segment("Maria Hernandez", (Cell(0, 0),), record="row0", role=Role.CELL),
        Segment("maria came", (Cell(1, 0),), record="row1", role=Role.CELL),
    ]
    matches = [[Match(0, 15, "PERSON", 0.8, "made", "for a test", "full")], []]
    assert [each.record for each in link(segments, matches, Rosters(), KEYED)] == ["row0"]


# --- detect -----------------------------------------------------------------------------


class Finds(Recognizer):
    """A recognizer that finds one word, and breaks on another."""

    ENTITIES = ("US_SSN",)
    NAME = "finds"

    def find(self, text: str) -> list[Match]:
        if "explode" in text:
            raise ValueError(text)
        at = text.find("value")
        return [Match(0, at + 5, "US_SSN", 0.9, self.NAME, "for a test")] if at >= 0 else []


def test_label_is_read_with_the_text_and_cut_off_the_span():
    """A recognizer reads ``ssn number: value``; what it finds is shifted back and clipped to the text."""
    segment = Segment("value", (Cell(0, 0),), label="ssnNumber", role=Role.CELL)
    ((match,),) = detect([segment], [Finds()])
    assert (match.start, match.end) == (0, 5)
    assert label_words("ssnNumber").lower() == label_words("ssn_number") == "ssn number"


def test_a_recognizer_that_raises_fails_the_unit_without_telling_the_value():
    """What was not examined is not released, and the message holds nothing of the text."""
    with pytest.raises(RecognizerFailed) as caught:
        detect([Segment("explode 536-90-4399", (Header("Subject"),))], [Finds()])
    assert "536" not in str(caught.value)


def test_cells_of_an_entity_column_are_findings_as_a_whole():
    """The class of a column decides its cells; empty cells and the header row are none."""
    column = {0: ColumnClass(0, "entity", "PERSON", "surname", 0.9)}
    cells = [
        Segment(text, (Cell(row, 0),), role=Role.CELL) for row, text in ((-1, "surname"), (0, " Novak "), (1, " "))
    ]
    found = detect(cells, [Finds()], column)
    assert [[(each.start, each.end, each.entity, each.part) for each in one] for one in found] == [
        [],
        [(1, 6, "PERSON", "surname")],
        [],
    ]


def test_every_mention_of_a_child_is_known_for_a_childs() -> None:
    """What one sentence says of a person holds for every mention in the record."""
    text = "My son Tobias Felt was on the bus. Nobody told us. Later Tobias walked home alone."
    at = text.index("Tobias Felt")
    name = Match(at, at + len("Tobias Felt"), "PERSON", 0.9, "test", "a name", "full")
    segment = Segment(text, (Block(0),), record="r")
    found = link([segment], [[name]], Rosters(), KEYED)
    assert len(found) == 2
    assert all("minor" in each.signals for each in found)
