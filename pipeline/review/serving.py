"""Where the desk listens: this machine only, unless there are accounts and TLS; it logs no access."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn

from pipeline.errors import UsageError
from pipeline.review import accounts
from pipeline.review.app import application
from pipeline.review.desk import Desk
from pipeline.review.safety import Site

_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the desk listens: address and port (0: a free one), certificate and key, further names it answers to."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()

    @property
    def scheme(self) -> str:
        return "https" if self.certificate else "http"


def check_listening(desk: Desk, listening: Listening) -> None:
    """See that a desk that others on the network reach has TLS and accounts (raises UsageError)."""
    if bool(listening.certificate) != bool(listening.key):
        raise UsageError("--tls-cert", "a certificate and its key belong together", "give --tls-cert and --tls-key")
    if _is_loopback(listening.host):
        return
    if not listening.certificate:
        what = "a desk that others on the network reach needs TLS"
        raise UsageError("--host", what, "give --tls-cert and --tls-key, or leave out --host")
    if not accounts.officers(desk.case):
        what = "a desk that others on the network reach needs accounts"
        raise UsageError(
            "--host", what, f"releasable officers add {desk.case.folder} LOGIN --name NAME --role reviewer"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def bound(listening: Listening) -> socket.socket:
    """Return the socket that the desk listens on (raises UsageError)."""
    host = "127.0.0.1" if listening.host == "localhost" else listening.host.strip("[]")
    # Named as TCP, or asyncio leaves Nagle's algorithm on, and every answer waits 40 ms for an acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, listening.port))
        made.listen(128)  # before the link is told: whoever follows it at once waits, and is not refused
    except OSError as error:
        made.close()
        what = f"the desk cannot listen on {listening.host}, port {listening.port} ({error.strerror})"
        raise UsageError("--port", what, "choose another port, or close the desk that is open there") from None
    return made


def site_of(listening: Listening, port: int) -> Site:
    """Return the names under which the desk answers: a page elsewhere cannot make its own name lead here."""
    names = {*listening.names, listening.host}
    if _is_loopback(listening.host):
        names |= set(_THIS_MACHINE)
    told = {f"{name.lower()}:{port}" for name in names} | ({n.lower() for n in names} if port in {80, 443} else set())
    return Site(listening.scheme, frozenset(told))


def serve(desk: Desk, listening: Listening, opened: Callable[[str], None]) -> None:
    """Serve a desk until it is stopped.

    Args:
        desk: the desk.
        listening: where.
        opened: is told the address of the desk, without a slash at its end, once it listens.

    Raises:
        UsageError: it cannot listen there.
    """
    check_listening(desk, listening)
    at = bound(listening)
    port = int(at.getsockname()[1])
    config = uvicorn.Config(
        application(desk, site_of(listening, port)), log_config=None, log_level="critical", access_log=False,
        server_header=False, lifespan="off", ws="none", timeout_graceful_shutdown=3, ssl_certfile=listening.certificate,
        ssl_keyfile=listening.key, proxy_headers=False,
    )  # fmt: skip
    host = "127.0.0.1" if listening.host == "localhost" else listening.host
    opened(f"{listening.scheme}://{host}:{port}")
    uvicorn.Server(config).run(sockets=[at])
