"""`python -m xiaobao.desk`: serve the desk."""

from __future__ import annotations

import gc
import logging

import waitress

from xiaobao.desk.app import create_app
from xiaobao.settings import Settings

THREADS = 8


def main() -> None:
    """Serve on BIND_HOST:DESK_PORT until the process is ended."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = Settings.from_env()
    app = create_app(settings)
    gc.freeze()  # what was loaded stays: the collector need not walk through it at every hundredth request
    waitress.serve(
        app,
        host=settings.bind_host,
        port=settings.desk_port,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=settings.trusted_proxies == 0,
    )


if __name__ == "__main__":
    main()
