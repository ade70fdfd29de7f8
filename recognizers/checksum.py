"""Check digits: Luhn (ISO/IEC 7812-1 annex B), ABA routing numbers, ISO 7064 mod 97-10 (IBAN)."""

from __future__ import annotations

from typing import Final

LUHN_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
ABA_WEIGHTS: Final = (3, 7, 1, 3, 7, 1, 3, 7, 1)
ABA_PREFIXES: Final = frozenset([*range(13), *range(21, 33), *range(61, 73), 80])


def _is_ascii_digits(value: str) -> bool:
    return value.isascii() and value.isdigit()


def passes_luhn(digits: str) -> bool:
    """Return whether ``digits`` (ASCII digits only) end in their Luhn check digit.

    >>> passes_luhn("4111111111111111"), passes_luhn("4111111111111112")
    (True, False)
    """
    if not _is_ascii_digits(digits):
        return False
    backwards = [int(digit) for digit in reversed(digits)]
    return (sum(backwards[::2]) + sum(LUHN_DOUBLED[digit] for digit in backwards[1::2])) % 10 == 0


def passes_aba(digits: str) -> bool:
    """Return whether ``digits`` are nine, start with an issued prefix and pass the 3-7-1 check.

    The first two digits are 00-12, 21-32, 61-72 or 80 (ABA Routing Number Policy).

    >>> passes_aba("011000015"), passes_aba("011000016"), passes_aba("991000015")
    (True, False, False)
    """
    if len(digits) != 9 or not _is_ascii_digits(digits) or int(digits[:2]) not in ABA_PREFIXES:
        return False
    return sum(weight * int(digit) for weight, digit in zip(ABA_WEIGHTS, digits, strict=True)) % 10 == 0


def passes_mod97(value: str) -> bool:
    """Return whether an IBAN's letters and digits (no blanks) pass ISO 7064 mod 97-10.

    >>> passes_mod97("GB82WEST12345698765432"), passes_mod97("GB83WEST12345698765432")
    (True, False)
    """
    if len(value) < 5 or not (value.isascii() and value.isalnum()):
        return False
    moved = value[4:] + value[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1
