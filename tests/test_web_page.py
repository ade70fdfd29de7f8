"""Web pages and Markdown as files: every hiding place, inert copies, exact edits."""

from __future__ import annotations

import base64
import time

import pytest
from hiding import check_places, copy, opened, readings, texts

from pipeline.errors import UnreadableSource
from pipeline.formats import format_of
from pipeline.model import Edit
from pipeline.verify import second_reader

PAGE_EXAMINED = {
    "running text": "<p>cnrA</p>",
    "hidden text": '<p style="display:none">cnrB</p>',
    "comment": "<!-- cnrC -->",
    "alt": '<img alt="cnrD" src="x.png">',
    "title attribute": '<p title="cnrE">x</p>',
    "hidden input": '<input type="hidden" value="cnrF">',
    "placeholder": '<input placeholder="cnrG">',
    "aria-label": '<div aria-label="cnrH">x</div>',
    "link": '<a href="mailto:cnrI%40example.com">x</a>',
    "svg text": "<svg><text>cnrJ</text></svg>",
    "noscript": "<noscript>cnrK</noscript>",
    "template": "<template><p>cnrL</p></template>",
    "meta author": '<meta name="author" content="cnrM">',
    "textarea": "<textarea>cnrN</textarea>",
    "option": "<select><option value='cnrO'>cnrP</option></select>",
    "text link": '<a href="data:text/plain,cnrQ">x</a>',
    "page title": "<title>cnrR</title>",
}
PAGE_LEFT_OUT = {
    "script": "<script>var x = 'cnrS';</script>",
    "JSON-LD": '<script type="application/ld+json">{"name": "cnrT"}</script>',
    "style": "<style>.cnrU { color: red }</style>",
    "data attribute": '<p data-owner="cnrV">x</p>',
    "event": '<p onclick="cnrW()">x</p>',
    "conditional comment": "<!--[if mso]><p>cnrX</p><![endif]-->",
    "srcdoc": '<iframe srcdoc="&lt;p&gt;cnrY&lt;/p&gt;"></iframe>',
    "script link": '<a href="javascript:cnrZ()">x</a>',
    "page link": '<a href="data:text/html,%3Cb%3EcnrAA%3C/b%3E">x</a>',
    "coded link": f'<img src="data:image/svg+xml;base64,{base64.b64encode(b"<svg>cnrAB</svg>").decode()}">',
    "other meta": '<meta property="og:title" content="cnrAC">',
    "style attribute": '<p style="background:url(cnrAD)">x</p>',
    "class and id": '<p class="cnrAE" id="cnrAF">x</p>',
    "declaration": "<!ENTITY cnrAG 'x'>",
    "form target": '<form action="https://example.org/cnrAH">x</form>',
}


def canaries(places: dict[str, str]) -> list[str]:
    import re

    return [each for text in places.values() for each in re.findall(r"cnr[A-Z]+", text)] + (
        ["cnrAB"] if "coded link" in places else []
    )


def page(body: str) -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize("place", PAGE_EXAMINED)
def test_a_place_that_is_examined_hides_nothing(place: str) -> None:
    """What is written there is read; withheld, it is gone in every form."""
    check_places(page(PAGE_EXAMINED[place]), "a.html", canaries({place: PAGE_EXAMINED[place]}), [])


@pytest.mark.parametrize("place", PAGE_LEFT_OUT)
def test_a_place_that_is_left_out_never_travels(place: str) -> None:
    """What is written there is in no copy, and counted."""
    data = page(PAGE_LEFT_OUT[place])
    check_places(data, "a.html", [], canaries({place: PAGE_LEFT_OUT[place]}))
    assert sum(each.count for reading in readings(data, "a.html") for each in reading.dropped) > 1


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16"])
def test_a_page_is_read_in_its_charset_and_written_in_utf8(charset: str) -> None:
    """The copy says so, and says the same."""
    data = f"<html><head><meta charset='{charset}'></head><body><p>Müller</p></body></html>".encode(charset)
    assert texts(data, "a.htm") == "Müller"
    made = copy(data, "a.htm")
    assert b'<meta charset="utf-8">' in made
    assert "Müller" in made.decode("utf-8")


