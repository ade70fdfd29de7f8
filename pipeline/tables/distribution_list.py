"""Tell a distribution list from other tables: mainly names of people, with ways to reach them.

An agency may not hand out a list of persons for use as a mailing list without their leave (Montana Code Annotated
2-6-1017), so such a table is the officer's to clear. A table of what people sent in has names and contacts too, but
a text, or the time when each was sent, beside them; registers of cases, permits or payments have mainly other columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.model import ColumnClass
from pipeline.tables.header import header_words
from pipeline.tables.places import is_place
from pipeline.tables.vocabulary import Vocabulary

_CONTACTS: Final = {"EMAIL_ADDRESS": "e-mail addresses", "PHONE_NUMBER": "telephones", "STREET_ADDRESS": "addresses"}
_OF_A_CASE: Final = frozenset(
    {"US_SSN", "CREDIT_CARD", "BANK_ACCOUNT", "US_TAX_ID", "US_DRIVER_LICENSE", "US_PASSPORT", "MEDICAL", "PASSWORD"}
)
"""What an office asks for in a matter of its own; nobody mails with it."""
_PARTS_OF_A_NAME: Final = 3
_MOST: Final = 0.5
"""Share of the filled columns above which names, contacts and places are what a table is about."""


def distribution_list(columns: Sequence[ColumnClass], header: Sequence[str], vocabulary: Vocabulary) -> str:
    """Return why a table may be a distribution list, in plain words, or "" where it is none.

    Args:
        columns: the classes of its columns, from the profile.
        header: its header row ([] where it has none).
        vocabulary: the column vocabulary (``submitted`` and ``subscribed`` are its words for the two kinds of time).
    """
    filled = [each for each in columns if each.evidence[:1] != ("no values in the sample",)]
    words = {word for name in header for word in header_words(name)}
    people = [each for each in filled if each.entity == "PERSON"]
    contacts = [each for each in filled if each.kind == "entity" and each.entity in _CONTACTS and not is_place(each)]
    if not people or not contacts:
        return ""
    if any(each.kind == "free_text" and each.part != "organisation" for each in filled):
        return ""
    if any(each.entity in _OF_A_CASE for each in filled):
        return ""
    subscribed = not words.isdisjoint(vocabulary.subscribed)
    if not subscribed and _sent_in(header, vocabulary):
        return ""
    places = sum(map(is_place, filled))
    about_people = min(len(people), _PARTS_OF_A_NAME) + len(contacts) + places
    mainly = about_people > _MOST * sum(each.part != "organisation" for each in filled)
    if not (subscribed or mainly):
        return ""
    kinds = " and ".join(dict.fromkeys(_CONTACTS[each.entity] for each in contacts))
    return (
        f"most of its columns are names of people and their {kinds}: it may be a distribution list, "
        "which is handed out only with the officer's leave (MCA 2-6-1017)"
    )


def _sent_in(header: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Return whether a header speaks of something that was sent in, or of when it was."""
    return any(not vocabulary.submitted.isdisjoint(header_words(name)) for name in header)
