"""``releasable policy``: list, show, check, explain and compare policies."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.options import ConfigOption

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
def show_command(name: Name, config: ConfigOption = None) -> None:
    """Show a policy in plain words, rule by rule, with its law.

    Example: releasable policy show montana
    """
    from pipeline.policy.explain import show  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.load import load  # noqa: PLC0415

    typer.echo(show(load(name, config)))


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

    for each in entity_list(entity):
        typer.echo(explain(load(name, config), each))


@app.command("diff")
def diff_command(old: Name, new: Name, config: ConfigOption = None) -> None:
    """Tell what differs between two policies.

    Example: releasable policy diff montana our-policy.yaml
    """
    from pipeline.policy.explain import diff  # noqa: PLC0415 - keeps --help quick
    from pipeline.policy.load import load  # noqa: PLC0415

    typer.echo(diff(load(old, config), load(new, config)))
