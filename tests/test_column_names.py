"""Names of columns: what is everyday words is asked of no model, what may be a person's name is."""

from __future__ import annotations

from typing import ClassVar

import pytest

from pipeline.detect import detect
from pipeline.model import Cell, Role, Segment
from recognizers.model import Match
from recognizers.presidio import Recognizer


class SeesPeople(Recognizer):
    """A model that takes whatever it reads for a person."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("PERSON",)
    NAME: ClassVar[str] = "sees_people"
    NEEDS_MODEL: ClassVar[bool] = True

    def find(self, text: str) -> list[Match]:
        return [Match(0, len(text), "PERSON", 0.8, self.NAME, "all of it")]


def is_asked(name: str) -> bool:
    """Whether the model reads the column name ``name``."""
    segment = Segment(name, (Cell(-1, 0),), "", "t.csv#header", "", Role.CELL)
    return bool(detect([segment], [SeesPeople()])[0])


@pytest.mark.parametrize("name", ["Sprayed acres", "SPRAYED ACRES", "Gallons mixed", "Hectares planted"])
def test_a_model_is_not_asked_about_everyday_words(name: str) -> None:
    """A measure as a heading is nobody's name, though one of its words is a surname too."""
    assert not is_asked(name)


@pytest.mark.parametrize(
    "name",
    ["Grant Hill", "Jane Quimby", "Faith Sprayed", "Acres, sprayed", "Young Green", "Orla Sprayed", "Bearchum Zibi"],
)
def test_a_model_is_asked_where_the_first_row_may_be_a_person(name: str) -> None:
    """Tables without a head begin with data: what may be a name there is examined."""
    assert is_asked(name)


@pytest.mark.parametrize("name", ["Sprayed acres", "Quimby"])
def test_a_cell_below_the_head_is_examined_whatever_its_words(name: str) -> None:
    """Only the head has names of columns."""
    assert detect([Segment(name, (Cell(0, 0),), "x", "t.csv#0", "", Role.CELL)], [SeesPeople()])[0]
