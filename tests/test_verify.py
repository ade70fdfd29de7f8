"""Verify finds every withheld value however it is written, and nothing that a decision clears."""

import base64
import html
import json
import pickle
import quopri
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableSource
from pipeline.model import Block, Cell, Edit, Role, Segment
from pipeline.texts.digest import Keyed
from pipeline.verify import (
    Elsewhere,
    Withheld,
    WithheldIndex,
    byte_texts,
    column_structure,
    leaks,
    mail_structure,
    needles,
    search,
    second_reader,
    shift,
    views,
)

KEYED = Keyed(b"a key made for the tests only..")
SHARED = Path(__file__).resolve().parents[1] / ".." / "shared" / "eval" / "dev"

VALUES = [
    ("US_SSN", "536-90-4399"),
    ("PHONE_NUMBER", "(406) 555-0123"),
    ("EMAIL_ADDRESS", "jane.doe@example.com"),
    ("STREET_ADDRESS", "840 Made-Up Avenue, Helena"),
    ("CREDIT_CARD", "4111 1111 1111 1111"),
    ("LINKED_IDENTIFIER", "AC-77120-B"),
    ("PERSON", "Zoë Quillfeather"),
]


def index_of(*values, record="r1", thread="t1"):
    index = WithheldIndex(KEYED)
    for entity, value in values:
        index.update(needles(Withheld(entity, record, thread), value, KEYED))
    return index


def found(text, index, record="r1", thread="t1", **options):
    return {hit.entity for hit in search(views(text), index, record, thread, **options)}


# --- forms of a value ---------------------------------------------------------------------

DISGUISES = {
    "as it stands": lambda value: value,
    "upper case": str.upper,
    "full width": lambda value: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value),
    "zero-width signs": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "URL": lambda value: f"https://example.com/?q={quote(value, safe='')}&x=1",
    "URL twice": lambda value: quote(quote(value, safe=""), safe=""),
    "HTML entities": lambda value: "".join(f"&#{ord(c)};" for c in value),
    "named entities": lambda value: html.escape(value).replace("ë", "&euml;"),
    "tags inside": lambda value: f"<p>{value[:3]}<b>{value[3:6]}</b>{value[6:]}</p>",
    "base64": lambda value: f"data:{base64.b64encode(f'It is {value} here'.encode()).decode()};",
    "base64 without padding": lambda value: base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
    "base64 lines": lambda value: base64.encodebytes(f"{'words ' * 20}{value}{' words' * 20}".encode()).decode(),
    "quoted base64 lines": lambda value: "".join(
        f"> {line}\n" for line in base64.encodebytes(f"{'word ' * 20}{value}".encode()).decode().splitlines()
    ),
    "quoted-printable": lambda value: quopri.encodestring(f"{'x ' * 35}{value}".encode()).decode(),
    "encoded word": lambda value: f"=?utf-8?b?{base64.b64encode(f'{value} '.encode()).decode()}?=",
    "JSON escapes": lambda value: "".join(f"\\u{ord(c):04x}" for c in value),
    "quoted lines": lambda value: f"> > {value[:4]}\n> > {value[4:]}\n",
    "broken by a line": lambda value: f"{value[:5]}\r\n{value[5:]}",
    "dots between": lambda value: ".".join(value.split()),
}


@pytest.mark.parametrize("disguise", DISGUISES, ids=DISGUISES.keys())
@pytest.mark.parametrize(("entity", "value"), VALUES, ids=[entity for entity, _ in VALUES])
def test_a_value_is_found_in_every_disguise(entity, value, disguise):
    """A withheld value that survives in another writing, encoding or layout is found."""
    text = f"Before it. {DISGUISES[disguise](value)} After it."
    assert found(text, index_of((entity, value))) == {entity}


@pytest.mark.parametrize(
    "writing", ["406-555-0123", "(406) 555 0123", "406.555.0123", "+1 406 555 0123", "14065550123"]
)
def test_telephone_numbers_are_found_in_every_writing(writing):
    """Separators and the country code make no other number."""
    assert found(f"call {writing} now", index_of(("PHONE_NUMBER", "406/555-0123 ext. 7")))


@pytest.mark.parametrize(
    "writing", ["Doe, Jane", "JANE DOE", "jane_doe.pdf", "JaneDoe", "Jane <b>Doe</b>", "Ms. Jane Doe's"]
)
def test_names_are_found_reordered_and_joined(writing):
    """Name parts are found in any order, as a file name and across tags."""
    assert found(writing, index_of(("PERSON", "Ms. Jane Doe")))


