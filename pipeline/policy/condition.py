"""When a rule fits: what it asks of a finding and of its record."""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import StrictBool, model_validator

from pipeline.model import Kind
from pipeline.policy.words import (
    ANY_ENTITY,
    Entities,
    Flags,
    Purposes,
    Recipients,
    Score,
    Signals,
    Strict,
    Texts,
    Whose,
    Words,
)

__all__ = ["FACT_LISTS", "FACT_TRUTHS", "Condition"]

FACT_LISTS: Final = ("recipient", "purpose", "channel", "origin", "context")
"""Conditions that name some of the words that a fact of the record may be."""
FACT_TRUTHS: Final = ("subject_access",)
"""Conditions that are the truth of a fact of the record."""


class Condition(Strict):
    """When a rule fits: every condition that is given must hold; one that is left out asks nothing.

    ``permitted_use`` names sections of law: the fact of the record must be one of them or a paragraph of it.
    ``ordered`` asks whether a recorded court order opens this entity, ``consent`` whether the owner of this mailbox or
    telephone agreed in time. A record whose date of collection nobody stated fits no ``collected_...``.
    """

    entity: Entities = (ANY_ENTITY,)
    part: Words | None = None
    kind: Whose | None = None
    linked: StrictBool | None = None
    joined_any: Entities | None = None
    signals_any: Signals | None = None
    signals_none: Signals | None = None
    label_any: Texts | None = None
    consent: StrictBool | None = None
    ordered: StrictBool | None = None
    recipient: Recipients | None = None
    purpose: Purposes | None = None
    channel: Words | None = None
    origin: Words | None = None
    context: Words | None = None
    flags_any: Flags | None = None
    flags_none: Flags | None = None
    permitted_use: Texts | None = None
    subject_access: StrictBool | None = None
    collected_from: date | None = None
    collected_until: date | None = None
    score_below: Score | None = None
    score_at_least: Score | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> Condition:
        low, high = self.score_at_least, self.score_below
        if low is not None and high is not None and low >= high:
            raise ValueError("no score is at least score_at_least and below score_below")
        first, last = self.collected_from, self.collected_until
        if first is not None and last is not None and first > last:
            raise ValueError("no date is from collected_from on and until collected_until")
        return self

    @property
    def lifts(self) -> bool:
        """Whether this asks for what alone lifts a mandatory withholding: subject access, or a court order."""
        own = self.subject_access is True and self.kind == (Kind.REQUESTER,) and self.recipient == ("requester",)
        return own or self.ordered is True
