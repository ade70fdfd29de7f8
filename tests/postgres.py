"""A throw-away PostgreSQL server from the system's packages: its own folder, its own port, gone afterwards.

The server refuses to run as root; then it runs as the account ``postgres``, or ``nobody`` where there is none.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "made-up-for-a-test"
OWNER = "clerk"


def server_folder() -> Path | None:
    """Return the folder of the newest server that is installed, None where there is none or no driver for it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    on_path = shutil.which("initdb")
    try:
        import pg8000  # noqa: F401
    except ImportError:
        return None
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


@dataclass(frozen=True)
class Server:
    """A server that runs: its programs, its port."""

    programs: Path
    port: int

    def url(self, database: str) -> str:
        """Make a database and return its URL, without the password."""
        self.ask("postgres", f'CREATE DATABASE "{database}"')
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    def ask(self, database: str, statement: str) -> str:
        """Run a statement as the owner and return what comes back, as text."""
        told = [str(self.programs / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "-d", database]
        done = subprocess.run(
            [*told, "-v", "ON_ERROR_STOP=1", "-qAtc", statement],
            env={**os.environ, "PGPASSWORD": PASSWORD}, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout


@contextmanager
def server() -> Iterator[Server]:
    """Start a server and stop it; its texts are ordered by a language's rules, as in an office, not by their bytes."""
    programs = server_folder()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="postgres-for-tests-", dir="/tmp"))  # where its account gets to
    account, before = _account()
    try:
        (folder / "password").write_text(PASSWORD)
        if account is not None:
            for path in (folder, folder / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
        data, port = folder / "data", _free_port()
        _run(
            [*before, programs / "initdb", "-D", data, "-U", OWNER, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync",
             f"--pwfile={folder / 'password'}", "--locale-provider=icu", "--icu-locale=en-US", "--locale=C"], folder,
        )  # fmt: skip
        control = [*before, programs / "pg_ctl", "-D", data, "-w", "-t", "60"]
        settings = f"-p {port} -h 127.0.0.1 -c unix_socket_directories= -c fsync=off"
        try:
            _run([*control, "-l", folder / "log", "-o", settings, "start"], folder)
            yield Server(programs, port)
        finally:
            with suppress(subprocess.CalledProcessError):
                _run([*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> tuple[pwd.struct_passwd | None, list[str]]:
    if os.geteuid() != 0:
        return None, []
    names = {each.pw_name: each for each in pwd.getpwall()}
    account = names.get("postgres") or names["nobody"]
    return account, ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _run(call: list[str | Path], folder: Path) -> None:
    subprocess.run(
        [str(each) for each in call], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
        timeout=120,
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
