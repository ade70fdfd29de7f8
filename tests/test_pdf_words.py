"""What people wrote in XML and scripts inside a PDF is examined, and not the words of these languages."""

from __future__ import annotations

import pytest

from pipeline.formats.pdf_words import words_of


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Call Jane Doe (home): 406-555-0142", "Call Jane Doe (home): 406-555-0142"),
        ("<FirstName>Jane &amp; Joe</FirstName>\n<SSN>536-90-4399</SSN>", "Jane & Joe\n536-90-4399"),
        ('<?xml version="1.0 "?><who name="Jane Doe" kind="Spouse" tel="4065550142"/>', "Jane Doe\n4065550142"),
        ('<r:D xmlns:r="http://www.w3.org/1999/02/22" c:by="Jane Doe"/>', "Jane Doe"),
        ("<!-- Jane Doe --><f><![CDATA[1442 Juniper Street]]></f>", "Jane Doe\n1442 Juniper Street"),
        ('<script type="x">var Spouse = "Jane Doe"; Name.value = 1;</script>', "Jane Doe"),
        ("// asked by Jane Doe\nfunction Spouse() { app.alert('406-555-0142'); }", "asked by Jane Doe\n406-555-0142"),
        (
            '<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><t>Spouse</t></template><f>Jane Doe</f>',
            "Jane Doe",
        ),
        ("function First(Name) { return Name; }", ""),
        (
            "a < b, said Jane Doe; return it, if (for her) this = that",
            "a < b, said Jane Doe; return it, if (for her) this = that",
        ),
    ],
)
def test_what_people_wrote_is_kept_and_nothing_else(text, said):
    """Texts, remarks, strings and attributes with words or numbers; no names of elements, fields and functions."""
    assert words_of(text) == said


def test_a_long_text_takes_no_time():
    """Nothing in a hostile text makes it slow: unclosed tags, quotes, remarks."""
    for each in ("<a " * 50_000, "<script>" * 30_000, '"\\' * 50_000, "/*" * 50_000, "<!--" * 50_000, "='" * 50_000):
        assert len(words_of("<x>" + each)) <= len(each) + 3
        assert len(words_of("function a(){" + each)) <= len(each) + 13
