"""``releasable demo``: a release of the sample case, start to finish."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Accuracy, WorkersOption
from pipeline.cli.running import Asked
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.release import Release

REQUEST = "demo"
KINDS = ("mailbox", "messages", "web_form", "logs", "desktop", "letters", "exports", "documents")
"""The folders of the sample case that hold records; the others tell about them."""


def demo_command(
    out: Annotated[Path, typer.Option("--out", help="The release folder to make.")] = Path("demo-release"),
    workers_: WorkersOption = 0,
) -> None:
    """Redact the made-up sample case under the Montana policy and say where to look.

    Nobody in it is real. Two of its records are encrypted on purpose, to show that what cannot be examined is held.
    """
    from pipeline.cli.tables import print_release  # noqa: PLC0415 - keeps --help quick

    sample = sample_folder()
    _clear_earlier_demo(out)
    from pipeline.cli.redacting import Wanted, redact_paths  # noqa: PLC0415

    asked = Asked("montana", sample / "config", Accuracy.THOROUGH, "", workers_)
    done = redact_paths([sample / kind for kind in KINDS], out, asked, Wanted(REQUEST))
    print_release(done.summary, str(out))
    typer.echo(_closing(out))
    raise typer.Exit(0 if held_as_planted(done, sample) else done.exit_code)


def sample_folder() -> Path:
    """Return the folder of the sample case: in a checkout, or inside the installed package.

    Raises:
        ConfigError: this installation came without it.
    """
    here = Path(__file__).resolve().parents[1]
    for folder in (here / "sample_data", here.parent / "sample_data"):
        if (folder / "planted.json").is_file():
            return folder
    raise ConfigError("sample_data", "this installation has no sample case", "install releasable again")


def held_as_planted(done: Release, sample: Path) -> bool:
    """Return whether exactly the records that are encrypted on purpose are held, and nothing else."""
    planted = json.loads((sample / "planted.json").read_text(encoding="utf-8"))
    expected: dict[str, int] = {}
    for each in planted["held"]:
        expected[each["file"]] = expected.get(each["file"], 0) + 1
    held = {file.label: file.held_records for file in done.summary.files if file.held_records}
    return held == expected and all(file.reasons or file.status == "released" for file in done.summary.files)


def _clear_earlier_demo(out: Path) -> None:
    """Remove what an earlier demo made; anything else stays, and the redaction then refuses the folder."""
    manifest = out / "release.json"
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if isinstance(told, dict) and told.get("request_id") == REQUEST:
        shutil.rmtree(out)


def _closing(out: Path) -> str:
    return f"""
The copy is provisional: the policy asks a person to weigh private names and contacts, and nobody has yet.

  {out}/report.html         open this first, in a browser
  {out}/records/            the copies
  {out}/redaction-log.csv   what was withheld, where, and on what law
  releasable verify {out}   checks it
"""
