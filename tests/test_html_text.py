"""HTML as segments and back."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from pipeline.formats.html_text import HtmlText, declared_charset, link_text
from pipeline.model import Attribute, Block, Edit, Role, SpanError


def texts(source: str) -> list[str]:
    return [each.text for each in HtmlText.parsed(source).reading().segments if each.role is Role.TEXT]


def unseen(source: str) -> dict[Attribute, str]:
    found = HtmlText.parsed(source).reading().segments
    return {each.address[0]: each.text for each in found if each.role is Role.ATTRIBUTE}


def edited(source: str, *edits: tuple) -> str:
    return HtmlText.parsed(source).written([Edit((step,), start, end, text) for step, start, end, text in edits])


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("<p>Dear Ja<b>ne</b> <i>Doe</i></p>", ["Dear Jane Doe"]),
        ("<p>12 Elm St<br>Helena</p>", ["12 Elm St\nHelena"]),
        ("<td>Jane</td><td>Doe</td>", ["Jane", "Doe"]),
        ("<p>Jane\n   Doe </p> after", ["Jane Doe", "after"]),
        ("<pre>Jane\n  Doe</pre>", ["Jane\n  Doe"]),
        ("a &lt; b &amp; c&nbsp;d &#74;ane", ["a < b & c\xa0d Jane"]),
        ("1 < 2 and <3", ["1 < 2 and <3"]),
        ('<p title="a>b">x</p>', ["x"]),
        ("<p class=a\"b>x</p><p>'y'</p>", ["x", "'y'"]),
        ("<o:p>Mar</o:p>ia", ["Maria"]),
        ("<script>var n='Jane'</script><style>p{}</style>x", ["x"]),
        ("<noscript>Jane</noscript>", ["Jane"]),
        ("<textarea>a <b> c</textarea>", ["a <b> c"]),
        ("<![CDATA[Jane <b>]]>", ["Jane <b>"]),
        ("<p>cut <a href='x", ["cut <a href='x"]),
        ("<ul><li>one<li>two</ul>", ["one", "two"]),
        ("<!-- never ends <p>Jane", []),
        ("&nbsp;<p>&nbsp;</p>", []),
    ],
)
def test_a_block_is_the_text_between_two_block_tags(source: str, blocks: list[str]) -> None:
    """Inline tags leave no mark in a block's text, block tags end it, entities are decoded."""
    assert texts(source) == blocks


def test_texts_that_travel_unseen_are_segments() -> None:
    """Titles, comments, links, alternative texts, values and page data are each a segment."""
    found = unseen(
        "<title>Notice &amp; more</title><meta name=author content='Bob Roe'><!-- by Ann -->"
        "<a href='mailto:jane%2540example.org?subject=A+b' title='Write'>x</a><img src='/p?u=jane%40example.org' alt='Jane'>"
        "<input value='987-65-4321' placeholder='SSN'><a href='data:text/plain;base64,SmFuZSBEb2U='>y</a>"
    )
    assert found == {
        Attribute("page title", 0): "Notice & more",
        Attribute("content", 0): "Bob Roe",
        Attribute("comment", 0): "by Ann",
        Attribute("href", 0): "jane@example.org?subject=A b",
        Attribute("title", 0): "Write",
        Attribute("src", 0): "/p?u=jane@example.org",
        Attribute("alt", 0): "Jane",
        Attribute("value", 0): "987-65-4321",
        Attribute("placeholder", 0): "SSN",
        Attribute("href", 1): "Jane Doe",
    }


def test_nothing_but_the_allowed_tags_and_attributes_is_written() -> None:
    """Scripts, styles, classes, identifiers, handlers, declarations and conditional comments stay behind, counted."""
    source = (
        "<!DOCTYPE html><p id=jane class=doe style='x' onclick='y' data-u=1 align=center width=40>a</p><font face=Jane color=red>b"
        "<!--[if mso]>Jane<![endif]--><?xml Jane?><iframe src=jane>Jane</iframe><base href=//jane><a href='cid:jane'>c</a>"
        "<td width=406555013>d</td><svg><path d='M1'/></svg><img src='data:image/png;base64,iVBORw0KGgo='><a href='javascript:jane()'>e</a>"
    )
    made = HtmlText.parsed(source)
    written = made.written([])
    assert not re.search("jane|doe|406|style|onclick|data|script|svg|base", written.lower())
    assert '<p align="center" width="40">' in written
    assert '<font color="red">' in written
    counts = {each.what: each.count for each in made.reading().dropped}
    assert counts == {"attribute": 10, "conditional comment": 1, "declaration": 2, "iframe": 1, "tag": 3}


def test_an_edit_over_tags_replaces_the_first_piece_and_empties_the_others() -> None:
    """Tags stay balanced, and text outside the span stays as it was."""
    source = "<p>Dear Ja<b>ne <i>Do</i></b>e, hello</p>"
    assert edited(source, (Block(0), 5, 13, "[N]")).strip() == "<p>Dear [N]<b><i></i></b>, hello</p>"


def test_an_edit_over_a_line_break_keeps_the_break() -> None:
    """The replacement stands before it."""
    assert edited("<p>12 Elm<br>Helena MT</p>", (Block(0), 3, 13, "[A]")).strip() == "<p>12 [A]<br> MT</p>"


