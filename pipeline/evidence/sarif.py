"""Results of a scan for other programs: SARIF 2.1.0 (OASIS) and plain JSON. Places and reasons, no values.

Source of the format: OASIS Standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from pipeline.evidence.summary import Examined, Summary, basis, located
from pipeline.model import Cell, Decision, Finding, words

SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
NOT_SCANNED: Final = "NOT_SCANNED"
_LEVELS: Final = {
    "withhold": "error",
    "review": "warning",
    "release": "note",
    "found": "warning",
    "not_scanned": "error",
}


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One line of a scan: what was found where, what the policy says of it, and how often."""

    file: str
    location: str
    entity: str
    action: str
    reason: str
    rule: str = ""
    citation: str = ""
    recognizer: str = ""
    score: float = 0.0


def results(examined: Iterable[Examined]) -> list[tuple[Result, int]]:
    """Return what units hold, equal lines counted, sorted; cells of one column are one line."""
    counts: Counter[Result] = Counter()
    for unit in examined:
        for result, count in _of_unit(unit):
            counts[result] += count
    return sorted(counts.items())


def _of_unit(unit: Examined) -> Iterator[tuple[Result, int]]:
    for decision in unit.decisions:
        yield _decided(unit, decision), decision.finding.count
    if not unit.decisions:
        yield from ((_found(unit, finding), finding.count) for finding in unit.findings)
    for gap in unit.coverage.gaps:
        yield Result(unit.file, located(unit.place, words(gap.address)), NOT_SCANNED, "not_scanned", gap.why), 1


def _decided(unit: Examined, decision: Decision) -> Result:
    finding = decision.finding
    return Result(
        file=unit.file,
        location=_location(unit, finding),
        entity=finding.entity,
        action=decision.action.value,
        reason=decision.reason or finding.reason,
        rule=decision.rule,
        citation=basis(decision),
        recognizer=finding.recognizer,
        score=round(finding.score, 2),
    )


def _found(unit: Examined, finding: Finding) -> Result:
    return Result(
        file=unit.file,
        location=_location(unit, finding),
        entity=finding.entity,
        action="found",
        reason=finding.reason,
        recognizer=finding.recognizer,
        score=round(finding.score, 2),
    )


def _location(unit: Examined, finding: Finding) -> str:
    last = finding.address[-1] if finding.address else None
    if isinstance(last, Cell) and last.row >= 0:
        column = ", ".join([*(step.words() for step in finding.address[:-1]), last.column_words()])
        return located(unit.place, column)
    return located(unit.place, words(finding.address))


def sarif(found: Iterable[tuple[Result, int]], summary: Summary) -> dict[str, Any]:
    """Return the SARIF log of a scan: rule id is the entity, the logical location the address in words."""
    lines = list(found)
    ids = sorted({result.entity for result, _ in lines})
    run = {
        "tool": {
            "driver": {
                "name": "releasable",
                "semanticVersion": summary.run.version,
                "rules": [{"id": each, "shortDescription": {"text": _title(each)}} for each in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": all(result.action != "not_scanned" for result, _ in lines)}],
        "results": [_sarif_result(result, count, ids.index(result.entity)) for result, count in lines],
    }
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _sarif_result(result: Result, count: int, index: int) -> dict[str, Any]:
    told = {key: text for key, text in (("policyRule", result.rule), ("citation", result.citation)) if text}
    return {
        "ruleId": result.entity,
        "ruleIndex": index,
        "level": _LEVELS[result.action],
        "message": {"text": result.reason or _title(result.entity)},
        "occurrenceCount": count,
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(result.file)}},
                "logicalLocations": [{"fullyQualifiedName": result.location}],
            }
        ],
        "properties": {"action": result.action, **told},
    }


def _title(entity: str) -> str:
    return entity.replace("_", " ").capitalize()


def scan_json(found: Iterable[tuple[Result, int]], summary: Summary) -> dict[str, Any]:
    """Return the result of a scan as plain JSON content: per file the lines with counts, and totals."""
    files: dict[str, list[dict[str, Any]]] = {file.label: [] for file in summary.files}
    for result, count in found:
        line: dict[str, Any] = {
            "entity": result.entity,
            "location": result.location,
            "count": count,
            "action": result.action,
            "reason": result.reason,
        }
        if result.rule:
            line |= {"rule": result.rule, "citation": result.citation}
        if result.recognizer:
            line |= {"recognizer": result.recognizer, "score": result.score}
        files.setdefault(result.file, []).append(line)
    policy = summary.run.policy
    return {
        "tool": {"name": "releasable", "version": summary.run.version},
        "policy": {"name": policy.name, "version": policy.version, "sha256": policy.sha256} if policy else None,
        "totals": {
            "files": len(summary.files),
            "found": summary.totals("found", ("released", "held", "not_scanned")),
            "withheld": summary.totals("withheld", ("released", "held", "not_scanned")),
            "undecided": summary.undecided,
        },
        "files": [{"file": name, "findings": lines} for name, lines in sorted(files.items())],
    }
