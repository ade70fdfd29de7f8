"""What runs inside a worker process: set up once, then answer one task after another.

A worker is quiet and closed: no output, no core dump, no connection to any host, and of an
exception only its class and place travel back, never its arguments (they may hold a value).
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from pipeline.errors import Failure

_ASKS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_LOOKS = (20_000, 20, 50)
"""How many objects, and looks of the kind before, go by between two looks for garbage (``gc.set_threshold``)."""
_REACHES = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ALLOWED: set[str] = set()


def close_doors() -> None:
    """Make this process silent and unable to reach any host or leave a core dump."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    logging.disable(logging.CRITICAL)
    sys.excepthook = lambda *_: None
    forbid_network()
    forbid_core_dumps()


def forbid_core_dumps() -> None:
    """Leave no core dump of this process or its children: it would hold the records."""
    try:
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass


def forbid_network(*, but_this_machine: bool = False) -> None:
    """Refuse every connection to a host for the rest of this process; it cannot be undone.

    Args:
        but_this_machine: let through what stays on this machine: Spark's Java process is spoken to over loopback.
    """
    sys.addaudithook(_refuse_other_hosts if but_this_machine else _refuse_hosts)


def _refuse_other_hosts(event: str, args: tuple[Any, ...]) -> None:
    if event in _ASKS:
        host = args[0][0] if isinstance(args[0], tuple) else args[0]
        if host in _THIS_MACHINE:
            return
    elif event in _REACHES and isinstance(args[1], tuple) and args[1][0] in _THIS_MACHINE:
        return
    _refuse_hosts(event, args)


def allow_host(host: str) -> None:
    """Allow this process, not its workers, to reach one host: the database of a case that is named by URL."""
    if host:
        _ALLOWED.add(host)
        with suppress(OSError):
            _ALLOWED.update(str(found[4][0]) for found in socket.getaddrinfo(host, None))


def _refuse_hosts(event: str, args: tuple[Any, ...]) -> None:
    if event not in _ASKS and event not in _REACHES:  # what other events tell of may have no hash
        return
    asked = args[1] if event in _REACHES else args
    if isinstance(asked, tuple) and asked and asked[0] in _ALLOWED:
        return
    if event in _ASKS or (event in _REACHES and isinstance(args[1], tuple)):  # a pipe's address is no tuple
        raise PermissionError("no host is reached from here")


def settle() -> None:
    """Look for garbage less often, and never among what is there now: models and modules stay.

    Looking through these again and again takes a tenth of the time. A unit leaves hardly any garbage that goes in
    circles, and a look at every 700th object, as Python has it, meets what its texts have brought so far each time.
    """
    gc.freeze()
    gc.set_threshold(*_LOOKS)


def serve(pipe: Connection, setup: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Run tasks from ``pipe`` until it closes: ``(function, item)`` in, ``(answer, failure)`` out.

    The first answer is that of ``setup``, whose result is the state that every function gets.
    """
    close_doors()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        state = setup(*arguments)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        pipe.send((None, Failure.of(error)))
        return
    settle()
    pipe.send((None, None))
    while True:
        try:
            function, item = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[Any, Failure | None] = (function(state, item), None)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
            answer = (None, Failure.of(error))
        try:
            pipe.send(answer)
        except (OSError, ValueError):
            return


def _end_with_parent() -> None:
    """End this process when its parent is gone (killed, say): a hung task would go on for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def set_shared(state: Any, value: Any) -> None:
    """Keep what the whole release shares (an index of keyed digests) in the worker's state."""
    state.shared = value