def test_a_link_hit_by_an_edit_is_emptied_and_another_stays_as_it_was() -> None:
    """An href goes whole; an untouched one keeps its encoding."""
    source = '<a href="mailto:jane%2Edoe@example.org">x</a><a href="/a?b=%20&amp;c=1">y</a>'
    written = edited(source, (Attribute("href", 0), 0, 4, "[R]"))
    assert written == '<a href="">x</a><a href="/a?b=%20&amp;c=1">y</a>'


def test_an_edit_of_a_comment_or_attribute_touches_its_span() -> None:
    """What is left of a comment cannot end it early, what is left of an attribute is escaped."""
    assert edited("<!-- by Ann -->", (Attribute("comment", 0), 3, 6, "-->")) == "<!-- by - -> -->"
    assert edited("<img alt='\"Jane\" a'>", (Attribute("alt", 0), 1, 5, "[R]")) == '<img alt="&quot;[R]&quot; a">'


@pytest.mark.parametrize("edit", [(Block(0), 0, 9, ""), (Block(1), 0, 1, ""), (Attribute("href", 0), 0, 1, "")])
def test_an_edit_that_fits_no_segment_is_refused(edit: tuple) -> None:
    """A span outside the text, or an address that is not there, raises and writes nothing."""
    with pytest.raises(SpanError):
        edited("<p>Jane</p>", edit)


def test_links_are_decoded_until_nothing_is_left_to_decode() -> None:
    """Links encoded twice, and data links that hold text, show their text; what cannot be examined is None."""
    assert link_text("https://x.example/?u=Jane%2520Doe") == "https://x.example/?u=Jane Doe"
    assert link_text("tel:+1-406-555-0134") == link_text("sms:+1-406-555-0134") == "tel:+1-406-555-0134"
    assert link_text("data:,Jane%20Doe") == "Jane Doe"
    assert link_text("data:image/png;base64,AAAA/w==") is None
    assert link_text("data:;base64,%") is None
    assert link_text("javascript:x") is None


def test_the_declared_charset_is_found() -> None:
    """Both spellings of the declaration are known."""
    assert declared_charset(b'<meta charset="utf-8">') == "utf-8"
    assert declared_charset(b'<meta http-equiv=x content="text/html; charset=iso-8859-2">') == "iso-8859-2"
    assert declared_charset(b"<p>charset=x") == ""


_MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b>", "<br>", "<td>", "</td>", "<pre>", "</pre>", "<a href='", "'>", '"', ">", "<", "<!--", "-->",
         "&amp;", "&", "&lt", "Jane ", " Doe", "\n", "  ", "\xa0", "é", "<title>", "</title>", "<textarea>", "</textarea>",
         "<script>", "</script>", "<img alt=x>", "<o:p>", "=", "</", "<?", "<![CDATA[", "]]>", "x", "-"]
    )
).map("".join)  # fmt: skip


@given(_MARKUP)
@settings(max_examples=400, deadline=None)
def test_the_copy_reads_like_the_source(source: str) -> None:
    """Written without edits, the copy has the same segments, and writing it again gives the same bytes."""
    first = HtmlText.parsed(source)
    copy = first.written([])
    second = HtmlText.parsed(copy)
    assert second.segments == first.segments
    assert second.written([]) == copy or HtmlText.parsed(second.written([])).segments == first.segments


@given(_MARKUP, st.data())
@settings(max_examples=200, deadline=None)
def test_an_edit_removes_its_span_and_nothing_else(source: str, data: st.DataObject) -> None:
    """After an edit of a block, an independent parser sees its other text and not the text of the span."""
    made = HtmlText.parsed(source)
    blocks = [step for step in made.segments if isinstance(step, Block)]
    if not blocks:
        return
    step = data.draw(st.sampled_from(blocks))
    text = made.segments[step]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if text[start:end].isspace():
        return
    written = made.written([Edit((step,), start, end, "@@@")])
    whole = lxml_html.document_fromstring(f"<body>{made.written([])}</body>").text_content()
    after = lxml_html.document_fromstring(f"<body>{written}</body>").text_content()
    assert after.count("@@@") == 1
    kept = text[:start] + text[end:]
    assert len("".join(whole.split())) - len("".join(text.split())) + len("".join(kept.split())) + 3 == len(
        "".join(after.split())
    )


@pytest.mark.parametrize(
    "piece", ["<", "<a ", '<a x=">" ', "<!--", "<b>x</b>", "&", "<title>", "<![CDATA[", "x<br>", "<script>"]
)
def test_hostile_html_takes_linear_time(piece: str) -> None:
    """Two hundred kilobytes of one construct are cut within two seconds."""
    begun = time.perf_counter()
    HtmlText.parsed(piece * (200_000 // len(piece))).written([])
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    "style", ["display:none", "DISPLAY : none", "visibility:hidden", "font-size:0px", "opacity:0", "mso-hide:all"]
)
def test_hidden_text_is_a_text_of_its_own(style: str) -> None:
    """Hidden text does not run into the words around it, where a number would lose its edges."""
    page = HtmlText.parsed(f'<p>I have <span style="{style}">406.555.0164</span>been here</p>')
    texts = [each.text for each in page.reading().segments]
    assert texts == ["I have", "406.555.0164", "been here"]


def test_a_small_opacity_is_not_hidden() -> None:
    """Text that can be seen stays part of its sentence."""
    page = HtmlText.parsed('<p>Ja<span style="opacity:0.5">ne</span> Doe</p>')
    assert [each.text for each in page.reading().segments] == ["Jane Doe"]
