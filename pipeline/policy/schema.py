"""What a policy file may say: rules in order, the first that fits a finding decides it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, PrivateAttr, StrictBool, model_validator

from pipeline.model import Action, Kind
from pipeline.policy.condition import Condition
from pipeline.policy.faults import faults_between
from pipeline.policy.words import (
    ANY_ENTITY,
    FLAGS,
    PURPOSES,
    SIGNALS,
    Entities,
    Flags,
    Purpose,
    Recipient,
    Score,
    Signals,
    SourceRule,
    Strict,
    Text,
    Word,
    known_entities,
)
from pipeline.texts.markers import REDACTED

__all__ = [
    "ANY_ENTITY",
    "FLAGS",
    "NO_RULE_FITS",
    "PURPOSES",
    "SIGNALS",
    "Authority",
    "Condition",
    "Example",
    "Policy",
    "Promise",
    "Rule",
]

NO_RULE_FITS: Final = "no_rule_fits"
"""The rule that a decision names where nothing in the policy fits: review, proposed withhold."""

CELL_SIZE: Final = 10
"""Where a policy says nothing: counts below this can single a person out and are told coarsely."""

_CARRIES: Final = frozenset({"constitution", "statute", "regulation", "case"})
"""The sources of law on which a withholding can stand; a definition or a website policy is none."""

_MARKER: Final = re.compile(r"\[REDACTED(?: [A-Za-z0-9 ,.()/:'-]*[A-Za-z0-9).])?\]")


def _fitting_marker(marker: str) -> str:
    if len(marker) > 60 or not _MARKER.fullmatch(marker):
        raise ValueError("a marker reads [REDACTED ...] in plain ASCII letters and digits, at most 60 characters")
    return marker


class Authority(Strict):
    """One source of law: what kind it is, and how it is cited in the log."""

    kind: Literal[
        "constitution", "statute", "regulation", "case",
        "attorney_general", "agency_practice", "definition", "website_policy",
    ]  # fmt: skip
    cite: Text

    @property
    def carries(self) -> bool:
        """Whether a withholding can stand on a source of this kind."""
        return self.kind in _CARRIES


class Rule(Strict):
    """One rule: when it fits, what happens, on which law, and what stands in the copy and in the log.

    ``kept_by`` is the law that lets a part of a value stand; ``in_force_from`` and ``in_force_until`` are days of the
    release. ``no_override`` is mandatory: nobody may decide otherwise, see :mod:`pipeline.policy.faults`.
    """

    name: Word
    when: Condition = Condition()
    action: Action
    proposal: Action | None = None
    definition: str = ""
    authority: tuple[Authority, ...] = ()
    kept_by: tuple[Authority, ...] = ()
    exemption: str = ""
    citation: str = ""
    reason: Text
    marker: Annotated[str, AfterValidator(_fitting_marker)] = REDACTED
    no_override: StrictBool = False
    in_force_from: date | None = None
    in_force_until: date | None = None
    source_rules: tuple[SourceRule, ...] = ()
    note: str = ""
    quote: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Rule:
        if self.name == NO_RULE_FITS:
            raise ValueError(f"{NO_RULE_FITS} is the name of what happens where nothing fits; choose another")
        if (self.action is Action.REVIEW) != (self.proposal is not None):
            raise ValueError("a review, and only a review, has a proposal: withhold, release or what stands of it")
        if self.proposal is Action.REVIEW:
            raise ValueError("the proposal of a review is withhold, release or what stands of it")
        if self.no_override and not self.action.hides:
            raise ValueError("no_override belongs to action: withhold")
        if self.no_override and self.action.is_partial and not any(source.carries for source in self.kept_by):
            raise ValueError("of what is mandatory a part stands only where kept_by names the law that allows it")
        if self.withholds and not self.definition:
            raise ValueError("what withholds names its definition: what makes this personal information")
        if self.withholds and not any(source.carries for source in self.authority):
            raise ValueError(
                "what withholds names an authority of kind constitution, statute, regulation or case; "
                "a definition or a website policy lets nothing be withheld"
            )
        return self

    @property
    def effective(self) -> Action:
        """What a copy shows: the action, or what a review proposes."""
        return self.action if self.proposal is None else self.proposal

    @property
    def withholds(self) -> bool:
        """Whether this rule withholds, all of it or a part, or proposes to."""
        return self.effective.hides

    @property
    def authority_words(self) -> str:
        """The authorities as they stand in a decision, in one line."""
        return "; ".join(source.cite for source in self.authority)

    @property
    def citation_words(self) -> str:
        """What stands in the log: the citation as written, else the authority with its definition."""
        if self.citation or not self.definition:
            return self.citation or self.authority_words
        defined = f"definition: {self.definition}"
        return f"{self.authority_words} ({defined})" if self.authority else defined

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """What the note says was not confirmed: ``unverified`` and ``secondary``, whichever stand in it."""
        return tuple(word for word in ("unverified", "secondary") if re.search(rf"\b{word}:", self.note))


class SourceText(Strict):
    """A text that a policy was written from; ``dated`` as the text itself says, where it says."""

    title: Text
    dated: str = ""
    url: str = ""
    note: str = ""


class Promise(Strict):
    """What a website told people at the time when it took their information.

    It binds what was collected under it, from ``made_from`` to ``made_until`` (the last day, where it is known); one
    without a date is told for every day. It stands in the log and lets nothing be withheld by itself.
    """

    title: Text
    made_from: date | None = None
    made_until: date | None = None
    says: str = ""
    source_rules: tuple[SourceRule, ...] = ()
    note: str = ""

    def bound(self, day: str) -> bool:
        """Return whether what was collected on a day (ISO 8601) was collected under this promise."""
        starts, ends = self.made_from, self.made_until
        return (starts is None or starts.isoformat() <= day) and (ends is None or day <= ends.isoformat())


class Revoked(Strict):
    """A source of law that is no more; a policy that cites it is refused."""

    cite: Text
    by: Text
    source_rules: tuple[SourceRule, ...] = ()


class Example(Strict):
    """A finding and what the policy must do with it: a test that travels with the policy."""

    entity: Annotated[str, AfterValidator(lambda name: known_entities((name,))[0])]
    part: Word = "full"
    kind: Kind = Kind.PRIVATE
    linked: StrictBool = False
    joined: Entities | tuple[()] = ()
    signals: Signals | tuple[()] = ()
    label: str = ""
    score: Score = 1.0
    consent: StrictBool = False
    ordered: StrictBool = False
    recipient: Recipient = "requester"
    purpose: Purpose = "records_request"
    channel: Word = "online"
    origin: str = ""
    context: str = ""
    flags: Flags | tuple[()] = ()
    permitted_use: str = ""
    subject_access: StrictBool = False
    collected_on: date | None = None
    released_on: date | None = None
    action: Action
    proposal: Action | None = None
    rule: Word


class TableRules(Strict):
    """What a policy asks of tables as a whole.

    ``k``: every combination of the quasi-identifiers that stay has at least so many rows, or the table is held.
    ``generalise``: make these columns coarser until that is so. ``shuffle_rows``: rows leave in another order.
    """

    k: Annotated[int, Field(ge=2, le=1000)] | None = None
    generalise: StrictBool = False
    shuffle_rows: StrictBool = False
    definition: str = ""
    authority: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> TableRules:
        if self.generalise and self.k is None:
            raise ValueError("generalise needs k: the fewest rows that may share a combination")
        if self.generalise and not (self.definition and self.authority):
            raise ValueError("what generalises names its definition and its authority")
        return self


class Policy(Strict):
    """A policy: who wrote it for whom, and its rules in order. ``built_on`` names the policy that it extends.

    ``cell_size`` is the least count that goes out as it is.
    """

    name: Word
    title: Text
    version: Text
    built_on: str = ""
    jurisdiction: Text
    effective_from: date
    posted_on: date | None = None
    note: str = ""
    approved_by: str | None = None
    approved_on: date | None = None
    sources: tuple[SourceText, ...] = ()
    promises: tuple[Promise, ...] = ()
    revoked: tuple[Revoked, ...] = ()
    definitions_only: tuple[Text, ...] = ()
    unscannable: Literal["withhold_part", "hold_record"] = "withhold_part"
    use_agency_contacts: StrictBool = True
    use_officials: StrictBool = True
    use_business_contacts: StrictBool = True
    case_numbers_link: StrictBool = False
    hold_distribution_lists: StrictBool = False
    cell_size: Annotated[int, Field(ge=3, le=1000, strict=True)] = CELL_SIZE
    second_review: StrictBool = False
    tables: TableRules = TableRules()
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    examples: tuple[Example, ...] = ()

    _sha256: str = PrivateAttr(default="")
    _content: bytes = PrivateAttr(default=b"")

    def __hash__(self) -> int:
        return hash((self.name, self.version, self._sha256))

    @property
    def sha256(self) -> str:
        """The SHA-256 of ``content`` ("" where the policy came from no file)."""
        return self._sha256

    @property
    def content(self) -> bytes:
        """The whole policy as it goes into the release folder: its file, or where it extends another, both as one."""
        return self._content

    @property
    def markers(self) -> tuple[str, ...]:
        """Every text that this policy puts in the place of something withheld, sorted."""
        return tuple(sorted({rule.marker for rule in self.rules} | {REDACTED}))

    @property
    def is_signed_off(self) -> bool:
        """Whether counsel has approved this policy and the file says who and when."""
        return bool(self.approved_by and self.approved_on)

    def rule(self, name: str) -> Rule | None:
        """Return the rule of a name (None for ``no_rule_fits``)."""
        return next((rule for rule in self.rules if rule.name == name), None)

    def promises_on(self, day: str) -> tuple[Promise, ...]:
        """Return what the website promised to those whose information it took on a day (ISO 8601)."""
        return tuple(promise for promise in self.promises if day and promise.bound(day))

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """Yield what is wrong between the keys: the key, what, and the remedy."""
        yield from faults_between(self)
