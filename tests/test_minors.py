"""A child named in a record is known for one by the words around the name."""

from __future__ import annotations

import pytest

from pipeline.linking.minors import is_minor

CHILDREN = [
    "My son [Tobias] was on the bus.",
    "our daughter [Ana Lucia] lost her coat",
    "my granddaughter [Mina Osterholm], who is fifteen, was alone",
    "[Peter Quill], age 9, was hit by the ball",
    "[Ruth] (12) and her brother",
    "[Ruth Abel] is 7 years old",
    "The nine-year-old [Emil] rode home",
    "[Emil Sand] is in the third grade at Pineford Elementary",
    "[Emil Sand], a second grader, waited",
    "his stepson [Ola]",
]
GROWN = [
    "[Jane Doe] lives at 9 Main Street",
    "[Jane Doe], 45, was there",
    "[Jane Doe] is 17th on the list",
    "[Jane Doe] has 12 dogs",
    "My neighbor [Jane Doe] called. My son was away.",
    "Mr. [Son] wrote",
    "[Jane Doe] teaches.\n\nMy daughter likes it",
]


def _asked(marked: str) -> bool:
    start, end = marked.index("["), marked.index("]") - 1
    return is_minor(marked.replace("[", "").replace("]", ""), start, end)


@pytest.mark.parametrize("text", CHILDREN)
def test_a_child_is_known_for_one(text: str) -> None:
    """Age, grade or kinship beside a name says that it is a child's."""
    assert _asked(text)


@pytest.mark.parametrize("text", GROWN)
def test_a_grown_person_is_not_taken_for_a_child(text: str) -> None:
    """Numbers of another kind, other ages and other sentences say nothing."""
    assert not _asked(text)
