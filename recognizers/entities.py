"""The entities that releasable knows: Presidio's names where Presidio has one."""

from __future__ import annotations

from typing import Final

DIRECT_IDENTIFIERS: Final = frozenset({"PERSON", "STREET_ADDRESS", "EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN"})
"""What makes another identifier a linked one when both stand in one record."""

PLACES: Final = frozenset({"city", "state", "county", "country"})
"""Parts of a STREET_ADDRESS that name a place where many live; alone they lead to nobody's door."""

POSTAL_CODES: Final = frozenset({"zip", "postcode", "long_zip"})
"""Its parts that are postal codes; a ``long_zip`` is longer than five digits and may lead to one building."""

UNIQUE_IDENTIFIER: Final = "UNIQUE_IDENTIFIER"
"""A number or token that is unique to somebody, not (yet) joined with a direct identifier."""

LINKED_IDENTIFIER: Final = "LINKED_IDENTIFIER"
"""The same once it stands with a private person's direct identifier. Made by linking, never by a recognizer."""

CARD_CODE: Final = "cvv"
"""The part of a CREDIT_CARD that is its security code: withheld as the card is, and no number of a card."""

ENTITIES: Final = (
    "PERSON",
    "STREET_ADDRESS",
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "US_SSN",
    "DATE_OF_BIRTH",
    "CREDIT_CARD",
    "BANK_ACCOUNT",
    "US_TAX_ID",
    "IP_ADDRESS",
    "US_DRIVER_LICENSE",
    "US_PASSPORT",
    "LICENSE_PLATE",
    "TRIBAL_ID",
    "MEDICAL",
    "USERNAME",
    "PASSWORD",
    UNIQUE_IDENTIFIER,
    LINKED_IDENTIFIER,
)
