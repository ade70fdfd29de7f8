"""Names of people: windows, offsets, the models' shared annotations, rules, and the seam to Presidio."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from recognizers import models
from recognizers.errors import ModelMissing
from recognizers.names import ensemble
from recognizers.names.casing import respelled
from recognizers.names.doubts import undoubted
from recognizers.names.ensemble import NameModels
from recognizers.names.introduced import introduced
from recognizers.names.labelled import label_kind, part_of_label
from recognizers.names.spacy_ner import PIECE_CHARS, PIECE_OVERLAP
from recognizers.names.span import Span
from recognizers.names.vocabulary import vocabulary
from recognizers.names.windows import text_windows, windows
from recognizers.names.words import Candidate
from recognizers.person_name import PersonName


@pytest.fixture(scope="module")
def thorough() -> PersonName:
    """The recognizer with both models; skips aloud where they are not installed."""
    if models.verify():
        pytest.skip("the models are not installed: run `releasable models install`")
    return PersonName("thorough")


@pytest.fixture
def rules() -> PersonName:
    """The recognizer without any model: what its rules find alone."""
    recognizer = PersonName("fast")
    recognizer.__dict__["models"] = NameModels([])
    return recognizer


def found(recognizer: PersonName, text: str) -> list[str]:
    return [text[match.start : match.end] for match in recognizer.find(text)]


@given(st.integers(0, 3000), st.integers(2, 200), st.data())
def test_windows_keep_every_item_exactly_once(length: int, size: int, data: st.DataObject) -> None:
    """The kept parts of all windows are the whole, in order, and lie inside what each window sees."""
    overlap = data.draw(st.integers(0, size - 1))
    made = windows(length, size, overlap)
    assert [item for window in made for item in range(window.keep_start, window.keep_end)] == list(range(length))
    assert all(w.start <= w.keep_start < w.keep_end <= w.end <= w.start + size for w in made)


@given(st.text("ab \n", max_size=400), st.integers(8, 60), st.data())
def test_text_windows_lose_no_character(text: str, size: int, data: st.DataObject) -> None:
    """Moving a window's start to white space never moves it past what it keeps."""
    made = text_windows(text, size, data.draw(st.integers(0, size - 1)))
    assert "".join(text[w.keep_start : w.keep_end] for w in made) == text
    assert all(w.start <= w.keep_start and w.keep_end <= w.end for w in made)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ABCdeé ßİ.,:'-\n\t123@<>()\"&/éА中 \u0301"), max_size=120))
def test_matches_of_any_text_fit_and_do_not_overlap(text: str) -> None:
    """Whatever the text, spans are inside it, in order, disjoint, and on no white space at their edges."""
    recognizer = PersonName("fast")
    recognizer.__dict__["models"] = NameModels([])
    matches = recognizer.find(text)
    assert all(match.fits(text) for match in matches)
    assert all(left.end <= right.start for left, right in pairwise(matches))
    assert all(not text[m.start].isspace() and not text[m.end - 1].isspace() for m in matches)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_respelled_lines_keep_their_length(text: str) -> None:
    """The second pass reads text of the same length, so that its spans need no moving."""
    for start, line in respelled(text):
        assert len(line) <= len(text) - start
        assert line.casefold()[:1] == text[start : start + len(line)].casefold()[:1]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("name", "sure"), ("applicant name", "sure"), ("first", "sure"), ("last name", "sure"), ("claimant", "role"), ("property owner", "role"),
        ("file name", ""), ("user name", ""), ("company name", ""), ("event name", ""), ("subject", ""), ("name of business", ""), ("school name", ""),
    ],
)  # fmt: skip
def test_labels_announce_names_or_not(label: str, kind: str) -> None:
    """A name's label is told from the label of something else that has a name."""
    assert label_kind(label, vocabulary()) == kind


@pytest.mark.parametrize(
    ("label", "part"),
    [
        ("last name", "surname"),
        ("first", "given"),
        ("middle initial", "initials"),
        ("name", "full"),
        ("last first", "full"),
    ],
)
def test_labels_say_which_part_they_ask_for(label: str, part: str) -> None:
    """A column of surnames gives surnames."""
    assert part_of_label(label) == part


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("From: Halvorsen, Petra\nTo: Ojukwu, Marcus", ["Halvorsen", "Petra", "Ojukwu", "Marcus"]),
        ("last_name=Quillfeather", ["Quillfeather"]),
        ("Hi Zuzka,\nsee below", ["Zuzka"]),
        ("Regards,\nTibby", ["Tibby"]),
        ("I met Jane Smith there", ["Jane Smith"]),
        ("SMITH, JANE A", ["SMITH, JANE A"]),
        ("Hi everyone,", []),
        ("company name: Quillfeather", []),
        ("name: n/a", []),
        ("the fence is up\nthanks bill", ["bill"]),
        ("I met my husband Zuk there", ["Zuk"]),
        ("We asked. Then Zuk said no", ["Zuk"]),
        ("see Zuk Quill <zquill@example.org>", ["Zuk Quill"]),
        ("see Records List <records@example.org>", []),
        ("Jane's deli is closed", []),
        ("Dear Town Clerk,\nhello", []),
        ("The gate is shut.\n-- \nRuth Two Rivers", ["Ruth Two Rivers"]),
    ],
)
def test_rules_find_names_without_any_model(rules: PersonName, text: str, names: list[str]) -> None:
    """Labels, headers, greetings, sign-offs and lists work on their own."""
    covered = found(rules, text)
    assert all(any(name in piece for piece in covered) for name in names)
    assert bool(covered) == bool(names)


