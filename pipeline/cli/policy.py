"""``releasable policy``: list, show, check, explain and compare policies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import ConfigOption

if TYPE_CHECKING:
    from pipeline.policy.schema import Policy

app = typer.Typer(help="List, show, check, explain and compare policies.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A pack's name or a policy file.", show_default=False)]


@app.command("list")
def list_command(config: ConfigOption = None) -> None:
    """List the policies that can be named."""
    from pipeline.policy.load import load, packs  # noqa: PLC0415 - keeps --help quick

    for name, path in packs(config).items():
        each = load(path, config)
        typer.echo(f"{name}  version {each.version}  {each.title}")
        typer.echo(f"  {'signed off' if each.is_signed_off else 'not signed off by counsel'}  {path}")


@app.command("show")
def show_command(
    name: Name,
    html: Annotated[Path | None, typer.Option("--html", help="Write it as a page to look at or print.")] = None,
    as_file: Annotated[
        bool, typer.Option("--file", help="Print the policy file itself, whole, to start from.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Show a policy in plain words, rule by rule, with its law; one that extends another is shown whole.

    Examples:
      releasable policy show montana
      releasable policy show helena --html helena.html
      releasable policy show montana --file > our-policy.yaml
    """
    from pipeline.policy.explain import show  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.load import load  # noqa: PLC0415

    policy = load(name, config)
    if html is not None:
        _write_page(policy, html)
    elif as_file:
        typer.echo(policy.content.decode("utf-8"), nl=False)
    else:
        typer.echo(show(policy), nl=False)


def _write_page(policy: Policy, path: Path) -> None:
    from pipeline.errors import OutputError  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.page import page  # noqa: PLC0415

    try:
        path.write_text(page(policy), encoding="utf-8")
    except OSError as error:
        raise OutputError(str(path), f"cannot be written ({error.strerror})", "choose another file") from None
    typer.echo(f"{path}: written")


@app.command("check")
def check_command(
    file: Annotated[str, typer.Argument(help="A pack's name or a policy file.")], config: ConfigOption = None
) -> None:
    """Check a policy file: every fault with file, line and key; its own examples are run.

    Example: releasable policy check our-policy.yaml
    """
    from pipeline.policy.check import check  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.load import find  # noqa: PLC0415

    path = find(file, config)
    faults = check(path, config)
    for fault in faults:
        typer.echo(fault, err=True)
    if not faults:
        typer.echo(f"{path}: no fault found")
    raise typer.Exit(2 if faults else 0)


@app.command("explain")
def explain_command(
    name: Name,
    entity: Annotated[str, typer.Argument(help="An entity, such as PHONE_NUMBER.", show_default=False)],
    config: ConfigOption = None,
) -> None:
    """Tell in plain words what a policy does with an entity, and why.

    Example: releasable policy explain massachusetts US_SSN
    """
    from pipeline.cli.running import entity_list  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.explain import explain  # noqa: PLC0415
    from pipeline.policy.load import load  # noqa: PLC0415

    policy = load(name, config)
    typer.echo("\n".join(explain(policy, each) for each in entity_list(entity)), nl=False)


@app.command("diff")
def diff_command(old: Name, new: Name, config: ConfigOption = None) -> None:
    """Tell what differs between two policies.

    Example: releasable policy diff montana our-policy.yaml
    """
    from pipeline.policy.compare import diff  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.load import load  # noqa: PLC0415

    typer.echo(diff(load(old, config), load(new, config)), nl=False)