@pytest.mark.parametrize("text", ["1536904399", "536-90-43991", "x536904399", "536904399b"])
def test_values_are_found_at_token_boundaries_only(text):
    """A number inside a longer number is another number."""
    assert not found(text, index_of(("US_SSN", "536-90-4399")))


def test_utf_16_bytes_are_searched():
    """A value in the bytes of a file is found in UTF-16 too."""
    data = "padding Quillfeather, Zoë padding".encode("utf-16-le")
    assert any(found(text, index_of(("PERSON", "Zoë Quillfeather"))) for text in byte_texts(data))


# --- scopes -------------------------------------------------------------------------------


def test_identifiers_are_searched_release_wide_and_names_in_their_thread():
    """A number withheld in one record is a leak in another; a name only in its record or thread."""
    index = index_of(("US_SSN", "536-90-4399"), ("PERSON", "Jane Doe"))
    text = "Jane Doe 536-90-4399"
    assert found(text, index, "other", "other") == {"US_SSN"}
    assert found(text, index, "r2", "t1") == {"US_SSN", "PERSON"}


@pytest.mark.parametrize(
    ("entity", "value", "text"),
    [
        ("STREET_ADDRESS", "59601", "59601"),
        ("CREDIT_CARD", "123", "123"),
        ("DATE_OF_BIRTH", "3/5/1980", "March 5, 1980"),
        ("MEDICAL", "type 2 diabetes", "type 2 diabetes"),
        ("USERNAME", "summer", "summer"),
    ],
)
def test_what_identifies_only_nearby_is_searched_nearby(entity, value, text):
    """A lone ZIP, a CVV, a date or a plain word is a leak in its own record and nothing elsewhere."""
    index = index_of((entity, value))
    assert found(text, index) == {entity}
    assert not found(text, index, "other", "other")


@pytest.mark.parametrize("name", ["May", "Will", "Grant", "Bo", "J."])
def test_lone_words_and_initials_are_not_searched(name):
    """``May`` the month fails nothing; ``May Quillfeather`` does."""
    assert not needles(Withheld("PERSON", "r1"), name, KEYED)
    assert found("with May Quillfeather", index_of(("PERSON", "May Quillfeather")))


def test_a_city_alone_is_not_searched():
    """The city of a withheld address may stand elsewhere."""
    assert not needles(Withheld("STREET_ADDRESS", "r1", part="city"), "Helena", KEYED)


def test_numbers_across_cells_are_leaks_in_their_own_record_only():
    """Three cells that make an SSN by chance are no leak; the cells of the withheld record are."""
    index = index_of(("US_SSN", "536-90-4399"))
    assert found("536\t90\t4399", index, "r1")
    assert not found("536\t90\t4399", index, "other", "other")
    assert not found("536\n90\n4399", index, "other", "other", tabular=True)


def test_an_index_holds_and_pickles_digests_only():
    """Needles, which a case database keeps, hold no value, and still find it later."""
    made = needles(Withheld("US_SSN", "r1"), "536-90-4399", KEYED)
    stored = pickle.dumps(made)
    assert b"536904399" not in stored
    assert b"4399" not in stored
    assert found("536904399", WithheldIndex(KEYED, pickle.loads(stored)))


def test_another_key_finds_nothing():
    """Without the key of the case the digests find nothing."""
    made = needles(Withheld("US_SSN", "r1"), "536-90-4399", KEYED)
    assert not found("536-90-4399", WithheldIndex(Keyed(b"another key, for tests.."), made))


def test_no_value_is_in_a_hit_or_leak():
    """What verify reports holds places and entities, never a value."""
    index = index_of(*VALUES)
    segment = Segment("Zoë Quillfeather 536-90-4399", (Block(0),), record="r1", thread="t1")
    told = repr(search(views(segment.text), index, "r1", "t1")) + repr(leaks([segment], {}, index))
    assert "block 1" in told
    assert "Quill" not in told
    assert "4399" not in told


# --- leaks and clearing -------------------------------------------------------------------


def segment(text, number=0, record="r1", thread="t1"):
    return Segment(text, (Block(number),), record=record, thread=thread)