def said(text: str, name: str, *, models: tuple[str, ...] = ("spacy",), label: str = "PERSON") -> list[str]:
    """Return the names found where the models of the given names call ``name`` a ``label`` wherever it stands."""

    class Saying:
        def annotate(self, asked: str) -> list[Span]:
            places = [at for at in range(len(asked)) if asked.startswith(name, at)]
            return [Span(at, at + len(name), label, 0.9, model) for at in places for model in models]

    recognizer = PersonName("thorough")
    recognizer.__dict__["models"] = NameModels([Saying()])
    return found(recognizer, text)


@pytest.mark.parametrize(
    "text",
    [
        "We drove through Quillby and stopped in Quillby.", "It cost less than a Quillby.", "Quillby, MT is far.", "I work for Quillby.",
        "Lunch at Quillby's.", "Quillby is a design agency.", "Write to info@quillby.example, Quillby answers.",
        "The Quillby bid. We saw quillby on the sign.", "Quillby and Sons built it.", "city: Quillby",
    ],
)  # fmt: skip
def test_a_word_that_its_surroundings_show_to_be_something_else_is_no_person(text: str) -> None:
    """What a model takes for a lone name is dropped where the text around it, or elsewhere, speaks against a person."""
    assert said(text, "Quillby") == []


@pytest.mark.parametrize(
    "text",
    ["Quillby said no.", "Thanks to my neighbor Quillby.", "We saw Quillby there.", "Jane Quillby came. A Quillby is here.", "Dr. Quillby", "in g.b. Quillby"],
)  # fmt: skip
def test_a_word_that_speaks_and_has_kin_is_a_person(text: str) -> None:
    """Verbs, titles and kinship, or the full name elsewhere, outweigh what speaks against a person."""
    assert any("Quillby" in piece for piece in said(text, "Quillby"))


@pytest.mark.parametrize("word", ["INGT", "IntraDay", "Soooo", "XXX-XX-XXXX"])
def test_acronyms_keys_and_drawn_out_words_are_no_names(word: str) -> None:
    """A word that is shaped like no name is dropped although a model takes it for one."""
    assert said(f"We sent {word} to them.", word) == []


def test_both_models_together_outweigh_a_doubt() -> None:
    """Where both models see a person, one sign against it does not drop the name."""
    assert said("It was near Quillby then.", "Quillby") == []
    assert said("It was near Quillby then.", "Quillby", models=("spacy", "rampart")) != []


@given(
    st.sampled_from(["the", "in", "a", "my", "work for", "at"]),
    st.sampled_from(["Ltd", "'s deli", ", MT", " and Sons"]),
)
def test_a_name_that_a_label_announced_is_never_doubted(before: str, after: str) -> None:
    """Doubts are about what models and lists found, not about what a form calls a name."""
    text = f"{before} Quillby{after}"
    announced = Candidate(text.index("Quillby"), text.index("Quillby") + 7, 0.9, "label", sure=True)
    assert undoubted(text, [announced], []) == [announced]


def test_the_models_run_once_a_text() -> None:
    """A second recognizer that asks for the same texts gets the annotations that the first one caused."""

    class Counting:
        calls = 0

        def annotate(self, text: str) -> list[Span]:
            self.calls += 1
            return [Span(0, len(text), "PERSON", 0.9, "spacy")]

    model = Counting()
    shared = NameModels([model])
    first = shared.annotate(["Jane", "Doe", "Jane"])
    assert shared.annotate(["Doe", "Jane"]) == [first[1], first[0]]
    assert model.calls == 2


def test_reasons_never_hold_the_value(rules: PersonName) -> None:
    """A reason is read in logs and reports: it says what was found, not whom."""
    for match in rules.find("name: Quillfeather\nHi Zuzka,\nFrom: Halvorsen, Petra"):
        assert not any(word in match.reason for word in ("Quillfeather", "Zuzka", "Halvorsen", "Petra"))


def test_a_missing_model_stops_the_scan_and_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """Without its models the recognizer raises: it never scans with less, and never downloads."""
    monkeypatch.setenv("RELEASABLE_MODELS", str(tmp_path))
    for cached in (ensemble._rampart, ensemble._spacy, ensemble._shared):
        cached.cache_clear()
    try:
        with pytest.raises(ModelMissing, match="not installed") as caught:
            PersonName("fast").find("Jane Doe")
        assert "releasable models install" in str(caught.value)
    finally:
        for cached in (ensemble._rampart, ensemble._spacy, ensemble._shared):
            cached.cache_clear()


