"""What makes the name models quick changes nothing that they say: own network, doubtful places, kept runs."""

from __future__ import annotations

from itertools import pairwise

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizers import models
from recognizers.models import installed
from recognizers.names.ensemble import NameModels
from recognizers.names.entity_network import EntityNetwork
from recognizers.names.gating import doubtful
from recognizers.names.rampart import CONTEXT_TOKENS, LEAST_GAP, WHOLE_TOKENS, Rampart, surroundings
from recognizers.names.spacy_ner import SpacyNames
from recognizers.names.span import Span

LETTER = (
    "From: Petra Halvorsen <petra@example.org>\nTo: OJUKWU, MARCUS\n\nHi Delia,\n\nthe Pineford Council met on"
    " 3 March 2024 with Dr. Anselm Pruitt O'Dwyer of Quillfeather & Sons Ltd. in Billings, Montana.\n\n\n"
    "  My neighbour joaquin runningwolf-smith lives at 418 Alder Creek Road, Apt 7; his dog is called Rex.\n"
    "> Renée Winslow wrote: $40 million, 12 percent of the budget, by Friday at 5 p.m.\n\t--\nThanks,\nTibby"
)
PIECES = [
    *LETTER.split(),
    "\n",
    "\n\n",
    "  ",
    "\t",
    "Ἀθηνᾶ",
    "李明",
    "😀",
    "Smith,Jane",
    "(555)",
    "…",
    "JANE",
    "of",
    "the",
]


@pytest.fixture(scope="module")
def pipeline() -> spacy.Language:
    """The entity part of the model as spaCy itself runs it; skips aloud where it is not installed."""
    if models.verify():
        pytest.skip("the models are not installed: run `releasable models install`")
    unused = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
    return spacy.load(installed("en_core_web_md"), exclude=unused)


@pytest.fixture(scope="module")
def network(pipeline: spacy.Language) -> EntityNetwork:
    return EntityNetwork(pipeline)


@pytest.fixture(scope="module")
def lean(pipeline: spacy.Language) -> SpacyNames:
    """The recognizer as it is used: without the spelling of words and without spaCy's own vectors."""
    del pipeline
    return SpacyNames()


@pytest.fixture(scope="module")
def rampart() -> Rampart:
    if models.verify():
        pytest.skip("the models are not installed: run `releasable models install`")
    return Rampart()


def asked(text: str, spans: list[Span] | None = None) -> list[str]:
    return [text[start:end] for start, end in doubtful(text, spans or [])]


def test_own_network_gives_the_entities_of_spacy_in_a_letter(pipeline: spacy.Language, network: EntityNetwork) -> None:
    """Entities, bounds and labels of a text of many kinds of lines are those of spaCy's own run."""
    expected = [(each.start, each.end, each.label_) for each in pipeline(LETTER).ents]
    assert len(expected) > 8
    assert list(network.entities(pipeline.make_doc(LETTER))) == expected


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40))
def test_own_network_gives_the_entities_of_spacy_in_any_text(
    pipeline: spacy.Language, network: EntityNetwork, lean: SpacyNames, pieces: list[str]
) -> None:
    """Whatever the words and white space, all runs agree."""
    text = " ".join(pieces)
    entities = pipeline(text).ents
    expected = [(each.start, each.end, each.label_) for each in entities]
    assert list(network.entities(pipeline.make_doc(text))) == expected
    in_characters = [(each.start_char, each.end_char, each.label_) for each in entities]
    assert [(each.start, each.end, each.label) for each in lean._entities(text)] == in_characters


def test_what_was_read_before_changes_no_entity(pipeline: spacy.Language) -> None:
    """A word's numbers are the same whether it was met first or last, alone or among others."""
    fresh, used = EntityNetwork(pipeline), EntityNetwork(pipeline)
    for piece in PIECES:
        list(used.entities(pipeline.make_doc(piece)))
    doc = pipeline.make_doc(LETTER)
    assert (fresh._embedding.rows(doc) == used._embedding.rows(doc)).all()


