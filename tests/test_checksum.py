"""Check digits against published numbers, and that one wrong digit never passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizers.checksum import passes_aba, passes_luhn, passes_mod97


@pytest.mark.parametrize(
    "number", ["4111111111111111", "378282246310005", "6011111111111117", "30569309025904", "79927398713", "0"]
)
def test_luhn_accepts_published_test_numbers(number: str) -> None:
    """The networks' own test numbers pass."""
    assert passes_luhn(number)


@pytest.mark.parametrize(
    "number", ["4111111111111112", "79927398710", "", "4111 1111 1111 1111", "\uff14111111111111111", "-1"]
)
def test_luhn_refuses_wrong_digits_and_other_characters(number: str) -> None:
    """A wrong check digit, blanks and non-ASCII digits do not pass."""
    assert not passes_luhn(number)


@given(st.text("0123456789", min_size=2, max_size=19), st.data())
def test_luhn_catches_every_single_wrong_digit(body: str, data: st.DataObject) -> None:
    """Changing one digit of a number that passes makes one that does not."""
    number = next(body + check for check in "0123456789" if passes_luhn(body + check))
    at = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[at]]))
    assert not passes_luhn(number[:at] + other + number[at + 1 :])


@pytest.mark.parametrize("number", ["011000015", "021000021", "122105155", "091000019"])
def test_aba_accepts_published_routing_numbers(number: str) -> None:
    """Routing numbers of Federal Reserve banks and large banks pass."""
    assert passes_aba(number)


@pytest.mark.parametrize("number", ["011000016", "991000015", "01100001", "0110000150", "abcdefghi", ""])
def test_aba_refuses_wrong_prefix_length_and_check(number: str) -> None:
    """A wrong check digit, a prefix that is not issued, or a wrong length does not pass."""
    assert not passes_aba(number)


@pytest.mark.parametrize(
    "iban", ["GB82WEST12345698765432", "DE89370400440532013000", "NO9386011117947", "gb82west12345698765432"]
)
def test_mod97_accepts_published_ibans(iban: str) -> None:
    """The registry's example IBANs pass, in either case."""
    assert passes_mod97(iban)


@pytest.mark.parametrize(
    "iban", ["GB83WEST12345698765432", "DE8937040044053201300", "GB82 WEST 1234", "", "É829370400"]
)
def test_mod97_refuses_wrong_digits_and_other_characters(iban: str) -> None:
    """Wrong check digits, blanks and non-ASCII letters do not pass."""
    assert not passes_mod97(iban)
