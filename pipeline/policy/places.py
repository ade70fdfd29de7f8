"""Which parts of an address a policy closes although they name a place only, in records with certain facts.

No recognizer looks for a town or a ZIP code alone, and most policies release them. Where a rule names such a part and
withholds it (of a motor vehicle record, the town is as closed as the street), the columns of a table that hold it are
found as a whole: see :mod:`pipeline.tables.places`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final, get_args

from pipeline.model import Finding, RecordFacts
from pipeline.policy.fit import first_rule
from pipeline.policy.schema import Policy
from pipeline.policy.words import Recipient
from recognizers.entities import DIRECT_IDENTIFIERS, PLACES, POSTAL_CODES

__all__ = ["closed_places"]

_ADDRESS: Final = "STREET_ADDRESS"


@lru_cache(maxsize=64)
def closed_places(policy: Policy, facts: RecordFacts) -> frozenset[str]:
    """Return the parts (town, state, ZIP code ...) that a rule names and withholds in records with these facts.

    Whoever receives the copy: several versions are made of one examination, and each is decided by its own recipient.
    """
    return frozenset(
        part
        for part in sorted(PLACES | POSTAL_CODES)
        for recipient in get_args(Recipient)
        if _closes(policy, part, replace(facts, recipient=recipient))
    )


def _closes(policy: Policy, part: str, facts: RecordFacts) -> bool:
    alone = Finding(_ADDRESS, 0, 1, (), "", 1.0, "column", "", part=part)
    for finding in (alone, replace(alone, joined=DIRECT_IDENTIFIERS - {_ADDRESS})):
        rule = first_rule(policy.rules, finding, facts)
        if rule is not None and rule.withholds and rule.when.part is not None:
            return True
    return False