def test_an_occurrence_in_a_cleared_place_is_no_leak():
    """A decision clears its very place and no other."""
    index = index_of(("PERSON", "Jane Doe"))
    copy = [segment("Jane Doe wrote to Jane Doe.")]
    assert len(leaks(copy, {}, index)) == 1
    assert len(leaks(copy, {(Block(0),): [(0, 8)]}, index)) == 1
    assert not leaks(copy, {(Block(0),): [(0, 8), (18, 26)]}, index)
    assert not leaks(copy, {(Block(0),): [(0, 4), (5, 8), (10, 26)]}, index)
    assert leaks(copy, {(Block(1),): [(0, 8), (18, 26)]}, index)


def test_a_value_split_over_cells_is_found_and_placed():
    """A value that runs over two cells of its record is a leak at the first of them."""
    index = index_of(("PERSON", "Jane Doe"))
    copy = [
        Segment(text, (Cell(0, at),), record="r1", thread="t1", role=Role.CELL)
        for at, text in enumerate(["x", "Doe", "Jane"])
    ]
    assert [leak.place for leak in leaks(copy, {}, index)] == ["row 1, column 2"]


def test_non_ascii_places_are_exact():
    """Folding may change lengths; a cleared span still covers exactly its place."""
    text = "Straße ﬁn ① Zoë Quillfeather"
    at = text.index("Zoë")
    index = index_of(("PERSON", "Zoe Quillfeather"))
    assert leaks([segment(text)], {(Block(0),): [(at + 1, len(text))]}, index)
    assert not leaks([segment(text)], {(Block(0),): [(at, len(text))]}, index)


def test_what_an_independent_reader_sees_is_cleared_by_value():
    """Texts without addresses are judged by value, within the record."""
    index = index_of(("PERSON", "Jane Doe"))
    copy, cleared = [segment("Jane Doe signed")], {(Block(0),): [(0, 8)]}
    outside = Elsewhere("second reader", "Jane Doe signed", "r1", "t1")
    assert not leaks(copy, cleared, index, elsewhere=[outside])
    hidden = leaks([segment("[REDACTED] signed")], {}, index, elsewhere=[outside])
    assert [(leak.place, leak.entity) for leak in hidden] == [("second reader", "PERSON")]


def test_a_marker_of_ours_is_no_leak():
    """A withheld value that reads like a marker does not fail the release; outside a marker it does."""
    index = index_of(("USERNAME", "redacted7"))
    markers = ("[REDACTED7]",)
    assert not leaks([segment("[REDACTED7]")], {}, index, markers=markers)
    assert leaks([segment("[REDACTED7] redacted7")], {}, index, markers=markers)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=4),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6), st.text("#", max_size=9)), max_size=4),
)
@settings(max_examples=150)
def test_shifted_spans_hold_the_same_text(spans, edits):
    """A cleared span holds, in the copy, exactly what of it no edit replaced."""
    text = "".join(chr(0x4E00 + at) for at in range(40))
    made, free = [], 0
    for start, length, replacement in sorted(edits):
        if start >= free:
            made.append(Edit((Block(0),), start, start + length, replacement))
            free = start + length
    copy = text
    for edit in reversed(made):
        copy = copy[: edit.start] + edit.replacement + copy[edit.end :]
    kept = {at for at in range(40) if not any(edit.start <= at < edit.end for edit in made)}
    for start, length in spans:
        moved = "".join(copy[a:b] for a, b in shift([(start, start + length)], made))
        assert moved == "".join(text[at] for at in range(start, start + length) if at in kept)


def test_a_withheld_column_holds_markers_only():
    """A cell of a withheld column that is neither marker, empty, header nor released fails the check."""
    texts = {(-1, 1): "ssn", (0, 0): "x", (0, 1): "[REDACTED]", (1, 1): "", (2, 1): "536-90-4399", (3, 1): "none"}
    copy = [Segment(text, (Cell(*at),), role=Role.CELL) for at, text in texts.items()]
    assert column_structure(copy, {1: {"[REDACTED]"}}, {(Cell(3, 1),)}) == [(Cell(2, 1),)]


def test_a_leak_with_a_place_is_told_once():
    """Decoded views of the same text do not tell the same leak again."""
    copy = [segment("> <b>Jane Doe</b> &amp; others")]
    assert [leak.view for leak in leaks(copy, {}, index_of(("PERSON", "Jane Doe")))] == ["text"]


# --- independent readers ------------------------------------------------------------------

MESSAGE = (
    b"From: a@example.com\r\nSubject: =?utf-8?q?Zo=C3=AB?=\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gSmFuZSBEb2U=\r\n--x\r\n"
    b"Content-Type: message/rfc822\r\n\r\nFrom: b@example.com\r\nSubject: inner\r\n\r\nPerson here\r\n--x--\r\n"
)


