"""The search of the interface for other programs: positions only, as everywhere in it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from pipeline.case.overrides import NAME_ORDINAL
from pipeline.review.api import PROBLEMS, Strict
from pipeline.review.pages.page import AtDesk, Signed
from pipeline.review.pages.search import may_search, noted
from pipeline.review.searching import LEAST, LONGEST, MOST_RESULTS, Place, search

router = APIRouter(prefix="/api", tags=["the review desk"])


class Search(Strict):
    """What is looked for; ``source``, ``ordinal`` and ``told`` are the ``rest`` of the answer before, to go on."""

    text: Annotated[str, Field(min_length=LEAST, max_length=LONGEST)]
    source: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    ordinal: Annotated[int, Field(ge=NAME_ORDINAL, le=2**31 - 1)] = NAME_ORDINAL
    told: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = MOST_RESULTS


@router.post("/search", responses=PROBLEMS)
def search_records(desk: AtDesk, visit: Signed, given: Search) -> dict[str, Any]:
    """Search the records of the case: positions and the findings that stand there, and what was not searched."""
    start = Place(given.source, given.ordinal, given.told) if given.source else None
    may_search(desk, visit)
    found = search(desk, given.text, start, most=given.limit)
    noted(desk, visit, given.text, found)
    rest = found.rest
    return {
        "records": found.records, "of": found.of,
        "results": [
            {"file": each.file, "unit": each.ordinal + 1, "place": each.place, "start": each.start, "stop": each.stop,
             "findings": [item.id for item in each.items], "of_column": [item.id for item in each.of_column]}
            for each in found.hits
        ],
        "not_searched": [
            {"file": each.file, "unit": each.record, "place": each.place, "why": each.why} for each in found.unsearched
        ],
        "rest": {"source": rest.source, "ordinal": rest.ordinal, "told": rest.told} if rest else None,
    }  # fmt: skip
