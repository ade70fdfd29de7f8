"""Keyed digests of values: what the house keeps of a value instead of the value.

A value is normalised first, so that ``(406) 555-0123`` and ``406.555.0123`` are one value,
then put through BLAKE2b (RFC 7693) with the key of the case or run. Nothing here makes an
unkeyed hash: all social security numbers can be tried in minutes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from itertools import permutations
from typing import Final

import numpy as np

from pipeline.texts.dates import MONTHS, iso_date
from pipeline.texts.internet_addresses import full_form, mapped_form, mapped_ipv4, prefix_length

DIGEST_SIZE: Final = 16
LEAST_KEY_SIZE: Final = 16
WHOLE_ORDERS: Final = 3  # names of up to three parts are searched in every order, longer ones rotated

TITLES: Final = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "hon", "rev", "reverend", "sir", "madam"]
)
SUFFIXES: Final = frozenset(["jr", "sr", "ii", "iii", "iv", "esq", "md", "phd", "dds", "rn", "cpa"])
_DIGITS_ONLY: Final = frozenset({"PHONE_NUMBER"})
_TOKEN = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['\u2019\u02bc][sS]\s*$")
_EXTENSION = re.compile(r"(?i)(?:\bext(?:ension)?\b|(?<=[\d ])x|#)\s*\.?\s*:?\s*\d{1,6}\s*$")


class _Folded(dict[int, str]):
    """The folded form of each character, made when it is first met (for ``str.translate``)."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character).casefold()
    kept = []
    for each in unicodedata.normalize("NFKD", plain):
        if unicodedata.category(each) in {"Mn", "Me", "Cf"}:  # accents, enclosing marks, zero-width and soft hyphen
            continue
        kept.append(str(unicodedata.decimal(each)) if each.isdecimal() else each)
    return "".join(kept)


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return ``text`` without case, accents, widths and invisible characters; it may change in length."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def folded_lengths(text: str) -> list[int]:
    """Return, for each code point of ``text``, how many code points it has in ``fold(text)``."""
    return [1] * len(text) if text.isascii() else [len(_FOLDED[ord(each)]) for each in text]


def tokens(text: str) -> list[str]:
    """Return the runs of letters and digits of ``text``, folded."""
    return _TOKEN.findall(fold(text))


def name_tokens(value: str) -> list[str]:
    """Return the parts of a person's name, given name first, without titles, suffixes and possessive."""
    parts = []
    for piece in _POSSESSIVE.sub("", value).split(","):
        whole = tokens(piece)
        kept = [each for each in whole if each not in TITLES and each not in SUFFIXES]
        if kept:
            parts.append(kept)
    if len(parts) == 2:
        parts.reverse()
    return [each for part in parts for each in part]


def normalise(entity: str, value: str) -> str:
    """Return the form in which two values of ``entity`` are compared; "" for a value without letters and digits."""
    if entity == "PERSON":
        return " ".join(name_tokens(value)) or " ".join(tokens(value))
    if entity == "EMAIL_ADDRESS":
        return fold(value).strip().strip("<>").removeprefix("mailto:")
    if entity in _DIGITS_ONLY:
        return _phone_digits(value) or "".join(tokens(value))
    if entity == "DATE_OF_BIRTH":
        return iso_date(fold(value)) or " ".join(tokens(value))
    if entity in {"STREET_ADDRESS", "MEDICAL"}:
        return " ".join(tokens(value))
    if entity == "IP_ADDRESS" and (full := full_form(value)):  # an IPv6 address has many spellings
        return f"{full}/{prefix_length(value)}".rstrip("/")
    if entity == "PASSWORD":  # case and signs are part of a password
        return value.strip()
    return "".join(tokens(value))


def _phone_digits(value: str) -> str:
    digits = "".join(each for each in _EXTENSION.sub("", fold(value)) if each.isdigit())
    american = len(digits) == 11 and digits.startswith("1")
    return digits[1:] if american else digits


