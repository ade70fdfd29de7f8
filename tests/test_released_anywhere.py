"""What a person released in a unit is told by its value, wherever a second look sees it."""

from types import SimpleNamespace
from typing import Any, cast

from pipeline.case.overrides import released_anywhere


def decision(digest: str, *, by: str, withholds: bool) -> Any:
    return SimpleNamespace(
        finding=SimpleNamespace(entity="PHONE_NUMBER", digest=digest), decided_by=by, withholds=withholds
    )


def test_what_a_person_released_is_told_by_its_value_unless_it_is_withheld_beside() -> None:
    """What a rule released, and what is withheld at another place of the unit, is not among it."""
    before = [
        decision("aa", by="clerk", withholds=False),
        decision("bb", by="clerk", withholds=False),
        decision("bb", by="rule", withholds=True),
        decision("cc", by="rule", withholds=False),
        decision("", by="clerk", withholds=False),
    ]
    assert released_anywhere(cast("Any", before)) == {("PHONE_NUMBER", "aa")}
