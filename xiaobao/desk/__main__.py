"""`python -m xiaobao.desk`: serve the desk."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
import socket
import sys
from multiprocessing.connection import wait

import waitress

from xiaobao.desk.app import create_app
from xiaobao.settings import Settings

THREADS = 8  # of each process
BACKLOG = 1024


def main() -> None:
    """Serve on BIND_HOST:DESK_PORT until the process is ended."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = Settings.from_env()
    listening = listen(settings.bind_host, settings.desk_port)
    if settings.desk_processes == 1:
        serve(settings, listening)
        return
    sys.exit(serve_together(settings, listening))


def listen(host: str, port: int) -> socket.socket:
    """The socket of all processes: whichever is free takes the next connection. Raises OSError (port in use)."""
    listening = socket.create_server((host, port), family=_family(host), backlog=BACKLOG)
    listening.setblocking(False)
    return listening


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def serve(settings: Settings, listening: socket.socket) -> None:
    """One process of the desk. Nothing of a request outlives it in memory, so there may be several of them."""
    app = create_app(settings)
    gc.freeze()  # what was loaded stays: the collector need not walk through it at every hundredth request
    waitress.serve(
        app,
        sockets=[listening],
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=settings.trusted_proxies == 0,
    )


def serve_together(settings: Settings, listening: socket.socket) -> int:
    """Several processes; when one ends all end, and whoever supervises the desk starts it anew. The exit status."""
    fork = multiprocessing.get_context("fork")  # before any thread or connection
    children = [
        fork.Process(target=serve, args=(settings, listening), daemon=True) for _ in range(settings.desk_processes)
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # on the way out the daemons are ended
    for child in children:
        child.start()
    wait([child.sentinel for child in children])
    logging.getLogger(__name__).error("A process of the desk has ended; all end with it.")
    return 1


if __name__ == "__main__":
    main()
