"""Tables pasted into a message: their columns are read to the last row, and what is no table is plain text."""

from __future__ import annotations

import time

import pytest

from recognizers.date_of_birth import DateOfBirthRecognizer
from recognizers.names.labelled import labelled
from recognizers.pasted import cells_below, heads
from recognizers.phone_number import PhoneNumberRecognizer
from recognizers.us_ssn import UsSsnRecognizer
from recognizers.username import Username

ROWS = 2_000


def column(text: str, label: str) -> list[str]:
    """The cells below the first ``label`` in ``text``."""
    start = text.index(label)
    return [text[low:high] for low, high in cells_below(text, start, start + len(label))]


@pytest.mark.parametrize("mark", ["\t", "|", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_a_column_is_read_to_the_last_row(mark: str, end: str) -> None:
    """However many rows a pasted table has, however its lines end, each cell stands below its head."""
    rows = [mark.join((str(row), f"{row:09d}", "x")) for row in range(ROWS)]
    text = "See below." + end + end.join([mark.join(("No", "SSN", "Town")), *rows]) + end + "Regards"
    assert column(text, "SSN") == [f"{row:09d}" for row in range(ROWS)]


def test_recognizers_see_the_rows_behind_the_five_hundredth() -> None:
    """Nine bare digits, a date, a log-in and a name far down are found by the heads of their columns alone."""
    filler = "\n".join(f"{row}\tnone\tnone\tnone\tnone" for row in range(ROWS))
    text = f"No\tSSN\tDOB\tUsername\tLast name\n{filler}\n{ROWS}\t536904399\t4/12/1975\tpquill7\tGrass\nRegards"
    for recognizer, value in (
        (UsSsnRecognizer(), "536904399"),
        (DateOfBirthRecognizer(), "4/12/1975"),
        (Username(), "pquill7"),
    ):
        assert value in [text[match.start : match.end] for match in recognizer.find(text)]
    assert "Grass" in [text[name.start : name.end] for name in labelled(text)]


def test_what_stands_behind_the_table_is_plain_text() -> None:
    """A row of another width ends the table: nothing below it belongs to the column, all of it is still read."""
    text = "Name\tSSN\nDoe\t536904399\nmore to come\nQuill\t537218840\nhis SSN is 537-21-8841"
    assert column(text, "SSN") == ["536904399"]
    found = [text[match.start : match.end] for match in UsSsnRecognizer().find(text)]
    assert found[0] == "536904399"
    assert "537-21-8841" in found


def test_two_empty_lines_end_a_table() -> None:
    """One empty line may part rows, as mail programs write them; two are the end."""
    assert column("Name\tSSN\n\nDoe\t1\n\n\nRoe\t2", "SSN") == ["1"]


@pytest.mark.parametrize("line", ["SSN\tSSN\tSSN", "SSN,SSN,SSN", "\nSSN|SSN", "SSN\tDOB\n\nSSN\tDOB"])
def test_labels_in_every_row_cost_no_more_than_reading(line: str) -> None:
    """A text of nothing but heads is read in time that grows with its length, not with its square."""
    text = "\n".join([line] * 20_000)
    begun = time.process_time()
    UsSsnRecognizer().find(text)
    list(heads(text))
    assert time.process_time() - begun < 10


PRINTED = """\
NAME                 SSN        TELEPHONE   BORN
-------------------- ---------- ----------  ----------
DOE JANE             536904399  4065550142  03/04/1980
ROE RICHARD A        537218840  4065550143  12/31/1979

POE PAULA            537218841  4065550144  01/02/1981
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns_that_blanks_part_are_read_below_their_heads(end: str) -> None:
    """As reports are printed, rules and blank lines between the rows."""
    text = PRINTED.replace("\n", end)
    assert column(text, "SSN")[1:] == ["536904399", "537218840", "537218841"]
    for recognizer, values in (
        (UsSsnRecognizer(), ["536904399", "537218840", "537218841"]),
        (PhoneNumberRecognizer(), ["4065550142", "4065550143", "4065550144"]),
        (DateOfBirthRecognizer(), ["03/04/1980", "12/31/1979", "01/02/1981"]),
    ):
        found = [text[match.start : match.end] for match in recognizer.find(text)]
        assert [each for each in values if each not in found] == []


def test_sentences_with_two_blanks_between_them_head_no_columns() -> None:
    """Nor does a line with numbers, nor one far longer than names of columns are."""
    assert column("Tell me your SSN.  Then call.\nIt  was  536904399  then", "SSN") == []
    assert column("SSN 1   DOB\n536904399   x", "SSN") == []
    assert column("the number that people call their SSN and  so\n536904399   x", "SSN") == []


def test_every_line_a_head_takes_linear_time() -> None:
    """Ten thousand heads, each with rows below it."""
    text = "SSN   DOB\n1   2\n" * 5_000
    begun = time.perf_counter()
    UsSsnRecognizer().find(text)
    assert time.perf_counter() - begun < 5


def test_heads_above_heads_are_read_in_little_time() -> None:
    """A form printed a thousand times over: each label heads the lines up to the next ones like it, not all below."""
    form = "".join(f"{' ' * (at % 5)}dob  x{' ' * (at % 3)}\n" for at in range(2_000))
    began = time.process_time()
    assert DateOfBirthRecognizer().matches(form + "Name     DOB\nRoe   4/12/1975\nRoe   5/13/1976\n")
    assert time.process_time() - began < 3


def test_words_over_a_line_end_head_no_column() -> None:
    """What calls a number may take the line end before it: then it stands in no line of heads."""
    text = "Date: 1978-04-13 12:20:39\nName: Maren Voss\nPhone: 0490 75 40 81"
    assert [text[each.start : each.end] for each in PhoneNumberRecognizer().find(text)] == ["0490 75 40 81"]
    at = text.index("\nPhone")
    assert list(cells_below(text, at, at + len("\nPhone"))) == []