def test_an_empty_text_has_no_entity(pipeline: spacy.Language, network: EntityNetwork) -> None:
    """Nothing to read is no error."""
    assert list(network.entities(pipeline.make_doc(""))) == []


@given(
    st.lists(st.tuples(st.integers(0, 990), st.integers(1, 30)), min_size=1, max_size=12),
    st.integers(WHOLE_TOKENS + 1, 250),
)
def test_surroundings_hold_each_place_once(places: list[tuple[int, int]], count: int) -> None:
    """What is read holds every place with its context, in order, and no token twice."""
    starts = [4 * at for at in range(count)]
    bounds = sorted((start, start + length) for start, length in places if start + length <= 4 * count)
    found = list(surroundings(bounds, starts))
    assert all(left[1] + LEAST_GAP < right[0] for left, right in pairwise(found))
    for start, end in bounds:
        first, last = start // 4, (end - 1) // 4
        wanted = max(first - CONTEXT_TOKENS, 0), min(last + 1 + CONTEXT_TOKENS, count)
        assert any(a <= wanted[0] and wanted[1] <= b for a, b in found)


def test_a_short_text_is_read_as_a_whole() -> None:
    """Where a place of a short text is asked about, nothing of it is left out; else nothing is read."""
    starts = list(range(0, 4 * WHOLE_TOKENS, 4))
    assert list(surroundings([(0, 2)], starts)) == [(0, WHOLE_TOKENS)]
    assert list(surroundings([], starts)) == []


def test_asking_about_the_whole_text_is_reading_it(rampart: Rampart) -> None:
    """The second model says the same of a text and of the place that is the whole text; of no place it says nothing."""
    assert rampart.annotate_about(LETTER, [(0, len(LETTER))]) == rampart.annotate(LETTER)
    assert rampart.annotate_about(LETTER, []) == []


def test_runs_that_are_kept_change_no_label(rampart: Rampart) -> None:
    """Reading a text again, after others, gives the same spans."""
    first = rampart.annotate(LETTER)
    rampart.annotate(LETTER[40:])
    assert rampart.annotate(LETTER) == first


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("She spoke to Quillfeather about it", ["Quillfeather"]),
        ("please ask kevin about it", ["kevin"]),
        ("It stands at 2722 Juniper Loop", ["2722 Juniper"]),
        ("višeslav", ["višeslav"]),
        ("The meeting was moved because of the weather", []),
        ("see http://Quillfeather.example/Tibby and Tibby@example.org", []),
        ("They ran it on 12 machines", []),
    ],
)
def test_only_possible_names_and_streets_are_in_doubt(text: str, places: list[str]) -> None:
    """Unknown and listed names and numbered streets are asked about; common words and addresses of the web are not."""
    assert [place for place in asked(text) if place in places] == places
    assert bool(asked(text)) == bool(places)


def test_what_the_first_model_calls_a_person_is_in_no_doubt() -> None:
    """The second model is not asked about people that were found."""
    text = "Yesterday in the hall Quillfeather spoke"
    start = text.index("Quill")
    assert asked(text, [Span(start, start + 12, "PERSON", 0.85, "spacy")]) == []
    assert asked(text, [Span(start, start + 12, "ORG", 0.85, "spacy")]) == ["Quillfeather"]


def test_annotations_depend_on_the_text_alone(rampart: Rampart) -> None:
    """One by one, together or in another order, the texts get the same spans."""
    texts = [*LETTER.splitlines(), LETTER, "Pineford", ""]
    spacy_names = SpacyNames()
    together = NameModels([spacy_names], rampart).annotate(texts)
    alone = [NameModels([spacy_names], rampart).annotate([text])[0] for text in texts]
    backwards = NameModels([spacy_names], rampart).annotate(texts[::-1])[::-1]
    assert together == alone == backwards