def search_forms(entity: str, value: str) -> frozenset[str]:
    """Return the canonical forms under which a copy is searched for ``value``: letters and digits only.

    A name stands in every order of its parts, a telephone number with and without country
    code and extension, a date of birth in the usual ways to write it, an IPv6 address in full beside its own spelling.
    """
    forms = {"".join(tokens(_POSSESSIVE.sub("", value)))}
    if entity == "PERSON":
        forms |= _name_forms(tuple(name_tokens(value)))
    elif entity in _DIGITS_ONLY and (digits := _phone_digits(value)):
        forms |= {digits, f"1{digits}"} if len(digits) == 10 else {digits}
    elif entity == "DATE_OF_BIRTH":
        forms |= _date_forms(iso_date(fold(value)))
    elif entity == "IP_ADDRESS":
        forms |= {full_form(value) or mapped_form(value), "".join(tokens(mapped_ipv4(value)))}
    return frozenset(forms - {""})


def _name_forms(parts: tuple[str, ...]) -> set[str]:
    if len(parts) <= WHOLE_ORDERS:
        return {"".join(order) for order in permutations(parts)}
    return {"".join(parts[at:] + parts[:at]) for at in range(len(parts))}


def _date_forms(iso: str) -> set[str]:
    if not iso:
        return set()
    year, month, day = iso.split("-")
    short_month, short_day = month.lstrip("0"), day.lstrip("0")
    forms = {f"{year}{month}{day}", f"{month}{day}{year}", f"{short_month}{short_day}{year}", f"{day}{month}{year}"}
    for name in {MONTHS[int(month) - 1], MONTHS[int(month) - 1][:3]}:
        for number in {day, short_day, f"{short_day}th"}:
            forms |= {f"{name}{number}{year}", f"{number}{name}{year}"}
    return forms


_KEPT: Final = 16_384
"""Digests that are kept: values recur within mail and pages, which are close together; a table's come by column."""


class Keyed:
    """Makes keyed digests; equal values have equal digests under one key and nothing in common under another."""

    __slots__ = ("_gates", "_key", "_values")

    def __init__(self, key: bytes) -> None:
        """Take the key of the case or run (16 to 64 random bytes).

        Raises:
            ValueError: the key is too short or too long.
        """
        if not LEAST_KEY_SIZE <= len(key) <= blake2b.MAX_KEY_SIZE:
            raise ValueError(f"a digest key has {LEAST_KEY_SIZE} to {blake2b.MAX_KEY_SIZE} bytes, not {len(key)}")
        self._key = key
        self._values = lru_cache(maxsize=_KEPT)(self._digest)
        self._gates = lru_cache(maxsize=_KEPT)(self._gate)

    def __reduce__(self) -> tuple[object, ...]:  # a cache does not pickle
        return (Keyed, (self._key,))

    def __repr__(self) -> str:
        return "Keyed(...)"

    def digest(self, entity: str, value: str) -> str:
        """Return the keyed digest of the normalised value, 32 hex digits; "" for a value without content."""
        return self._values(entity, value)

    def _digest(self, entity: str, value: str) -> str:
        plain = normalise(entity, value)
        return self._hash(b"value", f"{entity}\0{plain}").hex() if plain else ""

    def form_digest(self, form: str) -> bytes:
        """Return the keyed digest of a canonical form, 16 bytes, whatever its entity."""
        return self._hash(b"form", form)

    def form_digests(self, forms: Iterable[bytes]) -> np.ndarray:
        """Return the first 64 bits of the digest of each canonical form (UTF-8), as ``form_digest`` makes it."""
        return self._many(b"form", b"", forms)

    def value_digests(self, entity: str, plain: Iterable[bytes]) -> np.ndarray:
        """Return the first 64 bits of the digest of each value in its compared form (UTF-8), as ``digest`` makes it."""
        return self._many(b"value", f"{entity}\0".encode(), plain)

    def _many(self, use: bytes, prefix: bytes, texts: Iterable[bytes]) -> np.ndarray:
        start = blake2b(prefix, digest_size=DIGEST_SIZE, key=self._key, person=use)
        made = bytearray()
        for text in texts:  # copying a hash that has taken in the key spares half of the work
            one = start.copy()
            one.update(text)
            made += one.digest()
        return np.frombuffer(bytes(made), dtype="<u8")[::2].astype(np.uint64)

    def gate(self, start: str) -> bytes:
        """Return the keyed digest of the first characters of a canonical form, 4 bytes: a cheap first test."""
        return self._gates(start)

    def _gate(self, start: str) -> bytes:
        return self._hash(b"gate", start)[:4]

    def _hash(self, use: bytes, text: str) -> bytes:
        data = text.encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=DIGEST_SIZE, key=self._key, person=use).digest()
