"""What a policy file may say: rules in order, the first that fits a finding decides it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StrictBool,
    model_validator,
)

from pipeline.markers import REDACTED
from pipeline.model import Action, Kind
from recognizers.entities import ENTITIES

__all__ = ["ANY_ENTITY", "NO_RULE_FITS", "SIGNALS", "Authority", "Condition", "Example", "Policy", "Rule"]

ANY_ENTITY: Final = "*"
NO_RULE_FITS: Final = "no_rule_fits"
"""The rule that a decision names where nothing in the policy fits: review, proposed withhold."""

SIGNALS: Final = frozenset(
    {"government_mailbox", "official_title", "roster", "agency_contact", "common_word", "minor", "propagated"}
)
"""The facts about a finding that a rule may ask for (see ``Finding.signals``)."""

_CARRIES: Final = frozenset({"constitution", "statute", "regulation", "case"})
"""The sources of law on which a withholding can stand; a definition or a website policy is none."""

_MARKER: Final = re.compile(r"\[REDACTED(?: [A-Za-z0-9 ,.()/:'-]*[A-Za-z0-9).])?\]")


def _listed(value: Any) -> Any:
    """Let a single word stand for a list of one."""
    return (value,) if isinstance(value, str) else value


def _known_entities(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in ENTITIES and name != ANY_ENTITY:
            raise ValueError(f"unknown entity; known are {', '.join(ENTITIES)}")
    return names


def _known_signals(names: tuple[str, ...]) -> tuple[str, ...]:
    if not SIGNALS.issuperset(names):
        raise ValueError(f"unknown signal; known are {', '.join(sorted(SIGNALS))}")
    return names


def _fitting_marker(marker: str) -> str:
    if len(marker) > 60 or not _MARKER.fullmatch(marker):
        raise ValueError("a marker reads [REDACTED ...] in plain ASCII letters and digits, at most 60 characters")
    return marker


_Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Text = Annotated[str, Field(min_length=1)]
_Entities = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_known_entities), Field(min_length=1)]
_Words = Annotated[tuple[_Word, ...], BeforeValidator(_listed), Field(min_length=1)]
_Signals = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_known_signals), Field(min_length=1)]
_Texts = Annotated[tuple[_Text, ...], BeforeValidator(_listed), Field(min_length=1)]
_Kinds = Annotated[tuple[Kind, ...], BeforeValidator(_listed), Field(min_length=1)]
_Recipient = Literal["requester", "public", "court", "agency"]
_Recipients = Annotated[tuple[_Recipient, ...], BeforeValidator(_listed), Field(min_length=1)]
_Score = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    """Frozen, no unknown keys, and no error that repeats what was written."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Authority(_Strict):
    """One source of law: what kind it is, and how it is cited in the log."""

    kind: Literal[
        "constitution", "statute", "regulation", "case",
        "attorney_general", "agency_practice", "definition", "website_policy",
    ]  # fmt: skip
    cite: _Text

    @property
    def carries(self) -> bool:
        """Whether a withholding can stand on a source of this kind."""
        return self.kind in _CARRIES


class Condition(_Strict):
    """When a rule fits: every condition that is given must hold; one that is left out asks nothing."""

    entity: _Entities = (ANY_ENTITY,)
    part: _Words | None = None
    kind: _Kinds | None = None
    linked: StrictBool | None = None
    joined_any: _Entities | None = None
    signals_any: _Signals | None = None
    signals_none: _Signals | None = None
    label_any: _Texts | None = None
    recipient: _Recipients | None = None
    channel: _Words | None = None
    origin: _Words | None = None
    score_below: _Score | None = None
    score_at_least: _Score | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> Condition:
        low, high = self.score_at_least, self.score_below
        if low is not None and high is not None and low >= high:
            raise ValueError("no score is at least score_at_least and below score_below")
        return self