def test_a_copy_that_could_run_is_refused() -> None:
    """The independent reader raises for scripts, events, frames and links that run."""
    for text in ("<script>1</script>", "<p onclick='x'>a</p>", "<iframe></iframe>", "<a href='javascript:x'>a</a>"):
        with pytest.raises(UnreadableSource):
            second_reader("html", text.encode())


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"<html><body><p>x</p></body></html>", "a.csv", "html"),
        (b"<html><body><p>x</p></body></html>", "a.txt", "html"),
        (b"<table><tr><td>x</td></tr></table>", "a.xls", "html"),
        (b"<b>Name</b>,Phone\nJane,1\n", "a.csv", "delimited"),
        (b"# A title\n\n<p>x</p>\n", "a.md", "markdown"),
        (b"<!doctype html><p>x</p>", "a.md", "html"),
    ],
)
def test_content_tells_a_page(data: bytes, name: str, kind: str) -> None:
    """A page is a page under any name, and a table with tags in it stays a table."""
    assert format_of(data, name).name == kind


MARKDOWN_EXAMINED = {
    "running text": "cnrA",
    "front matter": "---\nauthor: cnrB\n---\n\nx",
    "escaped front matter": '---\nauthor: "\\x63nrC"\n---\n\nx',
    "cut by marks": "cn**rD** x",
    "cut by an escape": "cnr\\_E",
    "link": "[x](mailto:cnrF%40example.com)",
    "link title": '[x](a.md "cnrG")',
    "reference": '[x]: https://example.org/cnrH "cnrI"',
    "comment": "<!-- cnrJ -->",
    "unfinished comment": "x <!-- cnrK",
    "code": "```\ncnrL\n```",
    "code span": "a `cnrM` b",
    "picture": "![cnrN](cnrO.png)",
    "tag attribute": '<img alt="cnrP" src="x.png">',
    "autolink": "<cnrQ@example.com>",
    "table": "| a | b |\n|---|---|\n| cnrR | x |",
}
MARKDOWN_LEFT_OUT = {
    "script": "x\n\n<script>cnrS</script>\n",
    "style": "<style>cnrT</style> x",
    "event": '<p onclick="cnrU()">x</p>',
    "data attribute": '<p data-x="cnrV">x</p>',
    "frame": '<iframe srcdoc="cnrW"></iframe> x',
    "script link": "[x](javascript:cnrX)",
    "page link": "[x](data:text/html,cnrY)",
    "drawing": "<svg><text>cnrZ</text></svg> x",
}


@pytest.mark.parametrize("place", MARKDOWN_EXAMINED)
def test_a_place_in_markdown_that_is_examined_hides_nothing(place: str) -> None:
    """What a reader sees is read in one piece, whatever marks stand in it."""
    text = MARKDOWN_EXAMINED[place]
    whole = {"escaped front matter": ["cnrC"], "cut by marks": ["cnrD"], "cut by an escape": ["cnr_E"]}
    found = whole.get(place, canaries({place: text}))
    check_places(text.encode(), "a.md", found, [])


@pytest.mark.parametrize("place", MARKDOWN_LEFT_OUT)
def test_a_place_in_markdown_that_is_left_out_never_travels(place: str) -> None:
    """HTML that could run or hide is in no copy."""
    check_places(MARKDOWN_LEFT_OUT[place].encode(), "a.md", [], canaries({place: MARKDOWN_LEFT_OUT[place]}))


def test_an_edit_in_markdown_keeps_the_marks_around_it() -> None:
    """A name cut by marks is one name; what is not withheld stays byte for byte."""
    data = b"Dear **Wilma** Testperson,\n\n* see [this](a.md)\n"
    kind, ((unit, payload),) = opened(data, "a.md")
    (segment, *_) = kind.read(payload, unit).segments
    at = segment.text.index("Wilma Testperson")
    made = kind.rewrite(payload, unit, [Edit(segment.address, at, at + 16, "[REDACTED]")])
    assert made == b"Dear **[REDACTED]**,\n\n* see [this](a.md)\n"


@pytest.mark.parametrize("piece", ["[", "](", "`", "<a ", "<!--", "*a", "\\", '<a "', "[x](y", "<script", "``` x\n"])
def test_markdown_is_read_in_linear_time(piece: str) -> None:
    """100,000 characters of nothing but marks take a moment."""
    data = b"x\n\n" + (piece * (100_000 // len(piece))).encode()
    before = time.process_time()
    assert copy_text(data) is not None
    assert time.process_time() - before < 8


def copy_text(data: bytes) -> bytes:
    kind, ((unit, payload),) = opened(data, "a.md")
    return kind.rewrite(payload, unit, [])
