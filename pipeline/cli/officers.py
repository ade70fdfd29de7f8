"""``releasable officers``: who may sign in at the review desk of a case, and in which roles."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.case import By, Folder
from pipeline.cli.opening import open_case, see_by

app = typer.Typer(help="Give people accounts at the review desk of a case.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="How the person signs in.", show_default=False)]
Roles = Annotated[
    list[str], typer.Option("--role", help="reviewer (decides), approver (releases), auditor (looks); may be repeated.")
]


@app.command("add")
def add_command(
    folder: Folder,
    login: Login,
    name: Annotated[str, typer.Option("--name", help="A role or a name, as it shall stand in the log.")],
    role: Roles,
    by: By,
) -> None:
    """Give a person an account. The password is asked for here, twice; it is never an option.

    Example: releasable officers add case-114/ counsel --name "agency counsel" --role approver --by "records officer"
    """
    from pipeline.review import accounts  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    see_by(name, case, "--name")
    see_by(by, case)
    password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    accounts.add(case, login, name, frozenset(role), password, by=by)
    typer.echo(f"{login}: may sign in at the desk")


@app.command("list")
def list_command(folder: Folder) -> None:
    """List the people who may sign in at the desk of a case, with their roles.

    Example: releasable officers list case-114/
    """
    from pipeline.review import accounts  # noqa: PLC0415 - keeps --help quick

    known = accounts.officers(open_case(folder))
    for each in known:
        locked = f"  (locked until {each.locked_until[:16]} UTC)" if accounts.is_locked(each) else ""
        typer.echo(f"{each.login}  {each.name}  {each.roles}{locked}")
    if not known:
        typer.echo("nobody has an account; releasable officers add gives one")


@app.command("roles")
def roles_command(folder: Folder, login: Login, role: Roles, by: By) -> None:
    """Give a person other roles; whoever is signed in signs in again.

    Example: releasable officers roles case-114/ clerk --role reviewer --role auditor --by "records officer"
    """
    from pipeline.review import accounts  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    see_by(by, case)
    accounts.change_roles(case, login, frozenset(role), by=by)
    typer.echo(f"{login}: {', '.join(sorted(set(role)))}")


@app.command("disable")
def disable_command(folder: Folder, login: Login, by: By) -> None:
    """Take an account away: its sessions end at once, and what the person decided stays.

    Example: releasable officers disable case-114/ clerk --by "records officer"
    """
    from pipeline.review import accounts  # noqa: PLC0415 - keeps --help quick

    case = open_case(folder)
    see_by(by, case)
    accounts.end(case, login, by=by)
    typer.echo(f"{login}: has no account any more")
