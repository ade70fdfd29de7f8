"""BANK_ACCOUNT: account numbers, ABA routing numbers and IBANs.

A US account number has no shape of its own (4 to 17 digits, the bank's choice), so it needs a
label. A routing number has nine digits: a Federal Reserve prefix and a 3-7-1 check digit; 3.8 %
of all nine-digit strings pass, so it needs a label or bank words. An IBAN has a country,
two check digits (ISO 7064 mod 97-10) and a length fixed by country: it stands by itself, and
behind a label even when the check fails.

Sources: ABA Routing Number Policy (American Bankers Association); ISO 13616-1 and the SWIFT IBAN
registry (``configs/iban_lengths.csv``).

    good: routing number 011000015, GB82 WEST 1234 5698 7654 32    bad: 011000015 (bare)
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from typing import ClassVar, Final

from recognizers.checksum import passes_aba, passes_luhn, passes_mod97
from recognizers.linear import pattern
from recognizers.model import Match
from recognizers.presidio import PatternRecognizer, Wake
from recognizers.resources import packaged_configs
from recognizers.text import (
    ENDING,
    Label,
    Labelled,
    Shape,
    Words,
    digits_of,
    has_digit,
    is_cut_out,
    joined,
    stands_alone,
)
from recognizers.triggers import DIGIT, NINE_DIGITS

_IBAN: Final = Shape(
    r"[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){10,40}",
    hint=r"\b[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){6}",  # letters of other scripts before it are seen later
)
_IBAN_LABELLED: Final = Label(("iban(?: (?:number|no|code))?",), r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){10,30}")
_NUMBER: Final = r"(?: (?:numbers?|nos?|num|nr|details?))"
_KIND: Final = (
    "(?:bank|checking|chequing|savings?|deposit|direct deposit|credit union|brokerage|money market|personal"
    "|beneficiary|recipient)"
)
_QUOTED: Final = r"[A-Z]{0,10}\d[\dA-Z]*(?:[ \-]\d[\dA-Z]*){0,4}"
_ACCOUNT: Final = Label(
    (f"accounts?{_NUMBER}", f"acc?t s?{_NUMBER}?", "accts?", "acct ?id", "acct? ?#", "acc", "accnum", "a/c",
     f"{_KIND} (?:accounts?|acct){_NUMBER}?",
     r"(?:n[u\x{00FA}]mero de )?cuenta(?: (?:bancaria|de banco|corriente|de ahorros?))?",
     f"(?:member|employee|payee) accounts?{_NUMBER}?", "accounts?"),
    _QUOTED,
)  # fmt: skip
_ENDING: Final = Label(
    (f"(?:{_KIND} )?(?:accounts?|acct){_NUMBER}?",),
    r"[Xx*#.]{0,8}\d{3,5}",
    joiner=ENDING,
)
_MASKED: Final = Label(
    (f"(?:{_KIND} )?(?:accounts?|acct){_NUMBER}?", "acct? ?#"),
    r"(?:[Xx*#\x{2022}]{2,12}[ \-]?){1,4}\d{3,5}|\.{2,12}\d{3,5}",
    joiner=r"(?:[\s:=_\-\"'(#]+|(?:numbers?|no|is|was)\b\.?){0,6}",
)
_ROUTING_NAMES: Final = (
    f"routing{_NUMBER}?(?: for (?:wire|direct|ach)(?: (?:transfers?|deposits?))?)?",
    f"(?:bank )?routing transit{_NUMBER}?",
    "rtn", f"rtg{_NUMBER}?", f"aba{_NUMBER}?",
    f"transit{_NUMBER}", f"aba routing{_NUMBER}?", "ach routing",
)  # fmt: skip
_ROUTING: Final = Label(_ROUTING_NAMES, r"\d{4}[ \-]?\d{4}[ \-]?\d|\d{3}[ \-]\d{3}[ \-]\d{3}|\d{8,9}|[A-Z]{2}\d{5,24}")
_CODES: Final = Label(
    ("ifsc(?: code)?", "micr(?: code| line)?", "swift(?: code)?", "sort code", "bsb(?: number)?"),
    r"[A-Z]{4,8}[A-Z0-9]{2,12}|\d{2}[\- ]?\d{2}[\- ]?\d{2}|\d{3}-?\d{3}",
)
_BARE: Final = pattern(r"\d{9}")
_BANK_WORDS: Final = Words(
    "banks?", "banking", "credit union", "direct deposits?", "wires?", "wire transfer", "ach", "checking", "savings",
    "routing", "aba", "deposit slip", "voided check", "electronic funds transfer", "eft",
)  # fmt: skip
_OTHER_ACCOUNT: Final = Words(
    "utility", "water", "sewer", "electric(?:ity)?", "gas", "power", "e mail", "user", "customer", "student", "library",
    "tax", "property", "github", "google", "twitter", "facebook", "instagram", "online", "fund", "general ledger", "gl",
    "budget", "expenditure", "on account of", "phone", "cell", "internet", "cable", "mychart", "login", "social media",
)  # fmt: skip
_NAMED_NUMBER: Final = pattern(
    r"(?i)num|n\x{00FA}m|bancari|banco|no\b|#|acct|acc\b|accnum|a/c|bank|checking|saving|deposit|details"
)
_OF_LEDGER: Final = pattern(r"\d{3,4}[-.]\d{2,6}(?:[-.]\d{2,6}){1,4}")
"""A code of a chart of accounts: fund, then function, object and the like (``1000-410-323``, ``101.4100.35``)."""
_LEDGER_WORDS: Final = Words(
    "budget", "budgeted", "fund", "funds", "appropriation", "appropriations", "expenditure", "expenditures", "object",
    "general ledger", "gl", "line item", "encumbered", "chart of accounts",
)  # fmt: skip


@cache
def iban_lengths() -> dict[str, int]:
    """Return the length of an IBAN by country code."""
    with (packaged_configs() / "iban_lengths.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {row["country"]: int(row["length"]) for row in rows}


class BankAccountRecognizer(PatternRecognizer):
    """Finds bank accounts by label, routing numbers by label or check digit, IBANs by check digits."""

    ENTITIES: ClassVar[tuple[str, ...]] = ("BANK_ACCOUNT",)
    NAME: ClassVar[str] = "bank_account"

    def triggers(self) -> Iterable[Wake]:
        labels = (_IBAN_LABELLED, _ROUTING, _CODES, _ACCOUNT, _ENDING, _MASKED)
        return (_IBAN.trigger, (_BANK_WORDS.trigger, NINE_DIGITS), *((each.trigger, DIGIT) for each in labels))

    def matches(self, text: str) -> list[Match]:
        if not has_digit(text):
            return []
        return joined([*self._ibans(text), *self._labelled_ibans(text), *self._routing(text), *self._accounts(text)])

    def _ibans(self, text: str) -> Iterator[Match]:
        for candidate in _IBAN.finditer(text):
            start = candidate.start()
            length = _iban_length(text[start : candidate.end()])
            if length and stands_alone(text, start, start + length):
                yield self._match(start, start + length, 0.95, "IBAN whose check digits fit", "iban")

    def _labelled_ibans(self, text: str) -> Iterator[Match]:
        for value in _IBAN_LABELLED.values(text):
            yield self._match(value.start, value.end, 0.85, "labelled as an IBAN", "iban")

    def _routing(self, text: str) -> Iterator[Match]:
        for value in _ROUTING.values(text):
            if is_cut_out(text, value.start, value.end):
                fits = passes_aba(digits_of(text[value.start : value.end]))
                reason = "labelled as a routing number" + ("" if fits else ", though its check digit does not fit")
                yield self._match(value.start, value.end, 0.95 if fits else 0.85, reason, "routing")
        for value in _CODES.values(text):
            if any(char.isdecimal() for char in text[value.start : value.end]):
                yield self._match(value.start, value.end, 0.85, "labelled as a bank's code", "routing")
        for label_start, label_end in _BANK_WORDS.spans(text) if NINE_DIGITS.fires(text) else ():
            low = max(0, label_start - 40)
            for candidate in _BARE.finditer(text[low : label_end + 60]):
                start, end = candidate.start() + low, candidate.end() + low
                if passes_aba(candidate.group()) and is_cut_out(text, start, end, after_letters=False):
                    yield self._match(
                        start, end, 0.6, "routing number by prefix and check digit near bank words", "routing"
                    )

    def _accounts(self, text: str) -> Iterator[Match]:
        for value in _ACCOUNT.values(text):
            if not _is_account(text, value):
                continue
            yield self._match(value.start, value.end, 0.85, "labelled as an account number", "account")
        for value in (*_ENDING.values(text), *_MASKED.values(text)):
            if not _OTHER_ACCOUNT.before(text, value.label_start, 14):
                yield self._match(value.start, value.end, 0.85, "last digits of a labelled account", "partial")

    def _match(self, start: int, end: int, score: float, reason: str, part: str) -> Match:
        return Match(start, end, "BANK_ACCOUNT", score, self.NAME, reason, part)


def _is_account(text: str, value: Labelled) -> bool:
    """Whether a labelled value can be a bank account: long enough for its label, no card, no utility account."""
    digits = digits_of(text[value.start : value.end])
    named = _NAMED_NUMBER.search(text[value.label_start : value.start]) is not None
    if not (5 if named else 7) <= len(digits) <= 20 or not is_cut_out(
        text, value.start, value.end, after_letters=False
    ):
        return False
    if not named and _is_of_ledger(text, value):
        return False
    is_card = len(digits) >= 15 and passes_luhn(digits)
    return not is_card and not _OTHER_ACCOUNT.before(text, value.label_start, 16, same_line=True)


def _is_of_ledger(text: str, value: Labelled) -> bool:
    """Return whether a value under a bare ``Account:`` is built like a budget's code and stands among words of budgets.

    The form alone is no ground: banks and utilities write numbers in groups too.
    """
    if _OF_LEDGER.fullmatch(text[value.start : value.end]) is None:
        return False
    signed = any(mark in text[value.label_start : value.start] for mark in ":=")
    near = text[max(0, value.label_start - 80) : value.end + 80]
    if not signed or any(True for _ in _BANK_WORDS.spans(near)):
        return False
    return any(True for _ in _LEDGER_WORDS.spans(near))


def _iban_length(value: str) -> int:
    """Return how many characters of a candidate are an IBAN whose length and check digits fit, 0 where none are."""
    wanted = iban_lengths().get(value[:2].upper(), 0)
    compact = ""
    for position, char in enumerate(value):
        if char.isalnum():
            compact += char.upper()
            if len(compact) == wanted:
                return position + 1 if passes_mod97(compact) else 0
    return 0
