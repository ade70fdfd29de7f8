"""Drops names that their surroundings, or the rest of the text, show to be something else.

A name that a label, header, greeting or signature announced stays. Of the others, a stretch goes that is a form's own
label or the value of a field for something else, part of a firm's name or of an address. A lone word goes where what
speaks against a person (``in X``, ``the X``, ``X's deli``, an acronym, the same word in lower case elsewhere) is not
outweighed by what speaks for one anywhere in the text (``my husband X``, ``X said``, ``Jane X``, both models).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from recognizers.names.contexts import contexts
from recognizers.names.span import Span
from recognizers.names.things import is_thing
from recognizers.names.vocabulary import folded, vocabulary
from recognizers.names.words import Candidate, Cover, Word, phrase, words_of
from recognizers.pasted import heads

_PEOPLE: Final = frozenset({"PERSON", "GIVEN_NAME", "SURNAME"})
_PLACES: Final = frozenset({"CITY", "STREET_NAME", "STATE", "SECONDARY_ADDRESS"})
_UNSURE: Final = 0.6
_REACH: Final = 60
_LONGEST_LABEL: Final = 48
_HUMP: Final = re.compile(r"[a-z][A-Z]")
_HUMPED_NAME: Final = re.compile(r"(?:Ma?c|De|Di|La|Le|Lo|Du|Des|Del|Van|Von|St|San|Fitz|O|D|Mc)['\u2019]?[A-Z][a-z]+")
_DRAWN_OUT: Final = re.compile(r"([^\W\d_])\1\1", re.IGNORECASE)
_DOMAIN: Final = re.compile(r"(?:@|\bwww\.)([^\W_]{3,63})", re.IGNORECASE)
_LOWER: Final = re.compile(r"(?<![^\W\d_])[a-z]{3,30}(?![^\W\d_])")
_OWNING: Final = re.compile(r" ?['\u2019]s\b")
_OWNED_NOTHING: Final = re.compile(
    r" ?['\u2019]s ?(?:[.,;:!?)\n]|$| (?:and|or|for|in|on|is|was|has|all|again|today|last|this|the)\b)"
)
# What is somebody's own (`Sam's brother`, `Michael's address`) is told from a shop by what follows.
_OF_CHAIN: Final = re.compile(
    r" ?['\u2019]?s(?: ?[.,;:!?)\n]|$| (?:and|or|in|on|is|ice|club|burger|food|restaurant|store|menu|club|drive)\b)"
)
_SHOPPING: Final = re.compile(
    r"\b(?:gift cards?|groceries|coupons?|burgers?|fries|food|eat|eating|lunch|dinner|breakfast|menu|restaurants?|drive.?thru|stores?|mall|shop|shopping"  # noqa: E501  # one pattern, one line
    r"|tacos?|pizza|ice cream|club)\b",
    re.IGNORECASE,
)
_REST_OF_LABEL: Final = re.compile(r" (?:of|for|to|in|at|on|and)(?: [a-z]{2,12}){0,2}:")
_INITIALS: Final = re.compile(r"(?:^|[\W_])(?:[A-Za-z]\.){1,3} ?$")
_EMPLOYED: Final = re.compile(r"\b(?:work|works|worked|working|employed) (?:for|at|by) $")
_INTRODUCED: Final = re.compile(
    r"\b(?:calls?|called|named?) (?:me|him|her|us|it) $|\bnames? (?:is|are|was) $"
    r"|\b(?:i am|i'm|this is|here is|here's) $",
    re.IGNORECASE,
)
_FIRM_TAIL: Final = re.compile(
    r"(?: and | & )(?:sons?|daughters?|bros|brothers|associates|assoc|partners|co|company)\b", re.IGNORECASE
)
_IDENTIFIER: Final = frozenset("@_/=+\\~#%")
_KEYED_CODE: Final = re.compile(r"\w{0,20}=(?=(?:[a-f\-]*\d){2})[0-9a-f\-]{12,}", re.IGNORECASE)
_OF_TOWN: Final = re.compile(r"\b(?:city|town|village|municipality) of $", re.IGNORECASE)
_HOUSE_NUMBER: Final = re.compile(r" \d{1,4}(?![\d\-])")
_PREDICATE: Final = re.compile(r" (?:is|was) (?:an?|the) ((?:[\w\-]+ ){0,4}[\w\-]+)")


def undoubted(text: str, names: Sequence[Candidate], spans: Sequence[Span]) -> list[Candidate]:
    """Return the names that are left, in the order given.

    Args:
        text: the text that the names and spans are of.
        names: disjoint, in order of the text.
        spans: what the models said of the text.
    """
    page = _Page(text, names, spans)
    firm = [name for name in names if name.sure or not page.is_something_else(name)]
    lone = {(n.start, n.end): word for n in firm if not n.sure and (word := page.lone_word(n))}
    against: Counter[str] = Counter()
    speaks_for: Counter[str] = Counter()
    for word in lone.values():
        against[folded(word.text)] += page.speaks_against(word) + page.is_mostly_thing(word)
        speaks_for[folded(word.text)] += page.speaks_for(word)
    return [
        name
        for name in firm
        if (word := lone.get((name.start, name.end))) is None
        or (not page.is_no_name(word) and against[folded(word.text)] <= speaks_for[folded(word.text)])
    ]


def _is_acronym(text: str) -> bool:
    """Return whether a word in capitals is too short, or too poor in vowels, for a name: ``CCN``, ``ESMTP``."""
    if not (text.isupper() and text.isascii() and text.isalpha()):
        return False
    return len(text) <= 4 or (len(text) <= 6 and 4 * sum(letter in "AEIOUY" for letter in text) <= len(text))


class _Page:
    """A text with its names and what the models said of it."""

    def __init__(self, text: str, names: Sequence[Candidate], spans: Sequence[Span]) -> None:
        self._text, self._names, self._spans = text, names, spans
        self._words = vocabulary()
        self._contexts = contexts()

    def is_something_else(self, name: Candidate) -> bool:
        """Return whether the stretch is a label, the value of a field for something else, a firm or an address."""
        found = words_of(self._text, name.start, name.end)
        pair = len(found) > 1 and self._words.is_plain_given(found[0].text) and self._words.is_surname(found[-1].text)
        return (
            self._is_path(name)
            or is_thing(self._text[name.start : name.end])
            or self._is_chain(name)
            or (not pair and (self._is_label(name, found) or self._is_other_value(name)))
            or (not pair and (self._is_before_role(name, found) or self._is_place(name, found)))
            or self._is_firm(name, found)
            or self._is_address(name, found, pair=pair)
        )

    def _is_chain(self, name: Candidate) -> bool:
        """Return whether the name is that of a chain of shops with its ``'s``, and the text knows no such person."""
        low = self._text[name.start : name.end].lower().replace(".", "").removeprefix("s ")
        owns = _OF_CHAIN.match(self._text, name.end) is not None
        if low.endswith(("'s", "\u2019s")):
            low, owns = low[:-2].rstrip(), True
        return owns and low in self._contexts.chains and low not in self._known and self._speaks_of_shops

    @cached_property
    def _speaks_of_shops(self) -> bool:
        return _SHOPPING.search(self._text) is not None

    def lone_word(self, name: Candidate) -> Word | None:
        """Return the one word of the name, titles aside; nothing where there are more, or a title vouches for it."""
        found = words_of(self._text, name.start, name.end)
        return found[0] if len(found) == 1 else None

    def is_no_name(self, word: Word) -> bool:
        """Return whether the word itself cannot be a name: an acronym, ``IntraDay``, ``Soooo``, part of an address."""
        text, words = word.text, self._words
        if self._is_office_in_field(word):
            return True
        if self._beside_identifier(word) or set(folded(text)) == {"x"}:
            return True
        if not words.is_given(text) and self._is_aside(word):
            return True
        if len(text) == 2 and text.isupper() and word.low in self._contexts.states and not self._in_capitals(word):
            return True
        if words.is_listed(text):
            return False
        acronym = _is_acronym(text) and not self._in_capitals(word)
        humped = _HUMP.search(text) is not None and not _HUMPED_NAME.fullmatch(text)
        owned = folded(text) in self._domains and folded(text) not in self._known
        return acronym or humped or owned or _DRAWN_OUT.search(text) is not None

    def _is_office_in_field(self, word: Word) -> bool:
        """Return whether a field's one-line value ends with an office (``Office: Fire Warden``), or a town is named."""
        if _OF_TOWN.search(self._text, max(0, word.start - 20), word.start):
            return True
        mark = self._text.find(":", 0, word.start)
        alone = mark > 0 and "\n" not in self._text and not self._text[word.end :].strip()
        if not alone or word.low not in self._contexts.roles or word.low in self._words.particles:
            return False
        others = words_of(self._text, mark, word.start)
        return all(self._words.is_common(each.text) and not self._words.is_given(each.text) for each in others)

    def speaks_against(self, word: Word) -> int:
        """Return how much speaks against a person where the word stands."""
        words, low = self._words, word.low
        if words.is_plain_given(word.text):
            return int(self._is_venue(word))
        if word.text.islower() and not words.is_given(word.text) and not self._is_line(word):
            return 2
        before, after = self._before(word), self._after(word)
        possessive = self._text[word.end : word.end + 3].lstrip().startswith(("'s", "\u2019s"))
        return (
            (before in self._contexts.place_before and not possessive)
            + (before in self._contexts.determiners and not after.islower() and not low.endswith("s"))
            + (low in self._lower and word.is_capital)
            + self._is_venue(word)
            + 2 * (_EMPLOYED.search(self._text, max(0, word.start - 20), word.start) is not None)
            + self._is_thing(word)
            + self._is_rather_place(word)
        )

    def is_mostly_thing(self, word: Word) -> bool:
        """Return whether the parser takes an unlisted word mostly, and more than once, for a place or a thing."""
        if self._words.is_listed(word.text):
            return False
        low = folded(word.text)
        return self._things[low] > 1 and self._things[low] > self._persons[low]

    def _is_rather_place(self, word: Word) -> bool:
        """Return whether the classifier is unsure of an unlisted word that the parser takes for a place."""
        if self._words.is_listed(word.text) or self._parsed.touches(word.start, word.end):
            return False
        over = [s for s in self._spans if s.start <= word.start and word.end <= s.end]
        told = any(s.model == "spacy" and s.label in {"GPE", "LOC"} for s in over)
        scores = [s.score for s in over if s.model == "rampart" and s.label in _PEOPLE]
        return told and bool(scores) and max(scores) < _UNSURE

    @cached_property
    def _things(self) -> Counter[str]:
        return self._called(frozenset({"GPE", "LOC", "ORG", "FAC", "PRODUCT", "NORP"}))

    @cached_property
    def _persons(self) -> Counter[str]:
        return self._called(frozenset({"PERSON"}))

    def _called(self, labels: frozenset[str]) -> Counter[str]:
        chosen = (s for s in self._spans if s.model == "spacy" and s.label in labels)
        return Counter(folded(self._text[s.start : s.end].strip()) for s in chosen)

    def speaks_for(self, word: Word) -> int:
        """Return how much speaks for a person where the word stands, or by the rest of the text."""
        before, after = self._before(word), self._after(word)
        near = self._contexts
        return (
            2 * (_INTRODUCED.search(self._text, max(0, word.start - 24), word.start) is not None)
            + 2 * (_INITIALS.search(self._text, max(0, word.start - 9), word.start) is not None)
            + 2 * self._beside_given(word)
            + 2 * (before in near.relations or before in self._words.titles or before in near.addressing)
            + (after in near.doings)
            + 2 * (folded(word.text) in self._known)
            + (word.is_capital and self._both_agree(word))
        )

    def _beside_given(self, word: Word) -> bool:
        """Return whether a comma or ``and`` joins the word with a listed given name: ``Xu, Jane and Paul``."""
        found = words_of(self._text, word.end, word.end + 30)
        joiner = bool(found) and found[0].low == "and" and self._text[word.end : found[0].start] == " "
        following = found[1:2] if joiner else found[:1]
        gap = self._text[word.end : following[0].start] if following else ""
        return gap in {", ", " and ", " & "} and self._words.is_plain_given(following[0].text)

    def _both_agree(self, word: Word) -> bool:
        return self._classified.touches(word.start, word.end) and self._parsed.touches(word.start, word.end)

    def _before(self, word: Word) -> str:
        found = words_of(self._text, max(0, word.start - 30), word.start)
        return found[-1].low if found and self._text[found[-1].end : word.start] in {" ", ", ", ": "} else ""

    def _after(self, word: Word) -> str:
        found = words_of(self._text, word.end, word.end + 30)
        return found[0].low if found and self._text[word.end : found[0].start] == " " else ""

    def _beside_identifier(self, word: Word) -> bool:
        """Return whether a mark of an address, path or key touches the word."""
        text = self._text
        left, right = text[max(0, word.start - 1) : word.start], text[word.end : word.end + 1]
        return (left in {"@", "_", "=", "+", "\\"} or right in {"@", "_", "=", "+", "\\"}) and bool(left or right)

    def _is_aside(self, word: Word) -> bool:
        """Return whether the word stands alone in brackets, as in a transcript: ``(Laughter.)``."""
        text = self._text
        return text[word.start - 1 : word.start] == "(" and text[word.end : word.end + 2].lstrip(".").startswith(")")

    def _in_capitals(self, word: Word) -> bool:
        start = self._text.rfind("\n", max(0, word.start - 200), word.start) + 1
        end = self._text.find("\n", word.end, word.end + 200)
        return len(line := self._text[start : end if end >= 0 else word.end + 200]) > len(word.text) and line.isupper()

    def _is_venue(self, word: Word) -> bool:
        """Return whether the word names where one eats, buys or stays: ``lunch at X's``."""
        found = words_of(self._text, max(0, word.start - 30), word.start)[-2:]
        if not found:
            return False
        owning = _OWNING.match(self._text, word.end) is not None
        if found[-1].low in {"a", "another"}:
            return owning
        closed = owning and _OWNED_NOTHING.match(self._text, word.end) is not None
        if found[-1].low != "at":
            return False
        return closed or (len(found) == 2 and found[0].low in self._contexts.venues)

    def _is_thing(self, word: Word) -> bool:
        """Return whether the sentence says that the word is a firm, a place or a work."""
        return self._says_thing(word.end)

    def _says_thing(self, end: int) -> bool:
        match = _PREDICATE.match(self._text, end)
        return match is not None and any(w.low in self._contexts.predicates for w in words_of(match.group(1)))

    def _is_label(self, name: Candidate, found: list[Word]) -> bool:
        """Return whether the stretch is a form's own label (``City:``), holds one, or heads a pasted column."""
        line = self._line_start(name.start)
        begins = line >= 0 and not self._text[line : name.start].strip(" \t>*-\"'")
        ends = self._text[name.end : name.end + 3].lstrip(" \"'").startswith((":", "=")) or bool(
            _REST_OF_LABEL.match(self._text, name.end)
        )
        is_head = (begins and ends) or (name.start, name.end) in self._heads
        return is_head and all(self._is_of_label(word) for word in found)

    def _is_of_label(self, word: Word) -> bool:
        """Return whether the word may stand in a label: a common word, a key such as ``ZipCode``, an acronym."""
        text, words = word.text, self._words
        key = (_HUMP.search(text) and not _HUMPED_NAME.fullmatch(text)) or (text.isupper() and len(text) <= 4)
        return bool(key) or words.is_stop(word.low) or (words.is_common(text) and not words.is_given(text))

    def _line_start(self, at: int) -> int:
        """Return where the line of ``at`` begins; -1 where that is further off than a label and its value reach."""
        reach = max(0, at - _LONGEST_LABEL - _REACH)
        found = self._text.rfind("\n", reach, at)
        return found + 1 if found >= 0 or reach == 0 else -1

    def _is_other_value(self, name: Candidate) -> bool:
        """Return whether the line's label asks for something else: ``Company: …``."""
        line = self._line_start(name.start)
        mark = self._text.find(":", line, min(line + _LONGEST_LABEL, name.start)) if line >= 0 else -1
        if mark < 0 or name.start - mark > _REACH:
            return False
        parts = phrase(self._text[line:mark]).split()
        while len(parts) > 1 and parts[-1] in {"name", "full", "code"}:
            parts.pop()
        labels = self._contexts.other_labels
        return 0 < len(parts) <= 4 and (parts[-1] in labels or " ".join(parts[-2:]) in labels)

    def _is_path(self, name: Candidate) -> bool:
        """Return whether the stretch is a place in a mail system or a key: ``@``, a low line, ``sid=`` and its code."""
        text = self._text
        if _KEYED_CODE.fullmatch(text, name.start, name.end):
            return True
        if "_" in text[name.start : name.end] or text[name.start - 1 : name.start] == "@":
            return True
        return text[name.end : name.end + 1] == "@" and text[max(0, name.start - 3) : name.start].strip() == "/"

    def _is_before_role(self, name: Candidate, found: list[Word]) -> bool:
        """Return whether the words are a department before an office: ``Public Works Director``."""
        following = words_of(self._text, name.end, name.end + 30)[:1]
        if not following or self._text[name.end : following[0].start] != " " or not following[0].is_capital:
            return False
        plain = any(self._words.is_listed(w.text) and not self._words.is_common(w.text) for w in found)
        return following[0].low in self._contexts.roles and not plain

    def _is_place(self, name: Candidate, found: list[Word]) -> bool:
        """Return whether a state follows (``Helena, MT``), or an adjective of places begins (``Greater …``)."""
        if len(found) > 1 and found[0].low in self._contexts.place_before:
            return True
        following = words_of(self._text, name.end, name.end + 30)[:1]
        if not following or self._text[name.end : following[0].start] != ", " or len(found) > 2:
            return False
        low, state = following[0].low, following[0].text
        return low in self._contexts.states and (state.isupper() if len(low) == 2 else state.istitle())

    def _is_firm(self, name: Candidate, found: list[Word]) -> bool:
        """Return whether the name is one of several in a firm's: ``Doe, Roe and Poe Ltd``, ``Doe and Sons``."""
        if len(found) > 1:
            return False
        if _FIRM_TAIL.match(self._text, name.end):
            return True
        last, following = name.end, words_of(self._text, name.end, name.end + _REACH)
        steps = 0
        for word in following:
            gap = self._text[last : word.start]
            if word.low == "and" and gap in {" ", ", "}:
                continue
            joined = gap.strip() in {",", "&"} or self._text[last : word.start].strip(" ,") == "and"
            if joined and word.is_capital == found[0].is_capital:
                last, steps = word.end, steps + 1
                continue
            if steps > 0 and gap in {" ", ", "} and word.low in self._words.organisation:
                return True
            break
        return steps > 0 and self._says_thing(last)

    def _is_address(self, name: Candidate, found: list[Word], *, pair: bool) -> bool:
        """Return whether the classifier takes every word for a part of an address, or a house number follows."""
        before = words_of(self._text, max(0, name.start - 30), name.start)[-1:]
        if before and before[0].low in {"on", "of"} and _HOUSE_NUMBER.match(self._text, name.end) and len(found) > 1:
            return True
        if not found or self._classified.touches(name.start, name.end) or self._is_line(name):
            return False
        place = self._streets if pair or self._words.is_plain_given(found[0].text) else self._places
        held = [place.holds(word.start, word.end) for word in found]
        return all(held) or (any(held) and place is self._places and len(found) > 1)

    def _is_line(self, name: Candidate | Word) -> bool:
        """Return whether nothing else stands on the name's line."""
        left, right = self._text[max(0, name.start - 1) : name.start], self._text[name.end : name.end + 1]
        return left in {"", "\n"} and right in {"", "\n", "\r"}

    def _cover(self, model: str, labels: frozenset[str]) -> Cover:
        chosen = ((s.start, s.end) for s in self._spans if s.model == model and s.label in labels)
        return Cover(len(self._text), chosen)

    @cached_property
    def _heads(self) -> frozenset[tuple[int, int]]:
        """The cells of the first lines of pasted tables."""
        return frozenset(heads(self._text))

    @cached_property
    def _classified(self) -> Cover:
        return self._cover("rampart", _PEOPLE)

    @cached_property
    def _parsed(self) -> Cover:
        return self._cover("spacy", _PEOPLE)

    @cached_property
    def _places(self) -> Cover:
        return self._cover("rampart", _PLACES)

    @cached_property
    def _streets(self) -> Cover:
        return self._cover("rampart", frozenset({"STREET_NAME"}))

    @cached_property
    def _domains(self) -> frozenset[str]:
        """The names of mail and web hosts in the text: mostly organisations."""
        return frozenset(match.group(1).lower() for match in _DOMAIN.finditer(self._text))

    @cached_property
    def _lower(self) -> frozenset[str]:
        return frozenset(_LOWER.findall(self._text))

    @cached_property
    def _known(self) -> frozenset[str]:
        """The words of names of several words, and of names that were announced."""
        return frozenset(self._known_words())

    def _known_words(self) -> Iterator[str]:
        for name in self._names:
            found = words_of(self._text, name.start, name.end)
            vouched = name.sure or any(self._words.is_plain_given(word.text) for word in found)
            if name.sure or (len(found) > 1 and vouched):
                yield from (folded(word.text) for word in found if len(word.low) > 1)
