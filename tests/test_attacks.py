"""What a hostile writer of mail and tables tries, each on the whole road."""

from __future__ import annotations

import base64
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from conftest import Road, everything_in, message

from pipeline.evidence.manifest import integrity
from pipeline.formats.encoding import unreadable_spans
from pipeline.formats.html_text import HtmlText
from pipeline.formats.mail_parts import unwrapped

NUMBER = "536-90-4399"
RUSSIAN = "Меня зовут Иван Петров, я живу в городе."
ENGLISH = "The clerk wrote a long letter about the water rates and the meeting of the board. "


def released(road: Road, folder: Path, text: str, name: str = "letter.eml") -> str:
    """Return the decoded text of the copy of a message or a letter, or the plain bytes of another file."""
    (folder / name).write_text(text, encoding="utf-8")
    road.release(folder / name, folder / "out")
    data = (folder / "out/records" / name).read_bytes()
    if not name.endswith(".eml"):
        return data.decode("utf-8")
    return "\n".join(_texts(message_from_bytes(data)))


def _texts(copy: Message) -> list[str]:
    parts = [part for part in copy.walk() if not part.is_multipart()]
    return [bytes(part.get_payload(decode=True) or b"").decode("utf-8") for part in parts]


@pytest.mark.models
@pytest.mark.parametrize(
    "digits",
    ["\u0665\u0663\u0666-\u0669\u0660-\u0664\u0663\u0669\u0669", "\u2464\u2462\u2465-\u2468\u24ea-\u2463\u2462\u2468\u2468",
     "".join(each + "\u0336" for each in NUMBER), "5\u20663\u20696-90-4399"],
    ids=["digits of another script", "circled", "struck through", "isolated"],
)  # fmt: skip
def test_a_number_in_other_digits_is_withheld(road: Road, tmp_path: Path, digits: str) -> None:
    """A social security number in dressed-up digits is one."""
    copy = released(road, tmp_path, message(f"My SSN is {digits}, thank you."))
    assert "[REDACTED SSN]" in copy
    assert digits[-6:] not in copy


@pytest.mark.models
def test_values_that_a_browser_shows_apart_do_not_hide_each_other(road: Road, tmp_path: Path) -> None:
    """Numbers that only dropped tags or styles hold apart are found, and stay apart in the copy."""
    body = (
        f"<p>x</p><noscript>{NUMBER}</noscript><svg><text>{NUMBER}</text></svg>"
        f"<span style='display: block'>{NUMBER}</span><span style='float:left'>{NUMBER}</span>"
    )
    copy = released(road, tmp_path, message(body, kind="text/html; charset=utf-8"))
    assert "4399" not in copy
    assert copy.count("[REDACTED SSN]") == 4


def test_elements_set_apart_inside_each_other_end_where_they_end() -> None:
    """The end of an inner element that a style sets apart parts the text as the outer one's does."""
    made = HtmlText.parsed("<span style='display:block'>a<span style='display:block'>b</span>c<span>d</span></span>e")
    assert [each.text for each in made.reading().segments] == ["a", "b", "cd", "e"]


@pytest.mark.models
@pytest.mark.parametrize("name", ["letter.txt", "letter.eml"])
def test_a_paragraph_in_another_script_does_not_leave_unexamined(road: Road, tmp_path: Path, name: str) -> None:
    """In an English letter, a paragraph that no model covers is left out, and what stands around it stays."""
    text = f"{ENGLISH * 8}\n\n{RUSSIAN}\n\n{ENGLISH * 8}\n"
    copy = released(road, tmp_path, message(text) if name.endswith(".eml") else text, name)
    assert "Петров" not in copy
    assert "WITHHELD" in copy
    assert copy.count("water rates") == 16


def test_what_no_model_covers_is_told_apart_within_a_line() -> None:
    """Runs of another script are spans of their own; a name in another script is too short to be a text."""
    text = f"{ENGLISH}{RUSSIAN} {ENGLISH}"
    ((start, end),) = unreadable_spans(text)
    assert text[start:end].strip() == RUSSIAN
    assert unreadable_spans("Иван Петров wrote to the clerk") == []


@pytest.mark.models
def test_a_number_broken_by_a_flowed_line_is_withheld(road: Road, tmp_path: Path) -> None:
    """Where line breaks are put into words (delsp=yes), a reader joins them, and so do we."""
    kind = "text/plain; charset=utf-8; format=flowed; delsp=yes"
    copy = released(road, tmp_path, message(f"My SSN is {NUMBER[:5]} \n{NUMBER[5:]} there", kind=kind))
    assert copy.strip() == "My SSN is [REDACTED SSN] there"


def test_flowed_lines_join_within_one_depth_of_quoting_only() -> None:
    """Soft breaks go with their blank; another depth of quoting, a hard break and a signature's line stay."""
    text = "a 536-2 \n2-43 \n11 ok\n> x \n> y\n> z \nw\n-- \nJane"
    assert unwrapped(text) == "a 536-22-4311 ok\n> xy\n> z \nw\n-- \nJane"


@pytest.mark.models
@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/plain; charset=utf-8"])
def test_a_link_that_says_a_withheld_address_in_code_goes_and_the_message_stays(
    road: Road, tmp_path: Path, kind: str
) -> None:
    """A newsletter's link with the reader's address in base64 is withheld; it does not hold the message."""
    packed = base64.b64encode(b"wilma.testperson@example.com").decode()
    link = f"https://click.example.org/u?e={packed}&again=wilma.testperson%2540example.com"
    body = f'<p>The water news. <a href="{link}">Leave</a></p>' if "html" in kind else f"The water news.\nLeave: {link}"
    copy = released(road, tmp_path, message(body, kind=kind))
    assert "The water news." in copy
    assert packed not in copy
    assert "%2540" not in copy
    assert packed.encode() not in everything_in(tmp_path / "out")


@pytest.mark.models
def test_a_release_cannot_be_called_final_or_get_folders_afterwards(road: Road, tmp_path: Path) -> None:
    """Verify sees a manifest that says final over undecided rows, and a folder (its name may say much) put in."""
    released(road, tmp_path, message("Hello, the water bill came."))
    out = tmp_path / "out"
    assert integrity(out) == []
    manifest = out / "release.json"
    told = manifest.read_text(encoding="utf-8")
    manifest.write_text(told.replace('"status": "provisional"', '"status": "final"'), encoding="utf-8")
    assert any("undecided" in problem for problem in integrity(out))
    manifest.write_text(told, encoding="utf-8")
    (out / "records/another").mkdir()
    assert any("holds nothing" in problem for problem in integrity(out))