@pytest.mark.models
@pytest.mark.parametrize("level", ["fast", "thorough"])
def test_a_name_on_any_window_boundary_is_found(thorough: PersonName, level: str) -> None:
    """Wherever a name lies in a long text, also across the edge of a model's window, it is found whole."""
    recognizer = PersonName(level)
    filler = "the water level was read again at noon and the gate was shut "
    for place in range(60, 150, 3):
        words = (filler * 30).split()
        words[place:place] = ["and", "then", "Petra", "Halvorsen", "came", "in."]
        text = " ".join(words)
        at = text.index("Petra Halvorsen")
        assert any(m.start <= at and m.end >= at + 15 for m in recognizer.find(text)), place


@pytest.mark.models
def test_a_name_on_the_edge_of_a_piece_of_a_very_long_text_is_found(thorough: PersonName) -> None:
    """Texts longer than one piece are read in overlapping pieces, and offsets stay those of the whole."""
    filler = "The gauge was read and the gate was shut. "
    for shift in (-PIECE_OVERLAP, -PIECE_OVERLAP // 2 - 5, -8, 0, 8):
        lead = (filler * 600)[: PIECE_CHARS + shift].rsplit(" ", 1)[0]
        text = f"{lead} Then Petra Halvorsen came. {filler * 20}"
        at = text.index("Petra Halvorsen")
        assert any(m.start <= at and m.end >= at + 15 for m in thorough.find(text))


@pytest.mark.models
def test_offsets_are_code_points_of_the_given_text(thorough: PersonName) -> None:
    """Accents, combining marks, emoji and wide characters before a name do not move its span."""
    for lead in ("", "\U0001d4b3\U0001f600 ", "cafe\u0301 ", "İstanbul ß ", "中文字 "):
        text = f"{lead}My name is José Ángel Muñoz and I live here."
        assert any("José Ángel Muñoz" in piece for piece in found(thorough, text)), lead


@pytest.mark.models
def test_annotations_depend_on_the_text_alone(thorough: PersonName) -> None:
    """A text gives the same matches alone, in a batch, and in another order."""
    texts = ["Jane Doe called.", "name: Standing Bear", "", "Hi Chris,\nplease see Petra Halvorsen.\nThanks,\nJoaquin"]
    together = thorough.find_many(texts)
    assert together == [thorough.find(text) for text in texts]
    assert thorough.find_many(texts[::-1]) == together[::-1]


class _NoLanguageModel(NlpEngine):
    """The least that an ``AnalyzerEngine`` needs: the recognizers here bring their own models."""

    def load(self) -> None: ...
    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        return NlpArtifacts([], [], [], [], self, language)

    def process_batch(self, texts, language, **_):
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["en"]


@pytest.mark.models
def test_a_stock_analyzer_engine_gives_the_matches_of_find(thorough: PersonName) -> None:
    """Registered in Presidio's engine the recognizer gives the same spans and scores as by itself."""
    registry = RecognizerRegistry(recognizers=[thorough], supported_languages=["en"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=_NoLanguageModel(), supported_languages=["en"])
    text = "Dear Ms. Doe:\nPetra Halvorsen and Marcus Ojukwu will call.\nThanks,\nJoaquin"
    results = engine.analyze(text, language="en", entities=["PERSON"])
    assert {(r.start, r.end, r.score) for r in results} == {(m.start, m.end, m.score) for m in thorough.find(text)}
    assert len(results) >= 4


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "A-",
        "a.",
        "x@",
        "@",
        "<",
        "(",
        "name: ",
        "To: Doe, ",
        "Jane ",
        'Jane "',
        "J. ",
        "thanks ",
        " ",
        "\n",
        "Jane said ",
        "my husband Jane ",
        "Jane <a@",
        "Jane and ",
        "A: Jane ",
    ],
)
def test_hostile_text_costs_time_in_proportion_to_its_length(rules: PersonName, piece: str) -> None:
    """Four times the text takes nowhere near sixteen times as long: no rule is quadratic."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        start = time.perf_counter()
        rules.find(text)
        return time.perf_counter() - start

    seconds(1_000)
    assert seconds(32_000) < 10 * seconds(8_000) + 1.0


@pytest.mark.parametrize("text", ["Student I.D. cards", "a student G.P.A. of 3.5", "Youth Y.M.C.A. hall"])
def test_an_abbreviation_is_no_ones_initials(text: str) -> None:
    """What schools and courts shorten is not taken for the initials of a child."""
    assert not list(introduced(text, []))


def test_initials_of_a_child_are_found() -> None:
    assert [each.start for each in introduced("Student J.R.S. was heard", [])] == [8]
