"""``releasable keys``: the key with which an office signs its releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.signing import keys_folder, passphrase

app = typer.Typer(help="Make and show the key with which the office signs.", no_args_is_help=True)


@app.command("create")
def create_command(
    locked: Annotated[
        bool, typer.Option("--passphrase", help="Lock the key with a passphrase (asked for, or RELEASABLE_PASSPHRASE).")
    ] = False,
) -> None:
    """Make the office's key. The private part stays in your state folder and is readable by you alone.

    Give the public part to whoever shall check your releases, by a way that they trust.

    Example: releasable keys create --passphrase
    """
    from pipeline.errors import UsageError  # noqa: PLC0415 - keeps --help quick
    from pipeline.evidence.signature import create_keys, fingerprint, public_key  # noqa: PLC0415

    words = passphrase(twice=True) if locked else ""
    if locked and not words:
        raise UsageError("--passphrase", "no passphrase was given", "type one, or set RELEASABLE_PASSPHRASE")
    path = create_keys(keys_folder(), words)
    typer.echo(f"public key: {path}\nfingerprint: {fingerprint(public_key(path))}")


@app.command("show")
def show_command(
    out: Annotated[Path | None, typer.Option("--out", help="Write the public key into this file.")] = None,
) -> None:
    """Show the public key and its fingerprint, to be handed out.

    Example: releasable keys show --out office.public.pem
    """
    from pipeline.errors import UsageError  # noqa: PLC0415 - keeps --help quick
    from pipeline.evidence.signature import PUBLIC, fingerprint, public_key  # noqa: PLC0415

    path = keys_folder() / PUBLIC
    if not path.is_file():
        raise UsageError("keys", "there is no key yet", "make one: releasable keys create")
    if out is not None:
        from pipeline.errors import OutputError  # noqa: PLC0415 - keeps --help quick

        try:
            out.write_bytes(path.read_bytes())
        except OSError as error:
            raise OutputError(str(out), f"cannot be written ({error.strerror})", "choose another file") from None
    typer.echo(f"{path.read_text(encoding='ascii')}fingerprint: {fingerprint(public_key(path))}")
