"""The residual-risk certificate: a random sample of released records, and what it proves about all of them.

The draw is simple random sampling without replacement, of all records or of each stratum. Record ``i`` of a frame of
``N`` gets the rank ``sha256(seed, stratum, i)``; the sample is the records with the ``n`` least ranks, so anyone who
has the release and the seed can draw it again. The limit is exact for a finite frame: the greatest number of bad
records under which a sample with so few misses is not rarer than the risk that is left (hypergeometric; Clopper and
Pearson 1934 is the same for an endless frame). Over strata the risk is divided (Bonferroni), so that all limits hold
together, and the limits are added.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

CERTIFICATE: Final = "certificate.json"
CERTIFICATE_WORDS: Final = "certificate.txt"
CERTIFICATE_SIGNATURE: Final = "certificate.json.sig"
CONFIDENCE: Final = 0.95
DEFAULT_SAMPLE: Final = 299
"""With no miss in 299 records of an endless frame, at most 1 in 100 is bad (0.99^299 < 0.05)."""
METHOD: Final = (
    "Records are numbered from 0 in the order of the frame, within each stratum. Each has the rank "
    'sha256("SEED/STRATUM/NUMBER") in hexadecimal; the records with the least ranks are the sample. '
    "Limits: exact, hypergeometric, one-sided; over several strata each at the confidence 1 - 0.05/strata, then added."
)


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """A released record by its place: file, unit and record in the unit, counted from 0."""

    file: str
    unit: int
    record: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the frame: its name, how many records it has, how many were drawn, in how many something was missed."""

    name: str
    records: int
    drawn: int
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a reviewed sample proves of a release; positions, counts and limits, no text of any record."""

    request: str
    case: str
    release: int
    manifest_sha256: str
    frame_sha256: str
    seed: str
    strata: tuple[Stratum, ...]
    reviewed_by: str
    reviewed_at: str
    most_bad: int
    confidence: float = CONFIDENCE

    @property
    def records(self) -> int:
        return sum(each.records for each in self.strata)

    @property
    def drawn(self) -> int:
        return sum(each.drawn for each in self.strata)

    @property
    def misses(self) -> int:
        return sum(each.misses for each in self.strata)

    @property
    def per_thousand(self) -> float:
        """At most how many records in 1,000 are bad, rounded up to a tenth."""
        return math.ceil(10_000 * self.most_bad / self.records) / 10 if self.records else 0.0

    @property
    def statement(self) -> str:
        """What may be said."""
        return (
            f"With {self.confidence:.0%} confidence at most {self.per_thousand:g} records in 1,000 contain a miss "
            f"(reviewer assumed right): {self.most_bad} of {self.records} released records."
        )


def frame_digest(frame: Mapping[str, Sequence[Record]]) -> str:
    """Return the sha256 of a frame: its strata and the places of its records, in order."""
    digest = hashlib.sha256()
    for name, records in sorted(frame.items()):
        for each in records:
            digest.update(f"{name}\t{each.file}\t{each.unit}\t{each.record}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def draw(records: int, size: int, seed: str, stratum: str) -> list[int]:
    """Return the numbers of the drawn records of a stratum, ascending; all of them where ``size`` is not less."""
    if size >= records:
        return list(range(records))
    ranked = ((hashlib.sha256(f"{seed}/{stratum}/{number}".encode()).digest(), number) for number in range(records))
    return sorted(number for _, number in heapq.nsmallest(size, ranked))


def shares(records: Mapping[str, int], size: int) -> dict[str, int]:
    """Return how many records to draw of each stratum: in proportion, but so that each has a fair number.

    Half of the sample is spread evenly (a small stratum would otherwise prove nothing), half in proportion.
    """
    total, evenly = sum(records.values()), size / 2 / max(1, len(records))
    return {
        name: min(count, max(1, math.ceil(evenly + size / 2 * count / total))) if count else 0
        for name, count in records.items()
    }


def most_bad(records: int, drawn: int, misses: int, risk: float) -> int:
    """Return the greatest number of bad records that a sample leaves possible.

    Args:
        records: in the frame.
        drawn: in the sample, without replacement.
        misses: bad records among the drawn.
        risk: how often a limit made so may be too low, 1 minus the confidence.

    Returns:
        The greatest M with P(at most ``misses`` in the sample | M bad in the frame) > ``risk``.
    """
    from scipy.stats import hypergeom  # noqa: PLC0415 - slow to load, and only needed here

    low, high = misses, records - (drawn - misses)
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(misses, records, middle, drawn) > risk:
            low = middle
        else:
            high = middle - 1
    return low


def binomial_limit(drawn: int, misses: int, risk: float) -> float:
    """Return the upper limit of Clopper and Pearson for the share of bad records in an endless frame."""
    from scipy.stats import beta  # noqa: PLC0415 - slow to load, and only needed here

    return 1.0 if misses >= drawn else float(beta.ppf(1 - risk, misses + 1, drawn - misses))


def joint_most_bad(strata: Sequence[Stratum], confidence: float = CONFIDENCE) -> int:
    """Return the greatest number of bad records over all strata that the samples together leave possible."""
    risk = (1 - confidence) / max(1, len(strata))
    return sum(most_bad(each.records, each.drawn, each.misses, risk) for each in strata)


def certificate_json(certificate: Certificate) -> bytes:
    """Return a certificate as it is handed out and signed."""
    told: dict[str, Any] = {
        **asdict(certificate),
        "records": certificate.records,
        "drawn": certificate.drawn,
        "misses": certificate.misses,
        "at_most_per_thousand": certificate.per_thousand,
        "statement": certificate.statement,
        "method": METHOD,
    }
    if len(certificate.strata) == 1 and certificate.drawn:
        limit = binomial_limit(certificate.drawn, certificate.misses, 1 - certificate.confidence)
        told["clopper_pearson_limit"] = math.ceil(limit * 1e6) / 1e6
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def certificate_text(certificate: Certificate) -> str:
    """Return a certificate in plain words."""
    held = certificate.misses > 0
    lines = [
        "Residual-risk certificate",
        "",
        f"Request {certificate.request or 'without a number'}, release {certificate.release}",
        f"Reviewed by {certificate.reviewed_by}, {certificate.reviewed_at}",
        "",
        f"{certificate.drawn} of {certificate.records} released records were drawn by chance and read by a person.",
        f"In {certificate.misses} of them something was left that should have been withheld.",
        certificate.statement,
    ]
    lines += ["The release is held: mend it, release again, and draw a fresh sample." if held else "", ""]
    lines += [f"  {each.name}: {each.drawn} of {each.records}, {each.misses} missed" for each in certificate.strata]
    lines += [
        "",
        "To draw the sample again:",
        f"  manifest sha256 {certificate.manifest_sha256}",
        f"  frame sha256    {certificate.frame_sha256}",
        f"  seed            {certificate.seed}",
        f"  {METHOD}",
        "",
        "What it does not say: that the reviewer overlooked nothing, or how much a single miss would reveal.",
    ]
    return "\n".join(lines) + "\n"
