"""The batch path gives what the recognizers give one text at a time, on every text at hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from pipeline import detect
from pipeline.detect import examine
from pipeline.model import Match
from pipeline.texts.plain_form import plain_form
from recognizers.presidio import Recognizer
from recognizers.registry import load_recognizers

_ROOT = Path(__file__).resolve().parent.parent
_DEV = _ROOT.parent / "shared" / "eval" / "dev"
_TOGETHER = 64


@pytest.fixture(scope="module")
def recognizers() -> list[Recognizer]:
    """All recognizers that need no model, the shapes of street addresses among them."""
    return load_recognizers("patterns")


@pytest.fixture(autouse=True)
def _as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at texts as they stand: what they hide in other forms has tests of its own (test_hidden_values.py)."""
    monkeypatch.setattr(detect, "other_forms", lambda _: ())


def _one_by_one(text: str, recognizers: list[Recognizer]) -> list[Match]:
    form = plain_form(text)
    found = []
    for recognizer in recognizers:
        for match in recognizer.find(form.text):
            start, end = form.span(match.start, match.end)
            found.append(replace(match, start=start, end=end))
    return found


def _agree(texts: list[str], recognizers: list[Recognizer]) -> int:
    """Compare the two ways; return how many matches there were."""
    count = 0
    for at in range(0, len(texts), _TOGETHER):
        batch = texts[at : at + _TOGETHER]
        for text, matches in zip(batch, examine([("", each) for each in batch], recognizers), strict=True):
            assert matches == _one_by_one(text, recognizers)
            count += len(matches)
    return count


def sample_texts() -> list[str]:
    paths = [each for each in sorted((_ROOT / "sample_data").rglob("*")) if each.suffix in {".txt", ".mbox", ".csv"}]
    whole = [each.read_text(encoding="utf-8", errors="replace") for each in paths]
    return [*whole, *(part for text in whole for part in text.split("\n\n") if part)]


def case_texts() -> list[str]:
    loaded = [yaml.safe_load(each.read_text(encoding="utf-8")) for each in (_ROOT / "tests" / "cases").glob("*.yaml")]
    return [case["text"] for data in loaded for case in (data["cases"] if isinstance(data, dict) else data)]


def test_a_batch_gives_what_one_text_at_a_time_gives(recognizers: list[Recognizer]) -> None:
    """On the sample data and all cases, the batch path and each recognizer alone find the same, in the same order."""
    assert _agree([*sample_texts(), *case_texts()], recognizers) > 500


@pytest.mark.shared
def test_a_batch_gives_the_same_on_the_labelled_sets(recognizers: list[Recognizer]) -> None:
    """On every text of the labelled sets, the batch path and each recognizer alone find the same."""
    for path in sorted(_DEV.glob("*.jsonl")):
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
        assert texts
        _agree(texts, recognizers)


def test_the_first_text_of_a_process_is_examined_like_any_other() -> None:
    """Triggers that a recognizer makes at its first call are looked for in that very text."""
    import subprocess
    import sys

    code = (
        "from pipeline.detect import examine\n"
        "from recognizers.registry import load_recognizers\n"
        "found = examine([('', 'username: jfern77, password: Qz7!rtpw, SSN 536-90-4399')], load_recognizers('patterns'))\n"
        "print(sorted({each.entity for each in found[0]}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "['PASSWORD', 'USERNAME', 'US_SSN']"
