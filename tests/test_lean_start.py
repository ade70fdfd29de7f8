"""The main process holds no model and none of the libraries that only workers need: they cost it seconds and memory."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("presidio_analyzer", "spacy", "pandas", "scipy", "onnxruntime", "pypdfium2", "phonenumbers")


def test_the_main_process_of_a_release_loads_nothing_that_only_workers_need() -> None:
    told = f"import sys, pipeline.cli.redact, pipeline.release; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
