"""Letters on file, the website's privacy policy, and the agency's own contacts and officials."""

from __future__ import annotations

from maker.cast import sheet
from maker.writing import Book, Cast


def write_letters(book: Book) -> dict[str, bytes]:
    """Return the letters as text files."""
    files = {}
    for number, letter in enumerate(sheet("letters.toml")["letter"]):
        cast = Cast(600 + number, letter.get("town", "pineford"))
        text = cast.fill(letter["text"]) + "\n"
        name = f"letters/{letter['file']}"
        book.note(name, None, text, cast.plants)
        files[name] = text.encode("utf-8")
    return files
