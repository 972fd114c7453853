"""`serve` and `worker`. Starts what app.py composes."""

import ipaddress
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tmf_server.cli.base import Failure, opened, opened_database, read_settings, told
from tmf_server.metrics import shared_figures
from tmf_server.settings import Settings, environment

if TYPE_CHECKING:
    from tmf_server.storage.database import Database


@click.command()
@click.option("--host", help="Address to listen on (TMF_HOST, 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on (TMF_PORT, 8080).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that serve (TMF_WORKERS, 1).")
@click.option(
    "--openapi",
    "openapi_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of documents to serve instead of the built-in ones: v4/TMF620.yaml, v5/TMF620.yaml …",
)
@click.option("--ephemeral", is_flag=True, help="Use a database and files of its own, removed at the end.")
def serve(ephemeral: bool, **overrides: Any) -> None:
    """Serve the APIs; on the first start with demo data (TMF_DEMO=0: without)."""
    settings = read_settings(**overrides)
    check_address(settings)
    # uvicorn raises the signal again once it has ended; this way what is below ends as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tmf-server-")))
        if ephemeral:
            settings = replace(settings, database_url=f"sqlite:///{folder / 'tmf.db'}", storage_dir=folder / "files")
        if settings.workers > 1 and settings.metrics_dir is None:
            settings = replace(settings, metrics_dir=folder / "metrics")
        prepare(settings)
        _run(settings)


def check_address(settings: Settings) -> None:
    """Refuse to listen where others can reach the server while nobody checks who they are."""
    if settings.proxy_authenticates or _is_loopback(settings.host):
        return
    raise Failure(
        f"{settings.host} can be reached by others, and no authentication is configured. Listen on 127.0.0.1, or put "
        "a proxy that authenticates in front and set TMF_PROXY_AUTHENTICATES=1."
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def prepare(settings: Settings) -> None:
    """Bring the database to the present schema, and give an empty one the demo."""
    from tmf_server.storage.contents import is_empty
    from tmf_server.storage.migrate import upgrade

    with opened_database(settings) as database:
        upgrade(database)
        if settings.demo and database.transact(is_empty):
            _load_demo(database, settings)


def _load_demo(database: "Database", settings: Settings) -> None:
    from tmf_server.app import create_registry
    from tmf_server.demo.loading import load_demo_once
    from tmf_server.storage.bulk import BulkRecords

    with told():
        registry = create_registry(settings)
    load_demo_once(database, BulkRecords(registry, settings, database.dialect))


def _run(settings: Settings) -> None:
    import uvicorn

    from tmf_server.app import create_app

    # processes that uvicorn starts read their settings from the variables, as this one did
    environment().update(settings.variables())
    several = settings.workers > 1
    with told():
        app = "tmf_server.app:from_environment" if several else create_app(settings)
    uvicorn.run(
        app,
        factory=several,
        workers=settings.workers,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        timeout_graceful_shutdown=int(settings.graceful_seconds),
    )


@click.command()
def worker() -> None:
    """Deliver events and run jobs, beside `serve` with TMF_WORKER=0; any number of them on any machine."""
    from tmf_server.app import create_worker

    settings = read_settings()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with opened(settings) as services, shared_figures(settings.metrics_dir) or nullcontext():
        made = create_worker(services)
        made.start()
        click.echo(f"tmf-server worker on {services.database.url.render_as_string(hide_password=True)}", err=True)
        stopping.wait()
        if not made.stop(settings.graceful_seconds):
            raise Failure("the worker did not end in time; what it was doing goes on with the next one")
