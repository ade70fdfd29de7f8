"""A claim for damages as a PDF of two pages: a letter, then the form, on which somebody drew a black box over a number.

The box hides nothing: the number lies under it, and names stand in the properties of the file, as such files have it.
"""

from __future__ import annotations

import textwrap

from maker.pdf import Page, document
from maker.writing import Book, Cast

FILE = "desktop/claim-for-damages.pdf"
TREE = (
    "on September 22 a limb of the maple in front of {me.street} came down on my car. The tree stands on the city's "
    "side of the walk, and I had written about it twice, in April and again in July. The plate of the car is "
    "{me.plate}. My neighbor {other.full} saw it fall and can be reached at {other.phone}."
)
MONEY = (
    "The garage wants $1,840 for the roof and the windshield. The form that your office sent me is filled in on the "
    "next page. Please pay to my account, number {me.bank}, and write to {me.email} if anything is missing."
)
LETTER = (
    "{me.full}\n{me.address}\n{me.phone}",
    "October 7, 2025",
    "{clerk.full}, {clerk.title}\nCity of Pineford\n{agency.address}",
    "Dear {clerk.full},",
    TREE,
    MONEY,
    "The file is {case}. I was told to ask for {deputy.full}, {deputy.phone}, and did so on the 29th.",
    "Yours truly,",
    "{me.full}",
)
FORM = (
    ("Claimant", "{me.full}"),
    ("Mailing address", "{me.street}"),
    ("Daytime telephone", "{me.phone}"),
    ("E-mail", "{me.email}"),
    ("Date of birth", "{me.dob}"),
    ("Social Security number", "{me.ssn}"),
    ("Witness", "{other.full}"),
    ("City file", "{case}"),
    ("Amount claimed", "$1,840.00"),
    ("Received by", "{deputy.full}"),
)
COVERED = "Social Security number"


def write_claim(book: Book) -> dict[str, bytes]:
    """Return the claim; it is one record."""
    cast = Cast(840, "pineford")
    letter = Page()
    top = 730.0
    for paragraph in LETTER:
        for line in cast.fill(paragraph).split("\n"):
            for part in textwrap.wrap(line, 84):
                letter.text(72, top, part)
                top -= 15
        top -= 12
    form = Page()
    form.text(72, 730, "CITY OF PINEFORD", size=14)
    form.text(72, 710, "Claim for damages, form C-4")
    for number, (label, value) in enumerate(FORM):
        low = 660.0 - 24 * number
        form.frame(72, low, 170, 24)
        form.frame(242, low, 298, 24)
        form.text(78, low + 8, label)
        form.text(248, low + 8, cast.fill(value))
        if label == COVERED:
            form.fill(246, low + 3, 120, 18)
    form.text(72, 380, "What is stated here is true to the best of my knowledge.")
    form.text(72, 350, "Signed: " + cast.value("me"))
    written = cast.value("me")
    about = {
        "Title": "Claim for damages",
        "Author": written,
        "Subject": f"Tree at {cast.value('me', 'street')}",
        "Keywords": cast.value("me", "email"),
        "Creator": "Office Writer",
        "CreationDate": "D:20251007091200-06'00'",
    }
    book.note(FILE, None, f"{letter.said()}\n{form.said()}", cast.plants)
    return {FILE: document([letter, form], about)}
