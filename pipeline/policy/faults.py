"""What is wrong between the keys of a policy: names that stand twice, law that cannot carry, ways round a mandate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from pipeline.model import Action
from pipeline.policy.words import ANY_ENTITY

if TYPE_CHECKING:
    from pipeline.policy.schema import Authority, Policy, Revoked, Rule

Fault = tuple[tuple[str | int, ...], str, str]


def faults_between(policy: Policy) -> Iterator[Fault]:
    """Yield what is wrong between the keys of a policy: the key, what, and the remedy."""
    yield from _twice(policy)
    yield from _without_authority(policy)
    yield from _revoked(policy)
    yield from _around_a_mandate(policy)
    if (policy.approved_by is None) != (policy.approved_on is None):
        yield ("approved_by",), "a sign-off names both who and when", "fill in approved_by and approved_on"


def _twice(policy: Policy) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, rule in enumerate(policy.rules):
        if rule.name in seen:
            yield ("rules", number, "name"), "two rules have this name", "give each rule a name of its own"
        seen.add(rule.name)


def _without_authority(policy: Policy) -> Iterator[Fault]:
    for number, rule in enumerate(policy.rules):
        if rule.withholds and not any(_stands_alone(policy, source) for source in rule.authority):
            at = ("rules", number, "authority")
            yield at, "every authority is a section that only defines", "add the law that lets it be withheld"


def _stands_alone(policy: Policy, source: Authority) -> bool:
    return source.carries and not only_defines(policy, source.cite)


def only_defines(policy: Policy, cite: str) -> bool:
    """Return whether a citation names nothing but sections that only define, or the policy of a website."""
    return all(
        _WEBSITE_POLICY.search(part) is not None
        or any(_begins(part, section) for section in policy.definitions_only)
        or _names_only(part, policy.definitions_only)
        for each in cite.split(";")
        if (part := each.strip())
    )


_WEBSITE_POLICY: Final = re.compile(
    r"\b(?:privacy|web ?site|internet|portal|mass\.gov)\b.*\bpolic(?:y|ies)\b(?! act)|\bpolicy \(rev\.", re.IGNORECASE
)
"""How the policy of a website is cited; it promises, and lets nothing be withheld, whatever kind it is called."""
_PARAGRAPHS: Final = re.compile(r"\([^)]*\)")
_NUMBERED: Final = re.compile(r"[\w.-]*\d[\w.-]*")


def _begins(text: str, section: str) -> bool:
    return re.match(re.escape(section) + r"(?![\w-])", text) is not None


def _names_only(cite: str, sections: Iterable[str]) -> bool:
    """Return whether all numbers of a citation are those of the sections: ``§ 2-17-551(6), MCA`` is MCA 2-17-551."""
    left = _numbers(cite)
    known = [numbers for section in sections if (numbers := _numbers(section))]
    while left:
        fitting = next((each for each in known if left[: len(each)] == each), None)
        if fitting is None:
            return False
        left = left[len(fitting) :]
    return bool(known) and bool(_numbers(cite))


def _numbers(cite: str) -> list[str]:
    return [each.strip(".-") for each in _NUMBERED.findall(_PARAGRAPHS.sub(" ", cite))]


def _revoked(policy: Policy) -> Iterator[Fault]:
    """Refuse law that is no more in whatever a decision of today would cite."""
    for number, rule in enumerate(policy.rules):
        cites = (each.cite for each in (*rule.authority, *rule.kept_by))
        said = (rule.definition, rule.citation, rule.exemption, rule.reason, rule.marker, *cites)
        if (gone := revoked_in(policy, " | ".join(said))) is not None:
            yield ("rules", number), f"it cites {gone.cite}, which {gone.by} revoked", "cite the law of today"


def revoked_in(policy: Policy, said: str) -> Revoked | None:
    """Return the revoked law that words cite, however it is abbreviated; None where they cite none."""
    plain = _plain(said)
    return next((gone for gone in policy.revoked if f" {_plain(gone.cite).strip()} " in plain), None)


def _plain(text: str) -> str:
    """Return words as they are compared: ``Exec. Order No. 412`` and ``E.O. 412`` are ``eo 412``."""
    words = re.findall(r"\w+", text.replace(".", "").casefold())
    told = " ".join("executive" if each == "exec" else each for each in words if each not in {"no", "number", "nr"})
    return f" {told} ".replace(" executive order ", " eo ")


def _around_a_mandate(policy: Policy) -> Iterator[Fault]:
    """Refuse a rule that stands before a mandatory one and could let out what that one withholds.

    Only subject access (the person's own, identity checked) and a recorded court order lift a mandate.
    """
    for number, mandate in enumerate(policy.rules):
        if not mandate.no_override:
            continue
        for before, rule in enumerate(policy.rules[:number]):
            if rule.action is Action.WITHHOLD or rule.when.lifts or not _meet(rule, mandate):
                continue
            if rule.no_override:  # a part of it stands, under a law that it names
                continue
            what = f"it could let out what {mandate.name} withholds without override"
            remedy = (
                f"move it behind {mandate.name}; only subject_access (kind: requester) or ordered may stand before it"
            )
            yield ("rules", before), what, remedy


def _meet(one: Rule, other: Rule) -> bool:
    """Return whether two rules can speak of one finding, as far as entity and part tell."""
    first, second = set(one.when.entity), set(other.when.entity)
    if ANY_ENTITY not in first | second and first.isdisjoint(second):
        return False
    parts = (one.when.part, other.when.part)
    return parts[0] is None or parts[1] is None or not set(parts[0]).isdisjoint(parts[1])
