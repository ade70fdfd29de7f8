"""Subject access: which findings of a record are those of the person who asks for their own information.

A record is theirs where two strong identifiers of theirs stand in it, or where a person decided so. Then what
equals one of the values that they gave and that were checked is theirs. A name alone, an inferred link, or a value
that they did not give makes nothing theirs: it stays what it was, and a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pipeline.model import Finding, Kind, RecordFacts

__all__ = ["LEAST_STRONG", "STRONG", "claimed"]

STRONG: Final = frozenset(
    {
        "EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "US_DRIVER_LICENSE", "US_PASSPORT", "TRIBAL_ID", "BANK_ACCOUNT",
        "CREDIT_CARD", "US_TAX_ID",
    }
)  # fmt: skip
"""What belongs to one person and nobody else, or nearly; a name, a birth date and an address are shared."""
LEAST_STRONG: Final = 2


def claimed(findings: Iterable[Finding], facts: RecordFacts) -> Iterable[Finding]:
    """Return findings, those of the person who asks marked as the requester's; all the same without subject access."""
    if not (facts.subject_access and facts.own):
        return findings
    findings = list(findings)
    strong: dict[str, set[str]] = defaultdict(set)
    for each in findings:
        if each.entity in STRONG and each.digest in facts.own:
            strong[each.record].add(each.digest)
    theirs = {record for record, seen in strong.items() if len(seen) >= LEAST_STRONG}
    return [
        replace(each, kind=Kind.REQUESTER)
        if each.digest in facts.own and (facts.own_decided or each.record in theirs)
        else each
        for each in findings
    ]
