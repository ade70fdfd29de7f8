"""The figures of an evaluation are what their definitions say, and only ``--errors`` prints any text."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import UsageError
from pipeline.evaluation import Document, GoldSet, Span, measure, misses, read_gold, read_predictions

SHARED = Path(__file__).parents[1] / ".." / "shared" / "eval"
SETS = (
    "emailcoref_enron", "form_rows", "nanni_incidents", "pattern_cases", "presidio_research",
    "probablepeople_strings", "spamassassin_mail_silver", "uner_ewt_other", "usaddress_strings",
)  # fmt: skip
TEXT = "Call Maren Voss at 406-555-0142 now"
NAME, PHONE = Span(5, 15, "PERSON"), Span(19, 31, "PHONE_NUMBER")


def gold_of(text: str = TEXT, *spans: Span, judged: str = "PERSON PHONE_NUMBER", recall_only: bool = False) -> GoldSet:
    """A set of one document with the id 1."""
    return GoldSet("one", (Document(1, text, spans, frozenset(judged.split())),), recall_only)


def written(folder: Path, name: str, *rows: dict[str, Any]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def row(id_: object = 1, text: str = TEXT, *spans: Span, **more: object) -> dict[str, Any]:
    return {"id": id_, "text": text, "spans": [span._asdict() for span in spans], **more}


# --- what the figures mean --------------------------------------------------------------


def test_finding_exactly_what_is_marked_is_perfect() -> None:
    """Everything found and nothing else: all shares are 1, the leak is 0."""
    all_ = measure(gold_of(TEXT, NAME, PHONE), {1: [NAME, PHONE]}).micro
    assert (all_.P, all_.R, all_.F2, all_.anyR, all_.charR, all_.charP, all_.leak) == (1, 1, 1, 1, 1, 1, 0)


def test_half_a_name_is_found_and_leaks() -> None:
    """A name of which one word stays readable counts as found, and as a leak."""
    person = measure(gold_of(TEXT, NAME), {1: [Span(5, 10, "PERSON")]}).labels["PERSON"]
    assert (person.R, person.leak, person.charR) == (1, 1, 5 / 9)


def test_a_wrong_label_covers_but_finds_nothing() -> None:
    """What is taken for something else is no leak, no recall, and no precision."""
    told = measure(gold_of(TEXT, PHONE, judged="PHONE_NUMBER US_SSN"), {1: [PHONE._replace(label="US_SSN")]})
    phone = told.labels["PHONE_NUMBER"]
    assert (phone.R, phone.anyR, phone.leak, told.labels["US_SSN"].P, told.micro.charP) == (0, 1, 0, 0, 1)


def test_a_label_that_nobody_marked_is_no_error_and_still_covers() -> None:
    """A find of an unjudged label is left out of precision; what it hides is hidden."""
    told = measure(gold_of(TEXT, NAME, judged="PERSON"), {1: [Span(0, 17, "USERNAME")]})
    assert set(told.labels) == {"PERSON"}
    assert (told.micro.pred, told.micro.P, told.micro.leak, told.micro.charR) == (0, 0, 0, 1)


def test_only_letters_and_digits_can_leak() -> None:
    """A full stop left outside is no leak, though it is a character less."""
    told = measure(gold_of("(406) 555-0142.", Span(0, 15, "PHONE_NUMBER")), {1: [Span(1, 14, "PHONE_NUMBER")]})
    assert (told.micro.leak, told.micro.charR) == (0, 12 / 14)


def test_a_city_that_an_address_takes_along_is_neither_right_nor_wrong() -> None:
    """Only the comma between street and city is too much."""
    marked = (Span(0, 9, "STREET_ADDRESS"), Span(11, 20, "LOCATION"))
    told = measure(
        gold_of("12 Oak St, Butte, MT", *marked, judged="STREET_ADDRESS"), {1: [Span(0, 20, "STREET_ADDRESS")]}
    )
    assert told.micro.charP == 7 / 8
    other = measure(
        gold_of("12 Oak St, Butte, MT", *marked, judged="STREET_ADDRESS PERSON"), {1: [Span(11, 20, "PERSON")]}
    )
    assert other.micro.charP == 0


def test_a_set_for_recall_only_has_no_precision() -> None:
    """Where not everything is marked, nothing is said of precision."""
    told = measure(gold_of(TEXT, NAME, recall_only=True), {1: [Span(0, 17, "PERSON")]}).micro
    assert (told.P, told.F2, told.charP, told.R) == (None, None, None, 1)


def test_nothing_marked_and_nothing_found_has_no_figures() -> None:
    """Shares of nothing are unknown, not 0."""
    told = measure(gold_of(), {}).micro
    assert {told.P, told.R, told.F2, told.anyR, told.charR, told.charP, told.leak} == {None}


def test_the_same_find_twice_counts_once() -> None:
    """A program that repeats itself is not measured twice."""
    assert measure(gold_of(TEXT, NAME), {1: [NAME, NAME]}).micro.pred == 1


spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 5), st.sampled_from(["PERSON", "PHONE_NUMBER", "OTHER"])).map(
        lambda each: Span(each[0], min(each[0] + each[1], len(TEXT)), each[2])
    ),
    max_size=8,
)


@given(spans, spans, spans)
def test_finding_more_never_leaks_more(marked: list[Span], found: list[Span], more: list[Span]) -> None:
    """Leak and recall can only get better by further finds, and shares stay between 0 and 1."""
    gold = gold_of(TEXT, *marked)
    few, many = measure(gold, {1: found}).micro, measure(gold, {1: [*found, *more]}).micro
    assert (many.leak or 0) <= (few.leak or 0)
    assert (many.R or 0) >= (few.R or 0)
    assert all(
        0 <= share <= 1 for share in (many.P, many.R, many.F2, many.charR, many.charP, many.leak) if share is not None
    )


def test_misses_name_their_kind() -> None:
    """Missed, partly open, wrong label and false alarm are told apart, as many of each as asked for."""
    other = Span(0, 4, "PERSON")
    found = [Span(5, 10, "PERSON"), other, PHONE._replace(label="US_SSN")]
    told = misses(gold_of(TEXT, NAME, PHONE), {1: found}, 1)
    assert [(each.kind, each.label, each.value) for each in told] == [
        ("partly open", "PERSON", "Maren Voss"),
        ("wrong label", "PHONE_NUMBER", "406-555-0142"),
        ("false alarm", "PERSON", "Call"),
    ]
    assert [each.kind for each in misses(gold_of(TEXT, NAME, PHONE), {}, 1)] == ["missed", "missed"]
    assert not misses(gold_of(TEXT, NAME), {1: []}, 0)


# --- the files --------------------------------------------------------------------------


def test_labels_come_from_the_file_beside(tmp_path: Path) -> None:
    """Judged is what the set marks, narrowed by the document and by the call; places alone only when asked for."""
    path = written(tmp_path, "set.jsonl", row(1, TEXT, NAME), row(2, TEXT, PHONE, meta={"labels": ["PHONE_NUMBER"]}))
    assert [set(each.judged) for each in read_gold(path).documents] == [{"PERSON", "PHONE_NUMBER"}] * 2
    about = {"labels": ["PERSON", "US_SSN", "LOCATION"], "per_doc_labels": True, "recall_only": True}
    (tmp_path / "set.meta.json").write_text(json.dumps(about), encoding="utf-8")
    gold = read_gold(path)
    assert ([set(each.judged) for each in gold.documents], gold.recall_only) == (
        [{"PERSON", "US_SSN"}, {"PHONE_NUMBER"}],
        True,
    )
    assert set(read_gold(path, ["LOCATION"]).documents[0].judged) == {"LOCATION"}


@pytest.mark.parametrize(
    "line",
    ["no json", '{"id": 1}', "[]", '{"id": 1, "text": 2, "spans": []}', '{"id": [], "text": "", "spans": []}']
    + [json.dumps(row(1, "Maren", Span(*span))) for span in ((0, 6, "A"), (-1, 2, "A"), (2, 2, "A"), (0, "1", "A"))],
)
def test_a_wrong_line_is_named_by_its_number_and_not_shown(tmp_path: Path, line: str) -> None:
    """The message says which line is wrong and holds nothing of it."""
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(row(0)) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_gold(path)
    assert "set.jsonl:2" in str(caught.value)
    assert "Maren" not in str(caught.value)


def test_an_id_stands_for_one_text(tmp_path: Path) -> None:
    """Two texts, or two predictions, with one id are refused."""
    gold = written(tmp_path, "set.jsonl", row(), row())
    with pytest.raises(UsageError):
        read_gold(gold)
    with pytest.raises(UsageError):
        read_predictions(gold, gold_of())


def test_predictions_have_to_fit_their_text(tmp_path: Path) -> None:
    """A span outside its text is refused; lines for other texts are counted."""
    path = written(tmp_path, "found.jsonl", {"id": 1, "spans": [NAME._asdict()]}, {"id": 7, "spans": []})
    assert read_predictions(path, gold_of()) == ({1: (NAME,)}, 1)
    wrong = written(tmp_path, "wrong.jsonl", {"id": 1, "spans": [{"start": 0, "end": 99, "label": "PERSON"}]})
    with pytest.raises(UsageError):
        read_predictions(wrong, gold_of())


# --- the command ------------------------------------------------------------------------


def test_the_command_prints_figures_and_no_text(tmp_path: Path) -> None:
    """Figures on the screen and as JSON; a value of the set only after --errors."""
    gold = written(tmp_path, "set.jsonl", row(1, TEXT, NAME, PHONE), row(2, TEXT, NAME))
    found = written(tmp_path, "found.jsonl", {"id": 1, "spans": [PHONE._asdict()]})
    call = ["evaluate", str(gold), "--predictions", str(found)]
    plain = CliRunner().invoke(app, [*call, "--json", str(tmp_path / "figures.json")])
    assert plain.exit_code == 0, plain.output
    assert "micro" in plain.output
    assert "Voss" not in plain.output
    told = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["sets"]["set"]
    assert (told["micro"]["gold"], told["micro"]["leak"], told["labels"]["PERSON"]["leak"]) == (3, 2 / 3, 1)
    assert "Voss" not in json.dumps(told)
    shown = CliRunner().invoke(app, [*call, "--errors", "1"])
    assert shown.output.count("Voss") == 1


@pytest.mark.models
def test_the_command_looks_for_itself(tmp_path: Path) -> None:
    """Without predictions the recognizers run, in the same workers as everywhere."""
    gold = written(tmp_path, "set.jsonl", row("a", TEXT, NAME, PHONE), row("b", "The sewer main is 12 feet deep."))
    told = CliRunner().invoke(app, ["evaluate", str(gold), "--accuracy", "fast", "--workers", "1", "--json", "-"])
    assert told.exit_code == 0, told.output
    micro = json.loads(told.stdout)["sets"]["set"]["micro"]
    assert (micro["gold"], micro["leak"], micro["P"]) == (2, 0, 1)


# --- the same figures as the shared scorer ----------------------------------------------


def invented(document: dict[str, Any], chance: random.Random) -> list[Span]:
    """Predictions with every kind of error: shifted, relabelled, left out, doubled, made up."""
    length = len(document["text"])
    found = []
    for marked in document["spans"]:
        start, end, label = marked["start"], marked["end"], marked["label"]
        if chance.random() < 0.2:
            continue
        if chance.random() < 0.4:
            start, end = max(0, start + chance.randint(-6, 3)), min(length, end + chance.randint(-3, 12))
        if chance.random() < 0.2:
            label = chance.choice(["PERSON", "STREET_ADDRESS", "LOCATION", "US_SSN", "UNHEARD_OF"])
        if start < end:
            found += [Span(start, end, label)] * chance.choice([1, 1, 2])
    for _ in range(chance.randint(0, 3) if length else 0):
        start = chance.randrange(length)
        found.append(
            Span(start, min(length, start + chance.randint(1, 20)), chance.choice(["PERSON", "STREET_ADDRESS"]))
        )
    return found


@pytest.mark.shared
@pytest.mark.parametrize("labels", ["", "PERSON,LOCATION,STREET_ADDRESS"])
@pytest.mark.parametrize("name", SETS)
def test_the_figures_are_those_of_the_shared_scorer(name: str, labels: str, tmp_path: Path) -> None:
    """On every set of the development data, to the last digit."""
    path = SHARED / "dev" / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("shared evaluation data is not beside the checkout")
    spec = importlib.util.spec_from_file_location("shared_scorer", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    documents = scorer.load_gold(str(path))
    chance = random.Random(name)
    found = written(
        tmp_path,
        "found.jsonl",
        *({"id": id_, "spans": [span._asdict() for span in invented(each, chance)]} for id_, each in documents.items()),
    )
    about = json.loads(path.with_name(f"{name}.meta.json").read_text(encoding="utf-8"))
    theirs = scorer.score(
        documents,
        scorer.load_pred(str(found), documents, {})[0],
        about["labels"],
        about.get("per_doc_labels", False),
        about.get("recall_only", False),
        set(labels.split(",")) if labels else None,
    )
    told = CliRunner().invoke(
        app, ["evaluate", str(path), "--predictions", str(found), "--labels", labels, "--json", "-"]
    )
    assert told.exit_code == 0, told.output
    ours = json.loads(told.stdout)["sets"][name]
    assert ours == {"labels": theirs["labels"], "micro": theirs["micro"]}