@pytest.mark.parametrize("data", [MESSAGE, b"From x Mon Jan  1 00:00:00 2024\n" + MESSAGE], ids=["message", "mailbox"])
def test_the_independent_mail_reader_sees_headers_bodies_and_inner_messages(data):
    """Headers, bodies and messages inside a message come out decoded."""
    text = "\n".join(second_reader("mail", data))
    assert all(each in text for each in ("Zoë", "hello Jane Doe", "inner", "Person here"))


def test_headers_off_the_list_are_told_without_their_names():
    """A copy with a header that is not copied fails the check, and the check does not name it."""
    assert mail_structure(MESSAGE, ("From", "Subject")) == []
    problems = mail_structure(b"X-Jane-Doe: 1\r\n" + MESSAGE, ("From", "Subject"))
    assert problems == ["part 0, header 1: not on the list of headers that are copied"]


def test_the_independent_table_reader_keeps_every_cell():
    """Leading zeros, the surname NA, long rows and line breaks in cells come out as they stand."""
    data = '\ufeffid;name\r\n012;NA\r\n3;"a\nb";extra\r\n'.encode()
    rows = second_reader("delimited", data, {"dialect": json.dumps({"delimiter": ";"}), "encoding": "utf-8"})
    assert rows == ["id\tname", "012\tNA", "3\ta\nb\textra"]


@pytest.mark.parametrize(("name", "data"), [("delimited", b"a,\xff\xfe\r\n"), ("mail", b"\xff\xfe\x00")])
def test_what_the_independent_reader_cannot_parse_fails(name, data):
    """A copy that the second reader cannot parse is a failure, never a pass."""
    with pytest.raises(UnreadableSource):
        second_reader(name, data, {"encoding": "utf-8"})


def test_formats_without_an_independent_reader_say_so():
    """Plain text has no second reader."""
    assert second_reader("plain_text", b"text") is None


# --- speed and robustness -----------------------------------------------------------------


@given(st.text(), st.text())
def test_no_text_makes_the_search_fail(value, text):
    """Any value can be withheld and any text searched; a value of content is found in itself."""
    made = needles(Withheld("LINKED_IDENTIFIER", "r1"), value, KEYED)
    hits = search(views(f"{value}\n{text}"), WithheldIndex(KEYED, made), "r1")
    assert all(hit.start < hit.end for hit in hits)


@pytest.mark.parametrize(
    "text",
    [
        "<" * 200_000,
        "%41" * 70_000,
        "&#38;" * 40_000,
        "> " * 100_000,
        "a\n" * 100_000,
        "=\n" * 100_000,
        ("A" * 50 + "\n") * 4_000,
        "1 " * 100_000,
    ],
)
def test_hostile_text_is_searched_in_linear_time(text):
    """Texts made to blow up the decoders take seconds at most."""
    start = time.perf_counter()
    found(text, index_of(*VALUES))
    assert time.perf_counter() - start < 10


@pytest.mark.shared
def test_five_thousand_values_are_searched_at_a_megabyte_a_second():
    """Real office mail is searched for 5,000 withheld values at 1 MB/s or more, all views together."""
    path = SHARED / "emailcoref_enron.jsonl"
    if not path.is_file():
        pytest.skip("the shared evaluation data is not beside the checkout")
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()] * 5
    index = WithheldIndex(KEYED)
    for at in range(1250):
        area = f"{at:04}"
        for entity, value in (
            ("US_SSN", f"9{area[:2]}-55-{area}"),
            ("PHONE_NUMBER", f"(4{area[:2]}) 555-{area}"),
            ("EMAIL_ADDRESS", f"mail{at}@example.com"),
            ("PERSON", f"Jane Quillfeather{chr(97 + at % 26)}"),
        ):
            index.update(needles(Withheld(entity, f"r{at % 40}", f"t{at % 40}"), value, KEYED))
    start = time.process_time()
    for at, text in enumerate(texts):
        search(views(text), index, f"r{at % 40}", f"t{at % 40}")
    assert sum(map(len, texts)) / (time.process_time() - start) > 1e6


def test_messages_of_a_mailbox_meet_the_second_reader() -> None:
    """A message is read a second time whether it is a file of its own or one of a mailbox."""
    message = b"From: Orla Sampleton <orla@example.org>\nSubject: culvert\n\nPlease call 406-555-0144.\n"
    for name in ("message", "mbox"):
        texts = second_reader(name, message, {})
        assert texts is not None
        assert any("406-555-0144" in text for text in texts)
