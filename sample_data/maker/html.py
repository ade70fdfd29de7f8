"""The HTML side of a message, as careless mail programs write it."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from maker.cast import Official, Person
from maker.mime import token


def cut_name(full: str, style: int) -> str:
    """Return a name that markup cuts into pieces; a browser shows it whole."""
    given, _, surname = full.partition(" ")
    return (
        f"<b>{escape(given[:2])}</b>{escape(given[2:])}&nbsp;{escape(surname)}",
        f"<span>{escape(given)}</span> <span style='color:#333'>{escape(surname[:3])}</span>{escape(surname[3:])}",
        f"&#{ord(given[0])};{escape(given[1:])} <i>{escape(surname)}</i>",
    )[style % 3]


def linked_mail(address: str, subject: str) -> str:
    """Return a mailto link that holds the address twice."""
    return f'<a href="mailto:{quote(address, safe="@")}?subject={quote(subject)}">{escape(address)}</a>'


def page(text: str, writer: Person | Official, subject: str, quoted: str, number: int) -> str:
    """Return an HTML page for a message: its words, a signature, what it answers, and a tracking pixel."""
    paragraphs = "\n".join(f"<p>{escape(each, quote=False)}</p>".replace("\n", "<br>\n") for each in text.split("\n\n"))
    sign = f"{cut_name(writer.full, number)}<br>{linked_mail(writer.email, 'Re: ' + subject)}"
    if isinstance(writer, Official):
        sign += f"<br>{escape(writer.title)}, {escape(writer.agency.name)}<br>{writer.phone}"
    else:
        sign += f'<br><a href="tel:{quote(writer.phone, safe="+")}">{escape(writer.phone)}</a>'
    pixel = (
        f'<img src="https://track.bulkmail.example/o.gif?u={quote(writer.email, safe="")}&amp;m={token("px", number)}"'
        ' width="1" height="1" alt="">'
    )
    block = f'<blockquote type="cite"><pre>{escape(quoted, quote=False)}</pre></blockquote>\n' if quoted else ""
    note = f"<!-- composed by {writer.full}; draft 2 -->\n" if number % 2 else ""
    return (
        "<html><head><style>p { margin: 0 0 1em }</style></head><body>\n"
        f"{note}{paragraphs}\n<div class='signature'>{sign}</div>\n{block}{pixel}\n</body></html>"
    )