class Rule(_Strict):
    """One rule: when it fits, what happens, on which law, and what stands in the copy and in the log."""

    name: _Word
    when: Condition = Condition()
    action: Action
    proposal: Action | None = None
    definition: str = ""
    authority: tuple[Authority, ...] = ()
    exemption: str = ""
    citation: str = ""
    reason: _Text
    marker: Annotated[str, AfterValidator(_fitting_marker)] = REDACTED
    no_override: StrictBool = False
    source_rules: tuple[Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$")], ...] = ()
    note: str = ""
    quote: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Rule:
        if self.name == NO_RULE_FITS:
            raise ValueError(f"{NO_RULE_FITS} is the name of what happens where nothing fits; choose another")
        if (self.action is Action.REVIEW) != (self.proposal is not None):
            raise ValueError("a review, and only a review, has a proposal: withhold or release")
        if self.proposal is Action.REVIEW:
            raise ValueError("the proposal of a review is withhold or release")
        if self.no_override and self.action is not Action.WITHHOLD:
            raise ValueError("no_override belongs to action: withhold")
        if self.withholds and not self.definition:
            raise ValueError("what withholds names its definition: what makes this personal information")
        if self.withholds and not any(source.carries for source in self.authority):
            raise ValueError(
                "what withholds names an authority of kind constitution, statute, regulation or case; "
                "a definition or a website policy lets nothing be withheld"
            )
        return self

    @property
    def withholds(self) -> bool:
        """Whether this rule withholds, or proposes to."""
        return Action.WITHHOLD in (self.action, self.proposal)

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


class SourceText(_Strict):
    """A text that a policy was written from; ``dated`` as the text itself says, where it says."""

    title: _Text
    dated: str = ""
    url: str = ""
    note: str = ""


class Example(_Strict):
    """A finding and what the policy must do with it: a test that travels with the policy."""

    entity: Annotated[str, AfterValidator(lambda name: _known_entities((name,))[0])]
    part: _Word = "full"
    kind: Kind = Kind.PRIVATE
    linked: StrictBool = False
    joined: _Entities | tuple[()] = ()
    signals: _Signals | tuple[()] = ()
    label: str = ""
    score: _Score = 1.0
    recipient: _Recipient = "requester"
    channel: _Word = "online"
    origin: str = ""
    action: Action
    proposal: Action | None = None
    rule: _Word


class TableRules(_Strict):
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


class Policy(_Strict):
    """A policy: who wrote it for whom, and its rules in order."""

    name: _Word
    title: _Text
    version: _Text
    jurisdiction: _Text
    effective_from: date
    posted_on: date | None = None
    note: str = ""
    approved_by: str | None = None
    approved_on: date | None = None
    sources: tuple[SourceText, ...] = ()
    definitions_only: tuple[_Text, ...] = ()
    unscannable: Literal["withhold_part", "hold_record"] = "withhold_part"
    use_agency_contacts: StrictBool = True
    use_officials: StrictBool = True
    case_numbers_link: StrictBool = False
    hold_distribution_lists: StrictBool = False
    tables: TableRules = TableRules()
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    examples: tuple[Example, ...] = ()

    _sha256: str = PrivateAttr(default="")
    _content: bytes = PrivateAttr(default=b"")

    def __hash__(self) -> int:
        return hash((self.name, self.version, self._sha256))

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file this policy was loaded from ("" where it came from no file)."""
        return self._sha256

    @property
    def content(self) -> bytes:
        """The bytes of the file, as they go into the release folder."""
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

    def faults(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """Yield what is wrong between the keys: the key, what, and the remedy."""
        yield from _twice(self.rules)
        for number, rule in enumerate(self.rules):
            if rule.withholds and not any(self._stands_alone(source) for source in rule.authority):
                at = ("rules", number, "authority")
                yield at, "every authority is a section that only defines", "add the law that lets it be withheld"
        if (self.approved_by is None) != (self.approved_on is None):
            yield ("approved_by",), "a sign-off names both who and when", "fill in approved_by and approved_on"

    def _stands_alone(self, source: Authority) -> bool:
        return source.carries and not any(
            re.match(re.escape(section) + r"(?![\w-])", source.cite) for section in self.definitions_only
        )


def _twice(rules: tuple[Rule, ...]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    seen: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.name in seen:
            yield ("rules", number, "name"), "two rules have this name", "give each rule a name of its own"
        seen.add(rule.name)
